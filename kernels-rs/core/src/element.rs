//! What an element can do: one definition of each scalar operation.

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
    /// Minus one, zero, one or NaN.
    fn sign(self) -> Self;
    /// The double nearest to it.
    fn wide(self) -> f64;
    /// The number of this type nearest to a double.
    fn narrow(x: f64) -> Self;
}

macro_rules! float {
    ($($t:ident)+) => {$(
        impl Float for $t {
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
float!(f32 f64);

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
    fn signs_of_zero_are_zero() {
        assert!((-0.0f64).sign().is_sign_positive() && f32::NAN.sign().is_nan());
        assert_eq!((Float::sign(-2.5f32), Float::sign(f64::INFINITY)), (-1.0, 1.0));
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
