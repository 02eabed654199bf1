//! Four doubles in two vectors: for functions of floats that are calculated in double
//! precision. Both halves take a step together, so that a constant is read once.

use super::*;

/// Four doubles.
#[derive(Clone, Copy)]
pub struct F64x4(pub v128, pub v128);

impl F64x4 {
    /// Four floats, exactly.
    #[inline(always)]
    pub fn from_f32x4(x: v128) -> Self {
        let high = i64x2_shuffle::<1, 1>(x, x);
        Self(f64x2_promote_low_f32x4(x), f64x2_promote_low_f32x4(high))
    }

    /// Four integers, exactly.
    #[inline(always)]
    pub fn from_i32x4(x: v128) -> Self {
        let high = i64x2_shuffle::<1, 1>(x, x);
        Self(f64x2_convert_low_i32x4(x), f64x2_convert_low_i32x4(high))
    }

    /// The nearest floats.
    #[inline(always)]
    pub fn to_f32x4(self) -> v128 {
        let (low, high) = (f32x4_demote_f64x2_zero(self.0), f32x4_demote_f64x2_zero(self.1));
        i64x2_shuffle::<0, 2>(low, high)
    }

    /// A constant in all lanes.
    #[inline(always)]
    pub fn all(x: &'static Splat64) -> Self {
        let x = x.get();
        Self(x, x)
    }

    /// Applies a function of two doubles to both halves.
    #[inline(always)]
    pub fn map(self, f: impl Fn(v128) -> v128) -> Self {
        Self(f(self.0), f(self.1))
    }

    /// Applies a function of two pairs of doubles to both halves.
    #[inline(always)]
    pub fn zip(self, other: Self, f: impl Fn(v128, v128) -> v128) -> Self {
        Self(f(self.0, other.0), f(self.1, other.1))
    }

    /// The bits of `other` where the mask has ones.
    #[inline(always)]
    pub fn select(self, other: Self, mask: Self) -> Self {
        Self(v128_bitselect(other.0, self.0, mask.0), v128_bitselect(other.1, self.1, mask.1))
    }

    /// `self * b + c`, fused where the build can.
    #[inline(always)]
    pub fn madd(self, b: Self, c: Self) -> Self {
        Self(madd_f64x2(self.0, b.0, c.0), madd_f64x2(self.1, b.1, c.1))
    }

    /// The polynomial with these coefficients, the highest power first.
    #[inline(always)]
    pub fn polynomial<const N: usize>(self, coefficients: [&'static Splat64; N]) -> Self {
        let mut sum = Self::all(coefficients[0]);
        for c in &coefficients[1..] {
            sum = sum.madd(self, Self::all(c));
        }
        sum
    }
}

macro_rules! operators {
    ($($op:ident $method:ident $f:ident)+) => {$(
        impl core::ops::$op for F64x4 {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self($f(self.0, other.0), $f(self.1, other.1))
            }
        }
    )+};
}
operators! {
    Add add f64x2_add
    Sub sub f64x2_sub
    Mul mul f64x2_mul
    Div div f64x2_div
    BitAnd bitand v128_and
    BitOr bitor v128_or
    BitXor bitxor v128_xor
}
