//! Reductions over one axis: of `[outer, length, inner]` to `[outer, inner]`.
//!
//! Floats are combined pairwise, so that errors grow with the logarithm of the
//! length (Higham, 1993, "The accuracy of floating point summation"): leaves with
//! many accumulators, which the compiler turns into vectors, halves above them.

use crate::complex::{Complex, c64, c128};
use crate::edge::{input, output};
use crate::element::{is_nan, maximum, minimum};

/// Elements that a leaf combines.
const LEAF: usize = 1024;
/// Accumulators of a leaf.
const LANES: usize = 32;
/// Rows that a leaf combines when results lie side by side.
const LEAF_ROWS: usize = 64;
/// Results that are computed side by side.
const COLUMNS: usize = 512;

/// Where the operand's elements lie, in elements.
#[derive(Clone, Copy)]
struct Shape {
    outer: usize,
    outer_stride: isize,
    length: usize,
    stride: isize,
    inner: usize,
    inner_stride: isize,
}

/// How elements are combined.
#[derive(Clone, Copy)]
struct Fold<A, W, F> {
    identity: A,
    widen: W,
    combine: F,
}

impl<A: Copy, W: Copy, F: Copy + Fn(A, A) -> A> Fold<A, W, F> {
    /// A contiguous stretch.
    #[inline(never)]
    fn slice<T: Copy>(self, x: &[T]) -> A
    where
        W: Fn(T) -> A,
    {
        if x.len() > LEAF {
            let half = (x.len() / 2).next_multiple_of(LANES);
            return (self.combine)(self.slice(&x[..half]), self.slice(&x[half..]));
        }
        let mut sums = [self.identity; LANES];
        let mut chunks = x.chunks_exact(LANES);
        for chunk in &mut chunks {
            for (sum, &x) in sums.iter_mut().zip(chunk) {
                *sum = (self.combine)(*sum, (self.widen)(x));
            }
        }
        for (sum, &x) in sums.iter_mut().zip(chunks.remainder()) {
            *sum = (self.combine)(*sum, (self.widen)(x));
        }
        let mut width = LANES;
        while width > 1 {
            width /= 2;
            for i in 0..width {
                sums[i] = (self.combine)(sums[i], sums[i + width]);
            }
        }
        sums[0]
    }

    /// A strided stretch.
    ///
    /// # Safety
    /// `n` elements are readable from `x` in steps.
    #[inline(never)]
    unsafe fn steps<T: Copy>(self, x: *const T, stride: isize, n: usize) -> A
    where
        W: Fn(T) -> A,
    {
        if n > LEAF / 8 {
            let half = n / 2;
            let (low, high) = unsafe {
                (
                    self.steps(x, stride, half),
                    self.steps(x.offset(half as isize * stride), stride, n - half),
                )
            };
            return (self.combine)(low, high);
        }
        let mut sum = self.identity;
        for i in 0..n {
            sum =
                (self.combine)(sum, (self.widen)(unsafe { x.offset(i as isize * stride).read() }));
        }
        sum
    }

    /// Rows of neighbouring results: each result's elements are a row apart.
    ///
    /// # Safety
    /// `rows` rows of as many elements as there are results are readable from `x` in steps.
    #[inline(never)]
    unsafe fn rows<T: Copy>(self, x: *const T, stride: isize, rows: usize, out: &mut [A])
    where
        W: Fn(T) -> A,
    {
        if rows > LEAF_ROWS {
            let half = rows / 2;
            let mut high = [self.identity; COLUMNS];
            let high = &mut high[..out.len()];
            unsafe {
                self.rows(x, stride, half, out);
                self.rows(x.offset(half as isize * stride), stride, rows - half, high);
            }
            for (low, &high) in out.iter_mut().zip(&*high) {
                *low = (self.combine)(*low, high);
            }
            return;
        }
        out.fill(self.identity);
        for row in 0..rows {
            let row = unsafe { input(x.offset(row as isize * stride), out.len()) };
            for (sum, &x) in out.iter_mut().zip(row) {
                *sum = (self.combine)(*sum, (self.widen)(x));
            }
        }
    }

    /// All results.
    ///
    /// # Safety
    /// All elements of the shape are readable from `x`, all results writable at `out`.
    unsafe fn all<T: Copy>(self, x: *const T, out: *mut A, shape: Shape)
    where
        W: Fn(T) -> A,
    {
        let Shape { outer, outer_stride, length, stride, inner, inner_stride } = shape;
        for o in 0..outer {
            unsafe {
                let x = x.offset(o as isize * outer_stride);
                let out = output(out.add(o * inner), inner);
                if inner > 1 && inner_stride == 1 {
                    for (i, out) in out.chunks_mut(COLUMNS).enumerate() {
                        self.rows(x.add(i * COLUMNS), stride, length, out);
                    }
                    continue;
                }
                for (i, out) in out.iter_mut().enumerate() {
                    let x = x.offset(i as isize * inner_stride);
                    *out = if stride == 1 || length < 2 {
                        self.slice(input(x, length))
                    } else {
                        self.steps(x, stride, length)
                    };
                }
            }
        }
    }
}

