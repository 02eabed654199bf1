//! Sorting rows, the order of rows, and searching in a sorted row.
//!
//! Real numbers are turned into unsigned keys of the same order; many of them are
//! sorted by digits, few by merging. NaN counts as the largest, -0 comes before 0 when
//! values are sorted, and equals it when their order is asked for, which is stable.

use core::cmp::Ordering;

use crate::complex::{Complex, c64, c128};
use crate::edge::{input, output};
use crate::element::is_nan;

/// Rows up to this length are sorted by insertion.
const SHORT: usize = 16;
/// Rows from this length on are sorted by digits.
const LONG: usize = 1024;
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// An unsigned integer whose digits can be read.
trait Key: Copy + Ord + Default {
    const BITS: u32;
    fn digit(self, pass: u32) -> usize;
}

macro_rules! keys {
    ($($t:ident)+) => {$(
        impl Key for $t {
            const BITS: u32 = $t::BITS;

            #[inline(always)]
            fn digit(self, pass: u32) -> usize {
                (self >> (pass * DIGIT_BITS).min(Self::BITS - 1)) as usize & (DIGITS - 1)
            }
        }
    )+};
}
keys!(u8 u16 u32 u64);

/// A number with a key of the same order.
trait Sortable: Copy {
    type Key: Key;
    fn key(self) -> Self::Key;
    fn from_key(key: Self::Key) -> Self;
    /// The key that is the same for equal numbers.
    fn equal_key(self) -> Self::Key {
        self.key()
    }
}

macro_rules! sortable_ints {
    ($($t:ident $key:ident $flip:expr;)+) => {$(
        impl Sortable for $t {
            type Key = $key;

            #[inline(always)]
            fn key(self) -> $key {
                self as $key ^ $flip
            }

            #[inline(always)]
            fn from_key(key: $key) -> Self {
                (key ^ $flip) as Self
            }
        }
    )+};
}
sortable_ints! {
    u8 u8 0; u16 u16 0; u32 u32 0; u64 u64 0;
    i8 u8 1 << 7; i16 u16 1 << 15; i32 u32 1 << 31; i64 u64 1 << 63;
}

macro_rules! sortable_floats {
    ($($t:ident $key:ident $int:ident;)+) => {$(
        impl Sortable for $t {
            type Key = $key;

            #[inline(always)]
            fn key(self) -> $key {
                if is_nan(&self) {
                    return $key::MAX;
                }
                let bits = self.to_bits();
                bits ^ ((bits as $int >> ($int::BITS - 1)) as $key | 1 << ($key::BITS - 1))
            }

            #[inline(always)]
            fn from_key(key: $key) -> Self {
                if key == $key::MAX {
                    return $t::NAN;
                }
                $t::from_bits(key ^ ((!key as $int >> ($int::BITS - 1)) as $key | 1 << ($key::BITS - 1)))
            }

            #[inline(always)]
            fn equal_key(self) -> $key {
                (self + 0.0).key()
            }
        }
    )+};
}
sortable_floats! { f32 u32 i32; f64 u64 i64; }

/// What moves while sorting: a key alone, or with the place it came from.
trait Item: Copy {
    type Key: Key;
    fn key(self) -> Self::Key;
}

impl<K: Key> Item for (K, u32) {
    type Key = K;
    #[inline(always)]
    fn key(self) -> K {
        self.0
    }
}

/// A key alone.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Alone<K>(K);

impl<K: Key> Item for Alone<K> {
    type Key = K;
    #[inline(always)]
    fn key(self) -> K {
        self.0
    }
}

/// Sorts a short stretch.
#[inline(always)]
fn insertion<T: Copy>(x: &mut [T], less: impl Fn(T, T) -> bool) {
    for i in 1..x.len() {
        let value = x[i];
        let mut place = i;
        while place > 0 && less(value, x[place - 1]) {
            x[place] = x[place - 1];
            place -= 1;
        }
        x[place] = value;
    }
}

