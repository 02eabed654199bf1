//! Complex numbers as interleaved pairs: arithmetic, comparison and taking apart,
//! with NumPy's special values. Their elementary functions are in `math/complex.rs`.

use crate::edge::{CHUNK, input, output};
use crate::element::is_nan;
use crate::loops::{map1, map2, vectors1};
use crate::math::complex as functions;
use crate::math::pow::{hypot, hypot_f32};
use crate::simd::{f32x4_nearest, f64x2_nearest};

/// A complex number in memory: real part, imaginary part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Complex<F> {
    pub re: F,
    pub im: F,
}

#[allow(non_camel_case_types)]
pub type c64 = Complex<f32>;
#[allow(non_camel_case_types)]
pub type c128 = Complex<f64>;

impl<F> Complex<F> {
    #[inline(always)]
    pub const fn new(re: F, im: F) -> Self {
        Self { re, im }
    }
}

/// All real and imaginary parts in a row.
#[inline(always)]
fn parts<F>(z: &[Complex<F>]) -> &[F] {
    // SAFETY: a pair is two numbers without padding.
    unsafe { input(z.as_ptr().cast(), 2 * z.len()) }
}

/// `parts` to be written.
#[inline(always)]
fn parts_mut<F>(z: &mut [Complex<F>]) -> &mut [F] {
    // SAFETY: a pair is two numbers without padding.
    unsafe { output(z.as_mut_ptr().cast(), 2 * z.len()) }
}

/// What the kernels need of complex numbers beyond the operators.
pub trait Field: Copy {
    /// Type of the parts.
    type Real;
    /// Quotient (R. Smith 1962, as NumPy).
    fn divide(self, by: Self) -> Self;
    /// 1 / z, as NumPy.
    fn reciprocal(self) -> Self;
    /// Magnitude.
    fn abs(self) -> Self::Real;
    /// z / |z|; zero for zero.
    fn sign(self) -> Self;
    /// Whether either part is NaN.
    fn has_nan(self) -> bool;
    /// Lexicographic `self > other`; false where NaN is in the way, as NumPy.
    fn greater(self, other: Self) -> bool;
    /// Lexicographic `self >= other`.
    fn greater_equal(self, other: Self) -> bool;
    /// The same number in double precision.
    fn wide(self) -> c128;
    /// The nearest number of this type.
    fn narrow(z: c128) -> Self;
}