/// Exports a fold: `reduce!(reduce_sum [f32] -> T 0.0, |x| x, |x, y| x + y)`.
macro_rules! reduce {
    ($op:ident $types:tt -> $a:ty: $identity:expr, |$w:ident| $widen:expr, |$x:ident, $y:ident| $combine:expr) => {
        export!($op $types (x: *const T, out: *mut $a, outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let shape = Shape { outer, outer_stride: so, length: len, stride: sr, inner, inner_stride: si };
            let widen = |$w: T| -> $a { $widen };
            let combine = |$x: $a, $y: $a| -> $a { $combine };
            Fold { identity: $identity, widen, combine }.all(x, out, shape);
        });
    };
}

reduce!(reduce_sum [i8 i16] -> i32: 0, |x| x.into(), |x, y| x.wrapping_add(y));
reduce!(reduce_sum [u8 u16] -> u32: 0, |x| x.into(), |x, y| x.wrapping_add(y));
reduce!(reduce_sum [i32 i64 u32 u64] -> T: 0, |x| x, |x, y| x.wrapping_add(y));
reduce!(reduce_sum [f32 f64] -> T: 0.0, |x| x, |x, y| x + y);
reduce!(reduce_sum [c64 c128] -> T: T::new(0.0, 0.0), |x| x, |x, y| T::new(x.re + y.re, x.im + y.im));

reduce!(reduce_prod [i8 i16] -> i32: 1, |x| x.into(), |x, y| x.wrapping_mul(y));
reduce!(reduce_prod [u8 u16] -> u32: 1, |x| x.into(), |x, y| x.wrapping_mul(y));
reduce!(reduce_prod [i32 i64 u32 u64] -> T: 1, |x| x, |x, y| x.wrapping_mul(y));
reduce!(reduce_prod [f32 f64] -> T: 1.0, |x| x, |x, y| x * y);
reduce!(reduce_prod [c64 c128] -> T: T::new(1.0, 0.0), |x| x, |x, y| {
    T::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)
});

reduce!(reduce_max [i8 i16 i32 i64 u8 u16 u32 u64] -> T: T::MIN, |x| x, |x, y| maximum(x, y));
reduce!(reduce_max [f32 f64] -> T: T::NEG_INFINITY, |x| x, |x, y| maximum(x, y));
reduce!(reduce_min [i8 i16 i32 i64 u8 u16 u32 u64] -> T: T::MAX, |x| x, |x, y| minimum(x, y));
reduce!(reduce_min [f32 f64] -> T: T::INFINITY, |x| x, |x, y| minimum(x, y));

reduce!(reduce_any [u8] -> u8: 0, |x| (x != 0).into(), |x, y| x | y);
reduce!(reduce_all [u8] -> u8: 1, |x| (x != 0).into(), |x, y| x & y);

/// Calls `f` with the elements of each result, in order.
///
/// # Safety
/// All elements of the shape are readable from `x`, all results writable at `out`.
#[inline(always)]
unsafe fn each<T, R>(x: *const T, out: *mut R, shape: Shape, f: impl Fn(*const T) -> R) {
    for o in 0..shape.outer {
        for i in 0..shape.inner {
            let at = o as isize * shape.outer_stride + i as isize * shape.inner_stride;
            unsafe { out.add(o * shape.inner + i).write(f(x.offset(at))) };
        }
    }
}

/// Place of the first element that `passes` the ones before it; a NaN ends the search.
///
/// # Safety
/// `n` elements are readable from `x` in steps, at least one.
#[inline(never)]
unsafe fn first<T: Copy>(
    x: *const T,
    stride: isize,
    n: usize,
    nan: impl Fn(T) -> bool,
    passes: impl Fn(T, T) -> bool,
) -> usize {
    let mut best = unsafe { x.read() };
    let mut place = 0;
    if nan(best) {
        return 0;
    }
    for i in 1..n {
        let y = unsafe { x.offset(i as isize * stride).read() };
        if nan(y) {
            return i;
        }
        if passes(y, best) {
            (best, place) = (y, i);
        }
    }
    place
}

/// Whether a complex number comes before another, by real and then imaginary part.
fn before<F: PartialOrd>(x: Complex<F>, y: Complex<F>) -> bool {
    x.re < y.re || (x.re == y.re && x.im < y.im)
}