/// Merges neighbouring sorted stretches of `width` elements.
#[inline(always)]
fn merge<T: Copy>(from: &[T], to: &mut [T], width: usize, less: impl Fn(T, T) -> bool) {
    for (from, to) in from.chunks(2 * width).zip(to.chunks_mut(2 * width)) {
        let (left, right) = from.split_at(width.min(from.len()));
        let (mut i, mut j) = (0, 0);
        for place in to {
            let second = i == left.len() || (j < right.len() && less(right[j], left[i]));
            *place = if second { right[j] } else { left[i] };
            j += second as usize;
            i += !second as usize;
        }
    }
}

/// Sorts stably by comparisons; `tmp` is as long as `x`.
#[inline(always)]
fn merge_sort<T: Copy>(x: &mut [T], tmp: &mut [T], less: impl Fn(T, T) -> bool + Copy) {
    for stretch in x.chunks_mut(SHORT) {
        insertion(stretch, less);
    }
    let mut width = SHORT;
    let mut swapped = false;
    while width < x.len() {
        if swapped {
            merge(tmp, x, width, less)
        } else {
            merge(x, tmp, width, less)
        }
        swapped = !swapped;
        width *= 2;
    }
    if swapped {
        x.copy_from_slice(tmp);
    }
}

/// Sorts stably by digits, the lowest first; `counts` has room for all passes.
#[inline(always)]
fn digit_sort<T: Item>(x: &mut [T], tmp: &mut [T], counts: &mut [u32]) {
    let passes = T::Key::BITS.div_ceil(DIGIT_BITS);
    counts.fill(0);
    for item in &*x {
        for pass in 0..passes {
            counts[pass as usize * DIGITS + item.key().digit(pass)] += 1;
        }
    }
    let mut swapped = false;
    for (pass, counts) in counts.chunks_exact_mut(DIGITS).enumerate() {
        // All in one place: the pass would change nothing.
        if counts.iter().any(|&count| count as usize == x.len()) {
            continue;
        }
        let mut start = 0;
        for count in &mut *counts {
            start += core::mem::replace(count, start);
        }
        if swapped {
            scatter(tmp, x, pass as u32, counts)
        } else {
            scatter(x, tmp, pass as u32, counts)
        }
        swapped = !swapped;
    }
    if swapped {
        x.copy_from_slice(tmp);
    }
}

/// One pass: each item goes to the next place of its digit.
#[inline(never)]
fn scatter<T: Item>(from: &[T], to: &mut [T], pass: u32, places: &mut [u32]) {
    for &item in from {
        let place = &mut places[item.key().digit(pass)];
        to[*place as usize] = item;
        *place += 1;
    }
}

fn sort_items<T: Item>(x: &mut [T], tmp: &mut [T], counts: &mut [u32]) {
    if x.len() < LONG {
        merge_sort(x, tmp, |a: T, b: T| a.key() < b.key());
    } else {
        digit_sort(x, tmp, counts);
    }
}

/// Number of counters for all digits of a key.
const fn counters(bits: u32) -> usize {
    bits.div_ceil(DIGIT_BITS) as usize * DIGITS
}

/// Bytes of counters, for the widest key.
const COUNTER_BYTES: usize = counters(64) * 4;

export!(sort_work(n: usize, element_bytes: usize) -> usize {
    COUNTER_BYTES + n * element_bytes
});

export!(argsort_work(n: usize, element_bytes: usize) -> usize {
    // Two arrays of pairs of a key and a place.
    COUNTER_BYTES + 2 * n * if element_bytes <= 4 { 8 } else { 16 }
});

