//! Reductions over one axis: of `[outer, length, inner]` to `[outer, inner]`.
//!
//! Floats are combined pairwise, so that errors grow with the logarithm of the
//! length (Higham, 1993, "The accuracy of floating point summation"): leaves with
//! many accumulators, which the compiler turns into vectors, halves above them.
//! How elements are combined is in `fold`, the places of extremes in `place`.

mod block;
mod fold;
mod place;

use crate::complex::{Complex, c64, c128};
use crate::edge::output;
use block::Block;
use fold::{All, Any, Fold, Max, Min, Prod, Sum};

/// Elements that a leaf combines.
const LEAF: usize = 1024;
/// Rows shorter than this are combined one element after the other.
const SHORT: usize = 16;
/// Fewer results than this side by side are computed one by one.
const FEW: usize = 4;
/// Elements that a strided leaf combines.
const STEPS: usize = 128;
/// Rows that a leaf combines when results lie side by side.
const LEAF_ROWS: usize = 64;
/// Results that are computed side by side.
const COLUMNS: usize = 256;
/// Adjoining rows shorter than this are combined several at a time.
const NARROW: usize = 64;

/// Combines contiguous elements.
fn pairwise<T: Copy, F: Fold<T>>(x: &[T]) -> F::Out {
    if x.len() <= LEAF {
        return F::leaf(x);
    }
    let half = (x.len() / 2).next_multiple_of(LEAF / 2);
    F::join(pairwise::<T, F>(&x[..half]), pairwise::<T, F>(&x[half..]))
}

/// Combines `n` elements of one result from the `from`-th on, wherever they lie.
fn steps<T: Copy, F: Fold<T>>(
    x: Block<T>,
    (o, i): (usize, usize),
    from: usize,
    n: usize,
) -> F::Out {
    #[inline(never)]
    fn leaf<T: Copy, F: Fold<T>>(
        x: Block<T>,
        (o, i): (usize, usize),
        from: usize,
        n: usize,
    ) -> F::Out {
        F::in_order((from..from + n).map(|r| x.get(o, r, i)))
    }
    if n <= STEPS {
        return leaf::<T, F>(x, (o, i), from, n);
    }
    let half = n / 2;
    let low = steps::<T, F>(x, (o, i), from, half);
    F::join(low, steps::<T, F>(x, (o, i), from + half, n - half))
}

/// Results whose elements are contiguous.
fn along<T: Copy, F: Fold<T>>(x: Block<T>, o: usize, out: &mut [F::Out]) {
    match x.length {
        1 => short::<T, F, 1>(x, o, out),
        2 => short::<T, F, 2>(x, o, out),
        3 => short::<T, F, 3>(x, o, out),
        4 => short::<T, F, 4>(x, o, out),
        n if n < SHORT => rows::<T, F>(x, o, out),
        _ => {
            for (i, out) in out.iter_mut().enumerate() {
                *out = pairwise::<T, F>(x.row(o, i));
            }
        }
    }
}

/// Results of `N` elements each.
#[inline(never)]
fn short<T: Copy, F: Fold<T>, const N: usize>(x: Block<T>, o: usize, out: &mut [F::Out]) {
    for (i, out) in out.iter_mut().enumerate() {
        let row: [T; N] = x.start(o, i);
        *out = F::in_order(row.into_iter());
    }
}

/// Results of few elements each.
#[inline(never)]
fn rows<T: Copy, F: Fold<T>>(x: Block<T>, o: usize, out: &mut [F::Out]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = F::in_order(x.row(o, i).iter().copied());
    }
}

/// Neighbouring results `first..`, which are so many, from `n` rows that lie across them.
fn across<T: Copy, F: Fold<T>>(
    x: Block<T>,
    (o, first): (usize, usize),
    from: usize,
    n: usize,
    out: &mut [F::Out],
) {
    if n > LEAF_ROWS {
        let half = (n / 2).next_multiple_of(4);
        let mut high = [F::EMPTY; COLUMNS];
        let high = &mut high[..out.len()];
        across::<T, F>(x, (o, first), from, half, out);
        across::<T, F>(x, (o, first), from + half, n - half, high);
        for (low, &high) in out.iter_mut().zip(&*high) {
            *low = F::join(*low, high);
        }
        return;
    }
    out.fill(F::EMPTY);
    let width = out.len();
    let row = |r: usize| x.across(o, r, first, width);
    let whole = n / 4 * 4;
    for r in (from..from + whole).step_by(4) {
        four::<T, F>([row(r), row(r + 1), row(r + 2), row(r + 3)], out);
    }
    for r in from + whole..from + n {
        one::<T, F>(row(r), out);
    }
}