/// Exports the places of extremes of complex numbers, and the extremes.
macro_rules! extremes {
    ($arg:ident, $op:ident $types:tt |$z:ident| $nan:expr, |$x:ident, $y:ident| $passes:expr) => {
        export!($arg $types (x: *const T, out: *mut i32, outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let shape = Shape { outer, outer_stride: so, length: len, stride: sr, inner, inner_stride: si };
            each(x, out, shape, |x| {
                unsafe { first(x, sr, len, |$z: T| $nan, |$x: T, $y: T| $passes) as i32 }
            });
        });
        export!($op $types (x: *const T, out: *mut T, outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let shape = Shape { outer, outer_stride: so, length: len, stride: sr, inner, inner_stride: si };
            each(x, out, shape, |x| {
                unsafe {
                    let place = first(x, sr, len, |$z: T| $nan, |$x: T, $y: T| $passes);
                    x.offset(place as isize * sr).read()
                }
            });
        });
    };
}
/// Exports the places of extremes of real numbers. Of contiguous ones the extreme is
/// found first, which is a loop of vectors, and then its place.
macro_rules! places {
    ($arg:ident $types:tt $identity:ident, $extreme:ident, |$x:ident, $y:ident| $passes:expr) => {
        export!($arg $types (x: *const T, out: *mut i32, outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let shape = Shape { outer, outer_stride: so, length: len, stride: sr, inner, inner_stride: si };
            let fold = Fold { identity: T::$identity, widen: |x: T| x, combine: |x, y| $extreme(x, y) };
            each(x, out, shape, |x| unsafe {
                if sr == 1 && len >= LANES {
                    let row = input(x, len);
                    let value = fold.slice(row);
                    let nan = is_nan(&value);
                    row.iter().position(|x| if nan { is_nan(x) } else { *x == value }).unwrap_or(0) as i32
                } else {
                    first(x, sr, len, |x: T| is_nan(&x), |$x: T, $y: T| $passes) as i32
                }
            });
        });
    };
}
places!(argmax [i8 i16 i32 i64 u8 u16 u32 u64] MIN, maximum, |x, y| x > y);
places!(argmax [f32 f64] NEG_INFINITY, maximum, |x, y| x > y);
places!(argmin [i8 i16 i32 i64 u8 u16 u32 u64] MAX, minimum, |x, y| x < y);
places!(argmin [f32 f64] INFINITY, minimum, |x, y| x < y);
extremes!(argmax, reduce_max [c64 c128] |z| is_nan(&z.re) || is_nan(&z.im), |x, y| before(y, x));
extremes!(argmin, reduce_min [c64 c128] |z| is_nan(&z.re) || is_nan(&z.im), |x, y| before(x, y));

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(x: &[f64], shape: Shape) -> Vec<f64> {
        let mut out = vec![-1.0; shape.outer * shape.inner];
        let fold = Fold { identity: 0.0, widen: |x: f64| x, combine: |x, y| x + y };
        unsafe { fold.all(x.as_ptr(), out.as_mut_ptr(), shape) };
        out
    }

    #[test]
    fn every_shape_is_summed() {
        for outer in [1, 3] {
            for length in [0, 1, 2, 31, 32, 33, 130, 1500] {
                for inner in [1, 2, 513] {
                    let n = outer * length * inner;
                    let x: Vec<f64> = (0..n).map(|i| (i % 17) as f64).collect();
                    let at = |o: usize, r: usize, i: usize| x[(o * length + r) * inner + i];
                    let shape = Shape {
                        outer,
                        outer_stride: (length * inner) as isize,
                        length,
                        stride: inner as isize,
                        inner,
                        inner_stride: 1,
                    };
                    let got = sum(&x, shape);
                    for o in 0..outer {
                        for i in 0..inner {
                            let want: f64 = (0..length).map(|r| at(o, r, i)).sum();
                            assert_eq!(got[o * inner + i], want);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn steps_of_any_sign_are_followed() {
        let x: Vec<f64> = (0..600).map(|i| i as f64).collect();
        let shape = Shape {
            outer: 2,
            outer_stride: 300,
            length: 150,
            stride: -2,
            inner: 2,
            inner_stride: -1,
        };
        let got = sum(&x[299..], shape);
        for o in 0..2 {
            for i in 0..2 {
                let want: usize = (0..150).map(|r| 299 + 300 * o - 2 * r - i).sum();
                assert_eq!(got[o * 2 + i], want as f64);
            }
        }
    }

    #[test]
    fn ones_in_single_precision_are_counted() {
        let x = vec![1f32; 1 << 25];
        let fold = Fold { identity: 0.0, widen: |x: f32| x, combine: |x, y| x + y };
        assert_eq!(fold.slice(&x), (1 << 25) as f32);
    }

    #[test]
    fn the_first_nan_or_extreme_is_found() {
        let find =
            |x: &[f32]| unsafe { first(x.as_ptr(), 1, x.len(), |x| is_nan(&x), |x, y| x > y) };
        assert_eq!(find(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(find(&[1.0, f32::NAN, 9.0, f32::NAN]), 1);
        assert_eq!(find(&[f32::NAN]), 0);
        assert_eq!(find(&[0.0, -0.0]), 0);
    }
}