macro_rules! field {
    ($($f:ty, $hypot:path;)+) => {$(
        impl core::ops::Add for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn add(self, o: Self) -> Self {
                Self::new(self.re + o.re, self.im + o.im)
            }
        }

        impl core::ops::Sub for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn sub(self, o: Self) -> Self {
                Self::new(self.re - o.re, self.im - o.im)
            }
        }

        impl core::ops::Mul for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn mul(self, o: Self) -> Self {
                Self::new(self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re)
            }
        }

        impl core::ops::Neg for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self::new(-self.re, -self.im)
            }
        }

        impl Field for Complex<$f> {
            type Real = $f;

            #[inline(always)]
            fn divide(self, by: Self) -> Self {
                if by.re.abs() >= by.im.abs() {
                    if by.re == 0.0 && by.im == 0.0 {
                        return Self::new(self.re / by.re.abs(), self.im / by.re.abs());
                    }
                    let ratio = by.im / by.re;
                    let scale = 1.0 / (by.re + by.im * ratio);
                    Self::new((self.re + self.im * ratio) * scale, (self.im - self.re * ratio) * scale)
                } else {
                    let ratio = by.re / by.im;
                    let scale = 1.0 / (by.im + by.re * ratio);
                    Self::new((self.re * ratio + self.im) * scale, (self.im * ratio - self.re) * scale)
                }
            }

            #[inline(always)]
            fn reciprocal(self) -> Self {
                if self.im.abs() <= self.re.abs() {
                    let ratio = self.im / self.re;
                    let scale = self.re + self.im * ratio;
                    Self::new(1.0 / scale, -ratio / scale)
                } else {
                    let ratio = self.re / self.im;
                    let scale = self.re * ratio + self.im;
                    Self::new(ratio / scale, -1.0 / scale)
                }
            }

            #[inline(always)]
            fn abs(self) -> $f {
                $hypot(self.re, self.im)
            }

            #[inline(always)]
            fn sign(self) -> Self {
                let size = self.abs();
                if size.is_infinite() {
                    let unit = |x: $f| if x.is_infinite() { (1.0 as $f).copysign(x) } else { 0.0 };
                    return if self.re.is_infinite() && self.im.is_infinite() {
                        Self::new(<$f>::NAN, <$f>::NAN)
                    } else {
                        Self::new(unit(self.re), unit(self.im))
                    };
                }
                if size == 0.0 {
                    return Self::new(0.0, 0.0);
                }
                // A NaN in one part makes the magnitude NaN, and that both parts.
                Self::new(self.re / size, self.im / size)
            }

            #[inline(always)]
            fn has_nan(self) -> bool {
                is_nan(&self.re) || is_nan(&self.im)
            }

            #[inline(always)]
            fn greater(self, o: Self) -> bool {
                self.re > o.re && !is_nan(&self.im) && !is_nan(&o.im)
                    || self.re == o.re && self.im > o.im
            }

            #[inline(always)]
            fn greater_equal(self, o: Self) -> bool {
                self.re > o.re && !is_nan(&self.im) && !is_nan(&o.im)
                    || self.re == o.re && self.im >= o.im
            }

            #[inline(always)]
            fn wide(self) -> c128 {
                Complex::new(self.re as f64, self.im as f64)
            }

            #[inline(always)]
            fn narrow(z: c128) -> Self {
                Self::new(z.re as $f, z.im as $f)
            }
        }
    )+};
}
field! {
    f32, hypot_f32;
    f64, hypot;
}

type Real<T> = <T as Field>::Real;

map2! { add [c64 c128] |a, b, out| map2(parts(a), parts(b), parts_mut(out), |x, y| x + y) }
map2! { subtract [c64 c128] |a, b, out| map2(parts(a), parts(b), parts_mut(out), |x, y| x - y) }
map2! { multiply [c64 c128] |x, y| x * y }
map2! { divide [c64 c128] |x, y| x.divide(y) }
map2! { power [c64 c128] |x, y| T::narrow(functions::power(x.wide(), y.wide())) }
map2! { maximum [c64 c128] |x, y| if x.greater_equal(y) || x.has_nan() { x } else { y } }
map2! { minimum [c64 c128] |x, y| if y.greater_equal(x) || x.has_nan() { x } else { y } }

map1! { negative [c64 c128] |a, out| map1(parts(a), parts_mut(out), |x| -x) }
map1! { conjugate [c64 c128] |z| T::new(z.re, -z.im) }
map1! { square [c64 c128] |z| z * z }
map1! { reciprocal [c64 c128] |z| z.reciprocal() }
map1! { sign [c64 c128] |z| z.sign() }
map1! { round [c64] |a, out| vectors1(parts(a), parts_mut(out), |x| f32x4_nearest(x)) }
map1! { round [c128] |a, out| vectors1(parts(a), parts_mut(out), |x| f64x2_nearest(x)) }
map1! { abs [c64 c128] -> Real<T> |z| z.abs() }
map1! { real [c64 c128] -> Real<T> |z| z.re }
map1! { imag [c64 c128] -> Real<T> |z| z.im }