/// Sorts rows through their keys.
fn sort<T: Sortable>(x: &mut [T], n: usize, tmp: &mut [Alone<T::Key>], counts: &mut [u32]) {
    for row in x.chunks_exact_mut(n) {
        // SAFETY: a number and its key have the same size and alignment, and every
        // bit pattern is valid for both.
        let keys = unsafe { output(row.as_mut_ptr().cast::<Alone<T::Key>>(), n) };
        for i in 0..n {
            let key = row[i].key();
            keys[i] = Alone(key);
        }
        sort_items(keys, tmp, counts);
        for i in 0..n {
            row[i] = T::from_key(keys[i].0);
        }
    }
}

export!(sort [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] (x: *mut T, tmp: *mut u8, rows: usize, n: usize) {
    if n > 1 {
        let counts = output(tmp.cast(), counters(<T as Sortable>::Key::BITS));
        sort::<T>(output(x, rows * n), n, output(tmp.add(COUNTER_BYTES).cast(), n), counts);
    }
});

/// The order of each row.
fn argsort<T: Sortable>(
    x: &[T],
    order: &mut [u32],
    n: usize,
    pairs: &mut [(T::Key, u32)],
    counts: &mut [u32],
) {
    let (pairs, tmp) = pairs.split_at_mut(n);
    for (row, order) in x.chunks_exact(n).zip(order.chunks_exact_mut(n)) {
        for (place, (pair, &x)) in pairs.iter_mut().zip(row).enumerate() {
            *pair = (x.equal_key(), place as u32);
        }
        sort_items(pairs, tmp, counts);
        for (place, pair) in order.iter_mut().zip(&*pairs) {
            *place = pair.1;
        }
    }
}

export!(argsort [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64]
    (x: *const T, order: *mut u32, tmp: *mut u8, rows: usize, n: usize) {
    if n > 0 {
        let counts = output(tmp.cast(), counters(<T as Sortable>::Key::BITS));
        let pairs = output(tmp.add(COUNTER_BYTES).cast(), 2 * n);
        argsort::<T>(input(x, rows * n), output(order, rows * n), n, pairs, counts);
    }
});

/// An order of numbers in which NaN comes last.
trait Ordered: Copy {
    fn less(self, other: Self) -> bool;
}

macro_rules! ordered_ints {
    ($($t:ident)+) => {$(
        impl Ordered for $t {
            #[inline(always)]
            fn less(self, other: Self) -> bool {
                self < other
            }
        }
    )+};
}
ordered_ints!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! ordered_floats {
    ($($t:ident)+) => {$(
        impl Ordered for $t {
            #[inline(always)]
            fn less(self, other: Self) -> bool {
                self < other || (is_nan(&other) && !is_nan(&self))
            }
        }

        /// Without NaN, NaN in the imaginary part, in the real part, in both; then by
        /// real and imaginary part.
        impl Ordered for Complex<$t> {
            fn less(self, other: Self) -> bool {
                let class = |z: Self| 2 * is_nan(&z.re) as u8 + is_nan(&z.im) as u8;
                if class(self) != class(other) {
                    return class(self) < class(other);
                }
                match self.re.partial_cmp(&other.re) {
                    Some(Ordering::Less) => true,
                    Some(Ordering::Greater) => false,
                    _ => self.im < other.im,
                }
            }
        }
    )+};
}
ordered_floats!(f32 f64);

export!(sort [c64 c128] (x: *mut T, tmp: *mut u8, rows: usize, n: usize) {
    if n > 1 {
        let tmp = output(tmp.add(COUNTER_BYTES).cast(), n);
        for row in output(x, rows * n).chunks_exact_mut(n) {
            merge_sort(row, tmp, T::less);
        }
    }
});

export!(argsort [c64 c128] (x: *const T, order: *mut u32, tmp: *mut u8, rows: usize, n: usize) {
    if n > 0 {
        let tmp = output(tmp.cast(), n);
        let order = output(order, rows * n).chunks_exact_mut(n);
        for (row, order) in input(x, rows * n).chunks_exact(n).zip(order) {
            for (place, order) in order.iter_mut().enumerate() {
                *order = place as u32;
            }
            merge_sort(order, tmp, |i: u32, j: u32| row[i as usize].less(row[j as usize]));
        }
    }
});