#[inline(never)]
fn four<T: Copy, F: Fold<T>>(x: [&[T]; 4], out: &mut [F::Out]) {
    let n = out.len();
    let [a, b, c, d] = x.map(|x| &x[..n]);
    for i in 0..n {
        let low = F::join(F::widen(a[i]), F::widen(b[i]));
        let high = F::join(F::widen(c[i]), F::widen(d[i]));
        out[i] = F::join(out[i], F::join(low, high));
    }
}

#[inline(never)]
fn one<T: Copy, F: Fold<T>>(x: &[T], out: &mut [F::Out]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = F::join(*out, F::widen(x));
    }
}

/// Results from narrow rows without gaps: several rows are taken for one wide row, and
/// its sums are combined at the end.
fn narrow<T: Copy, F: Fold<T>>(x: Block<T>, o: usize, out: &mut [F::Out]) {
    let mut group = (2 * NARROW / x.inner).next_power_of_two();
    while group * x.inner > COLUMNS {
        group /= 2;
    }
    let wide = x.widened(group);
    let mut sums = [F::EMPTY; COLUMNS];
    across::<T, F>(wide, (o, 0), 0, wide.length, &mut sums[..wide.inner]);
    while group > 1 {
        group /= 2;
        let (low, high) = sums.split_at_mut(group * x.inner);
        for (low, &high) in low.iter_mut().zip(&*high) {
            *low = F::join(*low, high);
        }
    }
    let done = x.length / (wide.inner / x.inner) * (wide.inner / x.inner);
    for (i, out) in out.iter_mut().enumerate() {
        *out = F::join(sums[i], steps::<T, F>(x, (o, i), done, x.length - done));
        // Rows were combined out of order.
        if F::tied(*out) {
            *out = steps::<T, F>(x, (o, i), 0, x.length);
        }
    }
}

/// Writes all results.
fn reduce<T: Copy, F: Fold<T>>(x: Block<T>, out: &mut [F::Out]) {
    if out.is_empty() {
        return;
    }
    let x = x.simplified();
    let adjoining = x.stride == x.inner as isize && x.inner < NARROW && x.length >= NARROW;
    for (o, out) in out.chunks_exact_mut(x.inner).enumerate() {
        if x.stride == 1 {
            along::<T, F>(x, o, out);
        } else if x.inner > 1 && x.inner_stride == 1 && adjoining {
            narrow::<T, F>(x, o, out);
        } else if x.inner >= FEW && x.inner_stride == 1 {
            for (c, out) in out.chunks_mut(COLUMNS).enumerate() {
                across::<T, F>(x, (o, c * COLUMNS), 0, x.length, out);
            }
        } else {
            for (i, out) in out.iter_mut().enumerate() {
                *out = steps::<T, F>(x, (o, i), 0, x.length);
            }
        }
    }
}

/// Sums of complex numbers side by side are sums of their parts.
fn reduce_parts<F: Copy>(x: Block<Complex<F>>, out: &mut [Complex<F>])
where
    Sum: Fold<F, Out = F> + Fold<Complex<F>, Out = Complex<F>>,
{
    match x.parts() {
        // SAFETY: a pair is two numbers without padding.
        Some(x) => reduce::<F, Sum>(x, unsafe { output(out.as_mut_ptr().cast(), 2 * out.len()) }),
        None => reduce::<Complex<F>, Sum>(x, out),
    }
}

/// Exports a reduction: `fold!(reduce_sum [f32] Sum)`.
macro_rules! fold {
    ($op:ident $types:tt $fold:ty) => {
        fold!($op $types $fold, reduce::<T, $fold>);
    };
    ($op:ident $types:tt $fold:ty, $reduce:expr) => {
        export!($op $types (x: *const T, out: *mut <$fold as Fold<T>>::Out,
            outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let block = Block::new(x, (outer, so), (len, sr), (inner, si));
            $reduce(block, output(out, outer * inner));
        });
    };
}
fold!(reduce_sum [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] Sum);
fold!(reduce_sum [c64 c128] Sum, reduce_parts);
fold!(reduce_prod [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 c64 c128] Prod);
fold!(reduce_max [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 c64 c128] Max);
fold!(reduce_min [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 c64 c128] Min);
fold!(reduce_any [u8] Any);
fold!(reduce_all [u8] All);

#[cfg(test)]
mod tests {
    use super::block::layouts;
    use super::*;

    /// Compares with combining one element after the other.
    fn check<T: Copy, F: Fold<T>>(
        make: impl Fn(usize) -> T,
        same: impl Fn(F::Out, F::Out) -> bool,
        widest: usize,
    ) {
        check_with::<T, F>(reduce::<T, F>, make, same, widest);
    }

