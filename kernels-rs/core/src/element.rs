//! What an element can do: one definition of each scalar operation.

use crate::simd::*;

/// Integer arithmetic as NumPy's: results wrap, division by zero gives zero.
pub trait Int: Copy {
    /// Quotient rounded toward minus infinity.
    fn floor_divide(self, by: Self) -> Self;
    /// Remainder with the sign of the divisor.
    fn remainder(self, by: Self) -> Self;
    /// Power by repeated squaring; the exponent is not negative.
    fn power(self, exponent: Self) -> Self;
    /// Shift to the left; a width or more gives zero.
    fn left_shift(self, by: Self) -> Self;
    /// Shift to the right; a width or more gives zero or minus one.
    fn right_shift(self, by: Self) -> Self;
    /// Minus one, zero or one.
    fn sign(self) -> Self;
    /// Magnitude; the smallest value stays.
    fn magnitude(self) -> Self;
}

/// Methods that do not depend on signedness.
macro_rules! common {
    ($t:ty) => {
        #[inline(always)]
        fn power(self, exponent: Self) -> Self {
            let (mut base, mut left, mut result) = (self, exponent, 1);
            while left > 0 {
                if left & 1 == 1 {
                    result = <$t>::wrapping_mul(result, base);
                }
                base = base.wrapping_mul(base);
                left >>= 1;
            }
            result
        }

        #[inline(always)]
        fn left_shift(self, by: Self) -> Self {
            if (0..Self::BITS as Self).contains(&by) { self << by } else { 0 }
        }
    };
}

macro_rules! signed {
    ($($t:ident)+) => {$(
        impl Int for $t {
            common!($t);

            #[inline(always)]
            fn floor_divide(self, by: Self) -> Self {
                if by == 0 {
                    return 0;
                }
                let quotient = self.wrapping_div(by);
                let exact = quotient.wrapping_mul(by) == self;
                if !exact && (self < 0) != (by < 0) { quotient - 1 } else { quotient }
            }

            #[inline(always)]
            fn remainder(self, by: Self) -> Self {
                if by == 0 {
                    return 0;
                }
                let rest = self.wrapping_rem(by);
                if rest != 0 && (rest < 0) != (by < 0) { rest + by } else { rest }
            }

            #[inline(always)]
            fn right_shift(self, by: Self) -> Self {
                const LAST: $t = ($t::BITS - 1) as $t;
                self >> if (0..LAST).contains(&by) { by } else { LAST }
            }

            #[inline(always)]
            fn sign(self) -> Self {
                self.signum()
            }

            #[inline(always)]
            fn magnitude(self) -> Self {
                self.wrapping_abs()
            }
        }
    )+};
}
signed!(i8 i16 i32 i64);

macro_rules! unsigned {
    ($($t:ident)+) => {$(
        impl Int for $t {
            common!($t);

            #[inline(always)]
            fn floor_divide(self, by: Self) -> Self {
                self.checked_div(by).unwrap_or(0)
            }

            #[inline(always)]
            fn remainder(self, by: Self) -> Self {
                self.checked_rem(by).unwrap_or(0)
            }

            #[inline(always)]
            fn right_shift(self, by: Self) -> Self {
                if by < Self::BITS as Self { self >> by } else { 0 }
            }

            #[inline(always)]
            fn sign(self) -> Self {
                (self != 0).into()
            }

            #[inline(always)]
            fn magnitude(self) -> Self {
                self
            }
        }
    )+};
}
unsigned!(u8 u16 u32 u64);

/// What real numbers of both kinds can do.
pub trait Float: Copy + PartialOrd {
    /// `floor(self / by)`, consistent with `remainder`.
    fn floor_divide(self, by: Self) -> Self;
    /// Remainder with the sign of the divisor.
    fn remainder(self, by: Self) -> Self;
    /// Minus one, zero, one or NaN.
    fn sign(self) -> Self;
    /// The double nearest to it.
    fn wide(self) -> f64;
    /// The number of this type nearest to a double.
    fn narrow(x: f64) -> Self;
}