/// Where a value belongs: before equal elements, or after them.
#[inline(always)]
fn search<T: Ordered>(sorted: &[T], value: T, right: bool) -> usize {
    sorted.partition_point(|&x| if right { !value.less(x) } else { x.less(value) })
}

export!(searchsorted [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 c64 c128]
    (sorted: *const T, n: usize, values: *const T, out: *mut i32, m: usize, right: i32) {
    let sorted = input(sorted, n);
    for (place, &value) in output(out, m).iter_mut().zip(input(values, m)) {
        *place = search(sorted, value, right != 0) as i32;
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, seed: u32) -> impl Iterator<Item = u32> {
        let mut state = seed;
        (0..n).map(move |_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            state >> 7
        })
    }

    fn check<T: Sortable + core::fmt::Debug>(make: impl Fn(u32) -> T) {
        for n in [1, 2, 15, 16, 17, 40, 1023, 1024, 3000] {
            let x: Vec<T> = numbers(3 * n, n as u32).map(&make).collect();
            let mut counts = vec![7; counters(T::Key::BITS)];
            let mut sorted = x.clone();
            sort(&mut sorted, n, &mut vec![Alone(T::Key::default()); n], &mut counts);
            let mut order = vec![0; 3 * n];
            let mut pairs = vec![(T::Key::default(), 0); 2 * n];
            argsort(&x, &mut order, n, &mut pairs, &mut counts);
            for row in 0..3 {
                let x = &x[row * n..][..n];
                let mut want: Vec<_> = x.iter().map(|x| x.key()).collect();
                want.sort();
                let got: Vec<_> = sorted[row * n..][..n].iter().map(|x| x.key()).collect();
                assert!(got == want);
                let mut places: Vec<u32> = (0..n as u32).collect();
                places.sort_by_key(|&i| x[i as usize].equal_key());
                assert_eq!(order[row * n..][..n], places);
            }
        }
    }

    #[test]
    fn rows_are_sorted_and_their_order_is_stable() {
        check(|x| x as u8);
        check(|x| x as i8);
        check(|x| (x % 50) as i16);
        check(|x| x as i32 - (1 << 24));
        check(|x| x % 10);
        check(|x| (x as i64 - (1 << 24)) << 30);
        check(|x| match x % 9 {
            0 => f32::NAN,
            1 => -f32::NAN,
            2 => -0.0,
            3 => 0.0,
            4 => f32::NEG_INFINITY,
            _ => x as f32 - 1e7,
        });
        check(|x| match x % 9 {
            0 => f64::NAN,
            1 => -0.0,
            2 => 0.0,
            3 => f64::INFINITY,
            _ => (x as f64 - 1e7) * 1e-300,
        });
    }

    #[test]
    fn complex_numbers_have_nan_last() {
        let z = |re: f32, im: f32| c64::new(re, im);
        let sorted = [
            z(-1.0, 5.0),
            z(0.0, 1.0),
            z(-0.0, 2.0),
            z(3.0, -1.0),
            z(1.0, f32::NAN),
            z(f32::NAN, 0.0),
            z(f32::NAN, f32::NAN),
        ];
        for i in 0..sorted.len() {
            for j in 0..sorted.len() {
                assert_eq!(sorted[i].less(sorted[j]), i < j, "{i} {j}");
            }
        }
    }

    #[test]
    fn values_are_found() {
        let sorted = [1.0, 2.0, 2.0, 3.0, f64::NAN];
        let find = |value: f64| (search(&sorted, value, false), search(&sorted, value, true));
        assert_eq!(find(0.0), (0, 0));
        assert_eq!(find(2.0), (1, 3));
        assert_eq!(find(9.0), (4, 4));
        assert_eq!(find(f64::NAN), (4, 5));
    }
}