map1! { sqrt [c64 c128] |z| T::narrow(functions::sqrt(z.wide())) }
map1! { exp [c64 c128] |z| T::narrow(functions::exp(z.wide())) }
map1! { expm1 [c64 c128] |z| T::narrow(functions::expm1(z.wide())) }
map1! { log [c64 c128] |z| T::narrow(functions::log(z.wide())) }
map1! { log1p [c64 c128] |z| T::narrow(functions::log1p(z.wide())) }
map1! { sin [c64 c128] |z| T::narrow(functions::sin(z.wide())) }
map1! { cos [c64 c128] |z| T::narrow(functions::cos(z.wide())) }
map1! { tan [c64 c128] |z| T::narrow(functions::tan(z.wide())) }
map1! { tanh [c64 c128] |z| T::narrow(functions::tanh(z.wide())) }

map2! { equal [c64 c128] -> u8 |x, y| (x == y).into() }
map2! { not_equal [c64 c128] -> u8 |x, y| (x != y).into() }
map2! { less [c64 c128] -> u8 |x, y| y.greater(x).into() }
map2! { less_equal [c64 c128] -> u8 |x, y| y.greater_equal(x).into() }
map2! { greater [c64 c128] -> u8 |x, y| x.greater(y).into() }
map2! { greater_equal [c64 c128] -> u8 |x, y| x.greater_equal(y).into() }

map1! { isnan [c64 c128] -> u8 |z| z.has_nan().into() }
map1! { isinf [c64 c128] -> u8 |z| (z.re.is_infinite() || z.im.is_infinite()).into() }
map1! { isfinite [c64 c128] -> u8 |z| (z.re.is_finite() && z.im.is_finite()).into() }

export!(complex [c64 c128] (re: *const Real<T>, im: *const Real<T>, out: *mut T, n: usize) {
    #[inline(never)]
    fn piece(re: &[Real<T>], im: &[Real<T>], out: &mut [T]) {
        map2(re, im, out, T::new);
    }
    let (re, im) = (input(re, n).chunks(CHUNK), input(im, n).chunks(CHUNK));
    for ((x, y), o) in re.zip(im).zip(output(out, n).chunks_mut(CHUNK)) {
        piece(x, y, o);
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn z(re: f64, im: f64) -> c128 {
        Complex::new(re, im)
    }

    #[test]
    fn division_neither_overflows_nor_loses_zero() {
        assert_eq!(z(4.0, 2.0).divide(z(1.0, -1.0)), z(1.0, 3.0));
        assert_eq!(z(1e300, 1e300).divide(z(1e300, 1e300)), z(1.0, 0.0));
        let by_zero = z(1.0, -2.0).divide(z(0.0, 0.0));
        assert_eq!(by_zero, z(f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!(z(0.0, 2.0).reciprocal(), z(0.0, -0.5));
    }

    #[test]
    fn signs_are_numpys() {
        let inf = f64::INFINITY;
        assert_eq!(z(3.0, -4.0).sign(), z(0.6, -0.8));
        assert_eq!((z(-inf, 5.0).sign(), z(2.0, -inf).sign()), (z(-1.0, 0.0), z(0.0, -1.0)));
        assert!(z(inf, inf).sign().has_nan() && z(f64::NAN, 1.0).sign().has_nan());
        assert_eq!(z(-inf, f64::NAN).sign(), z(-1.0, 0.0));
        assert_eq!(z(0.0, -0.0).sign(), z(0.0, 0.0));
    }

    #[test]
    fn order_is_lexicographic() {
        assert!(z(1.0, 2.0).greater(z(1.0, 1.0)) && z(2.0, -9.0).greater(z(1.0, 9.0)));
        assert!(z(1.0, 1.0).greater_equal(z(1.0, 1.0)) && !z(1.0, 1.0).greater(z(1.0, 1.0)));
        assert!(!z(2.0, f64::NAN).greater_equal(z(1.0, 0.0)));
    }

    #[test]
    fn magnitudes_do_not_overflow() {
        assert_eq!(Complex::new(3e38f32, 0.0).abs(), 3e38);
        assert_eq!(z(3.0, 4.0).abs(), 5.0);
    }
}