macro_rules! float {
    ($($t:ident $fmod:path, $floor:path;)+) => {$(
        impl Float for $t {
            // As NumPy's npy_divmod (numpy/_core/src/npymath).
            #[inline(always)]
            fn floor_divide(self, by: Self) -> Self {
                if by == 0.0 {
                    return self / by;
                }
                let rest = $fmod(self, by);
                let mut quotient = (self - rest) / by;
                if rest != 0.0 && (by < 0.0) != (rest < 0.0) {
                    quotient -= 1.0;
                }
                if quotient == 0.0 {
                    return (0.0 as $t).copysign(self / by);
                }
                let floor = $floor(quotient);
                if quotient - floor > 0.5 { floor + 1.0 } else { floor }
            }

            #[inline(always)]
            fn remainder(self, by: Self) -> Self {
                let rest = $fmod(self, by);
                if by == 0.0 {
                    rest
                } else if rest == 0.0 {
                    (0.0 as $t).copysign(by)
                } else if (by < 0.0) != (rest < 0.0) {
                    rest + by
                } else {
                    rest
                }
            }

            #[inline(always)]
            fn sign(self) -> Self {
                if self > 0.0 {
                    1.0
                } else if self < 0.0 {
                    -1.0
                } else if self == 0.0 {
                    0.0
                } else {
                    self
                }
            }

            #[inline(always)]
            fn wide(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn narrow(x: f64) -> Self {
                x as $t
            }
        }
    )+};
}
float! {
    f32 fmod_f32, floor_f32;
    f64 libm::fmod, floor_f64;
}

/// Remainder with the sign of `a`, exact.
#[inline(always)]
fn fmod_f32(a: f32, b: f32) -> f32 {
    let (x, y) = ((a as f64).abs(), (b as f64).abs());
    let quotient = x / y;
    // Up to here a quotient rounded to an integer is off by one at most and
    // `x - quotient * y` is exact.
    if quotient < 16777216.0 && y < f64::INFINITY {
        let mut rest = x - (quotient as i32) as f64 * y;
        if rest < 0.0 {
            rest += y;
        }
        return (rest as f32).copysign(a);
    }
    libm::fmodf(a, b)
}

#[inline(always)]
fn floor_f32(x: f32) -> f32 {
    f32x4_extract_lane::<0>(f32x4_floor(f32x4_splat(x)))
}

#[inline(always)]
fn floor_f64(x: f64) -> f64 {
    f64x2_extract_lane::<0>(f64x2_floor(f64x2_splat(x)))
}

/// The larger one; NaN if one is; the second of equals, as NumPy on x86.
#[inline(always)]
pub fn maximum<T: PartialOrd>(a: T, b: T) -> T {
    if a > b || is_nan(&a) { a } else { b }
}

/// The smaller one; NaN if one is; the second of equals, as NumPy on x86.
#[inline(always)]
pub fn minimum<T: PartialOrd>(a: T, b: T) -> T {
    if a < b || is_nan(&a) { a } else { b }
}

/// Whether a number is not equal to itself.
#[inline(always)]
#[allow(clippy::eq_op)]
pub fn is_nan<T: PartialEq>(x: &T) -> bool {
    x != x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_division_floors_and_wraps() {
        for a in i8::MIN..=i8::MAX {
            for b in i8::MIN..=i8::MAX {
                if b == 0 {
                    assert_eq!((a.floor_divide(b), a.remainder(b)), (0, 0));
                    continue;
                }
                let quotient = (a as f64 / b as f64).floor() as i32;
                assert_eq!(a.floor_divide(b), quotient as i8);
                assert_eq!(a.remainder(b), (a as i32 - quotient * b as i32) as i8);
            }
        }
        assert_eq!((200u8.floor_divide(7), 200u8.remainder(7), 9u8.remainder(0)), (28, 4, 0));
    }

    #[test]
    fn integer_powers_wrap() {
        assert_eq!(3i32.power(5), 243);
        assert_eq!((-3i32).power(5), -243);
        assert_eq!(10i32.power(10), 10i64.pow(10) as i32);
        assert_eq!(0u8.power(0), 1);
        assert_eq!(7u64.power(63), 7u64.wrapping_pow(63));
    }

    #[test]
    fn shifts_by_the_width_or_more_lose_all_bits() {
        assert_eq!((1i8.left_shift(7), 1i8.left_shift(8), 1i8.left_shift(-1)), (-128, 0, 0));
        assert_eq!((-128i8).right_shift(7), -1);
        assert_eq!(((-5i8).right_shift(8), 5i8.right_shift(8), 5i8.right_shift(-1)), (-1, 0, 0));
        assert_eq!((255u8.right_shift(7), 255u8.right_shift(8), 255u8.left_shift(8)), (1, 0, 0));
    }

    #[test]
    fn float_division_is_numpys() {
        let inf = f64::INFINITY;
        assert_eq!(((-1.0).floor_divide(inf), (-1.0).remainder(inf)), (-1.0, inf));
        assert_eq!((7.0.floor_divide(-2.0), 7.0.remainder(-2.0)), (-4.0, -1.0));
        assert_eq!((1.0.floor_divide(0.1), 1.0f32.floor_divide(0.1)), (9.0, 9.0));
        assert!(1.0f64.floor_divide(0.0) == inf && 1.0f64.remainder(0.0).is_nan());
        assert!(inf.floor_divide(1.0).is_nan() && inf.remainder(1.0).is_nan());
        assert!(
            (-0.0f64).remainder(3.0).is_sign_positive()
                && 6.0f64.remainder(-3.0).is_sign_negative()
        );
        assert!((-0.0f64).floor_divide(3.0).is_sign_negative());
        assert!((-0.0f64).sign().is_sign_positive() && f32::NAN.sign().is_nan());
    }

    #[test]
    fn short_remainder_is_exact() {
        assert_eq!((fmod_f32(-0.5, f32::INFINITY), fmod_f32(7e30, 1e-3)), (-0.5, 7e30 % 1e-3));
        let mut bits = 1u32;
        for _ in 0..200_000 {
            bits = bits.wrapping_mul(1664525).wrapping_add(1013904223);
            let a = f32::from_bits(bits);
            let b = f32::from_bits(bits.rotate_left(13) & 0x0fff_ffff | bits & 0x7000_0000);
            let (got, want) = (fmod_f32(a, b), a % b);
            assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{a} {b}");
        }
    }

    #[test]
    fn extremes_propagate_nan() {
        assert!(maximum(f32::NAN, 1.0).is_nan() && maximum(1.0, f32::NAN).is_nan());
        assert!(minimum(f64::NAN, 1.0).is_nan() && minimum(1.0, f64::NAN).is_nan());
        assert!(
            maximum(-0.0f32, 0.0).is_sign_positive() && maximum(0.0f32, -0.0).is_sign_negative()
        );
        assert_eq!((maximum(2, 3), minimum(2, 3)), (3, 2));
    }
}