    fn check_with<T: Copy, F: Fold<T>>(
        reduce: impl Fn(Block<T>, &mut [F::Out]),
        make: impl Fn(usize) -> T,
        same: impl Fn(F::Out, F::Out) -> bool,
        widest: usize,
    ) {
        for outer in [1, 3] {
            for length in [0, 1, 2, 3, 5, 15, 16, 63, 64, 65, 131, 1025, 3000] {
                for inner in [1, 2, 3, 17, 64, 300] {
                    if length * inner > widest {
                        continue;
                    }
                    layouts(&make, (outer, length, inner), |x| {
                        let mut out = vec![F::EMPTY; outer * inner];
                        reduce(x, &mut out);
                        for (k, &got) in out.iter().enumerate() {
                            let (o, i) = (k / inner, k % inner);
                            let items = (0..length).map(|r| x.get(o, r, i));
                            let want = items.fold(F::EMPTY, |sum, x| F::join(sum, F::widen(x)));
                            assert!(same(got, want), "{outer} {length} {inner} {o} {i}");
                        }
                    });
                }
            }
        }
    }

    fn equal<T: PartialEq>(x: T, y: T) -> bool {
        x == y
    }

    #[test]
    fn integers_are_summed_and_wrap() {
        check::<i8, Sum>(|i| (i * 7) as i8, equal, 20000);
        check::<u16, Sum>(|i| (i * 7001) as u16, equal, 20000);
        check::<i32, Sum>(|i| (i as i32).wrapping_mul(0x1234567), equal, 20000);
        check::<u64, Sum>(|i| (i as u64).wrapping_mul(0x123456789abcdef), equal, 9000);
        check::<u8, Prod>(|i| (i % 9) as u8 | 1, equal, 9000);
        check::<i64, Prod>(|i| i as i64 | 1, equal, 9000);
    }

    #[test]
    fn whole_floats_are_summed_exactly() {
        check::<f32, Sum>(|i| (i % 101) as f32 - 50.0, equal, 20000);
        check::<f64, Sum>(|i| (i % 1001) as f64 - 500.0, equal, 9000);
        let z = |i: usize| c64::new((i % 101) as f32, (i % 5) as f32);
        check_with::<c64, Sum>(reduce_parts, z, equal, 9000);
        check::<c64, Sum>(z, equal, 9000);
        check::<c128, Sum>(|i| c128::new((i % 101) as f64, -((i % 7) as f64)), equal, 9000);
        check::<f32, Prod>(|i| [1.0, -1.0, 2.0, 0.5][i * i % 4], equal, 9000);
        check::<c64, Prod>(
            |i| if i % 3 == 0 { c64::new(0.0, 1.0) } else { c64::new(-1.0, 0.0) },
            equal,
            9000,
        );
    }

    #[test]
    fn extremes_are_found_in_any_layout() {
        check::<u8, Max>(|i| (i * 37 % 251) as u8, equal, 20000);
        check::<i16, Min>(|i| (i * 3701) as i16, equal, 20000);
        check::<i64, Max>(|i| (i as i64 * 3701) % 10007 - 5000, equal, 9000);
        let bits = |x: f32, y: f32| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
        check::<f32, Max>(|i| (i * 37 % 251) as f32 - 125.0, bits, 20000);
        check::<f32, Max>(|i| -((i * 37 % 5) as f32), bits, 20000);
        check::<f32, Max>(|i| if i % 3 == 1 { 0.0 } else { -0.0 }, bits, 9000);
        check::<f32, Min>(|i| if i % 5 == 1 { -0.0 } else { (i % 2) as f32 }, bits, 9000);
        check::<f32, Min>(|i| if i % 97 == 96 { f32::NAN } else { i as f32 }, bits, 9000);
        check::<f64, Max>(
            |i| if i % 97 == 96 { -f64::NAN } else { -(i as f64) },
            |x, y| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan(),
            9000,
        );
        let z = |i: usize| c64::new((i % 7) as f32, (i * 31 % 11) as f32);
        check::<c64, Max>(z, equal, 9000);
        check::<c64, Min>(z, equal, 9000);
    }

    #[test]
    fn masks_are_combined() {
        for period in [1, 2, 50, 4000] {
            check::<u8, Any>(|i| (i % period == period - 1) as u8, equal, 9000);
            check::<u8, All>(|i| (i % period != period - 1) as u8, equal, 9000);
        }
    }

    #[test]
    fn ones_in_single_precision_are_counted() {
        let x = vec![1f32; 1 << 25];
        let count = (1 << 25) as f32;
        assert_eq!(pairwise::<f32, Sum>(&x), count);
        let block = unsafe { Block::new(x.as_ptr(), (1, 0), (1 << 23, 4), (4, 1)) };
        let mut out = [0.0; 4];
        reduce::<f32, Sum>(block, &mut out);
        assert_eq!(out, [count / 4.0; 4]);
        let block = unsafe { Block::new(x.as_ptr(), (1, 0), (1 << 25, 0), (1, 0)) };
        reduce::<f32, Sum>(block, &mut out[..1]);
        assert_eq!(out[0], count);
    }
}
