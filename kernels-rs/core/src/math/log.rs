//! The natural logarithm.
//!
//! x = 2^k m with m from sqrt(1/2) to sqrt(2), f = m - 1. Single precision: a
//! polynomial in f (S. Moshier, Cephes). Double precision: s = f / (2 + f) and an
//! even polynomial (FreeBSD msun, e_log.c). What is not positive, normal and
//! finite goes through `libm`, lane by lane.

use super::patch::{patch_f32, patch_f64};
use crate::simd::*;

splats! {
    MIN: Splat32 = f32::MIN_POSITIVE;
    INF: Splat32 = f32::INFINITY;
    ONE: Splat32 = 1.0;
    SQRT_HALF: Splat32 = core::f32::consts::FRAC_1_SQRT_2;
    C8: Splat32 = 7.037_683_6e-2;
    C7: Splat32 = -1.151_461e-1;
    C6: Splat32 = 1.167_699_874e-1;
    C5: Splat32 = -1.242_014_1e-1;
    C4: Splat32 = 1.424_932_3e-1;
    C3: Splat32 = -1.666_805_8e-1;
    C2: Splat32 = 2.000_071_476_5e-1;
    C1: Splat32 = -2.499_999_4e-1;
    C0: Splat32 = 3.333_333_1e-1;
    LN2_LOW: Splat32 = -2.121_944_4e-4;
    LN2_HIGH: Splat32 = 6.933_593_75e-1;
    MINUS_HALF: Splat32 = -0.5;
}

/// Four positive, normal floats as 2^k (1 + f), with 1 + f from sqrt(1/2) to sqrt(2):
/// k as integers, and f, which is exact.
#[inline(always)]
pub fn split_f32x4(x: v128) -> (v128, v128) {
    // Exponents count from sqrt(1/2): the shift leaves k, and 1 + f comes out normalised.
    let k = i32x4_shr(i32x4_sub(x, SQRT_HALF.get()), 23);
    (k, f32x4_sub(i32x4_sub(x, i32x4_shl(k, 23)), ONE.get()))
}

/// log x of four floats.
#[inline(always)]
pub fn log_f32x4(x: v128) -> v128 {
    let (k, f) = split_f32x4(x);
    let k = f32x4_convert_i32x4(k);
    let mut p = madd_f32x4(C8.get(), f, C7.get());
    p = madd_f32x4(p, f, C6.get());
    p = madd_f32x4(p, f, C5.get());
    p = madd_f32x4(p, f, C4.get());
    p = madd_f32x4(p, f, C3.get());
    p = madd_f32x4(p, f, C2.get());
    p = madd_f32x4(p, f, C1.get());
    p = madd_f32x4(p, f, C0.get());
    let square = f32x4_mul(f, f);
    let mut y = f32x4_mul(f32x4_mul(p, f), square);
    y = madd_f32x4(k, LN2_LOW.get(), y);
    y = madd_f32x4(square, MINUS_HALF.get(), y);
    y = madd_f32x4(k, LN2_HIGH.get(), f32x4_add(f, y));
    let good = v128_and(f32x4_ge(x, MIN.get()), f32x4_lt(x, INF.get()));
    if i32x4_all_true(good) { y } else { patch_f32(x, y, good, libm::log) }
}

splats! {
    MIN_D: Splat64 = f64::MIN_POSITIVE;
    INF_D: Splat64 = f64::INFINITY;
    ONE_D: Splat64 = 1.0;
    HALF_D: Splat64 = 0.5;
    TWO_D: Splat64 = 2.0;
    // 2^52, whose low bits take an exponent, and what that makes of exponent 0.
    BIG_D: Splat64 = 4503599627370496.0;
    BIAS_D: Splat64 = 4503599627370496.0 + 1023.0;
    // Bits of 1.0 less those of sqrt(1/2).
    UP: Splat64 = f64::from_bits(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    LN2_HIGH_D: Splat64 = 6.931_471_803_691_238e-1;
    LN2_LOW_D: Splat64 = 1.908_214_929_270_587_7e-10;
    L1: Splat64 = 6.666_666_666_666_735e-1;
    L2: Splat64 = 3.999_999_999_940_942e-1;
    L3: Splat64 = 2.857_142_874_366_239e-1;
    L4: Splat64 = 2.222_219_843_214_978_4e-1;
    L5: Splat64 = 1.818_357_216_161_805e-1;
    L6: Splat64 = 1.531_383_769_920_937_3e-1;
    L7: Splat64 = 1.479_819_860_511_658_6e-1;
}

/// Two positive, normal doubles as 2^k m, with m from sqrt(1/2) to sqrt(2).
#[inline(always)]
pub fn split(x: v128) -> (v128, v128) {
    let exponent = u64x2_shr(i64x2_add(x, UP.get()), 52);
    let m = i64x2_add(i64x2_sub(x, i64x2_shl(exponent, 52)), ONE_D.get());
    (f64x2_sub(v128_or(exponent, BIG_D.get()), BIAS_D.get()), m)
}

/// log x of two doubles.
#[inline(always)]
pub fn log_f64x2(x: v128) -> v128 {
    let (k, m) = split(x);
    let f = f64x2_sub(m, ONE_D.get());
    let s = f64x2_div(f, f64x2_add(f, TWO_D.get()));
    let z = f64x2_mul(s, s);
    let w = f64x2_mul(z, z);
    let mut even = madd_f64x2(w, L6.get(), L4.get());
    even = madd_f64x2(w, even, L2.get());
    let mut odd = madd_f64x2(w, L7.get(), L5.get());
    odd = madd_f64x2(w, odd, L3.get());
    odd = madd_f64x2(w, odd, L1.get());
    let r = madd_f64x2(w, even, f64x2_mul(z, odd));
    let half_square = f64x2_mul(f64x2_mul(f, f), HALF_D.get());
    let low = f64x2_mul(k, LN2_LOW_D.get());
    let tail = madd_f64x2(s, f64x2_add(half_square, r), low);
    let y = f64x2_sub(f, f64x2_sub(half_square, tail));
    let y = madd_f64x2(k, LN2_HIGH_D.get(), y);
    let good = v128_and(f64x2_ge(x, MIN_D.get()), f64x2_lt(x, INF_D.get()));
    if i64x2_all_true(good) { y } else { patch_f64(x, y, good, libm::log) }
}

splats! {
    LN2_D: Splat64 = core::f64::consts::LN_2;
    // log2 m = s P(s^2), s = (m - 1) / (m + 1): interpolation at Chebyshev nodes.
    B4: Splat64 = 0.3407329932424559;
    B3: Splat64 = 0.41167268734376855;
    B2: Splat64 = 0.5770835830070087;
    B1: Splat64 = 0.9617966733682309;
    B0: Splat64 = 2.885390081790048;
    SIGN: Splat32 = -0.0;
    MINUS_ONE: Splat32 = -1.0;
    ZERO_D: Splat64 = 0.0;
}

/// `split` of four doubles.
#[inline(always)]
fn split4(x: F64x4) -> (F64x4, F64x4) {
    let ((k, m), (j, l)) = (split(x.0), split(x.1));
    (F64x4(k, j), F64x4(m, l))
}

/// k + log2(1 + f) to 37 bits: enough for floats.
#[inline(always)]
pub fn short_log2(k: F64x4, f: F64x4) -> F64x4 {
    let s = f / (f + F64x4::all(&TWO_D));
    (s * s).polynomial([&B4, &B3, &B2, &B1, &B0]).madd(s, k)
}

/// log(1 + x) of four floats.
#[inline(always)]
pub fn log1p_f32x4(x: v128) -> v128 {
    let wide = F64x4::from_f32x4(x);
    let (k, m) = split4(wide + F64x4::all(&ONE_D));
    // Without a power of 2, f is x itself.
    let small = k.map(|k| f64x2_eq(k, ZERO_D.get()));
    let f = (m - F64x4::all(&ONE_D)).select(wide, small);
    let y = (short_log2(k, f) * F64x4::all(&LN2_D)).to_f32x4();
    // The sum above loses the sign of zero.
    let y = v128_bitselect(x, y, SIGN.get());
    let good = v128_and(f32x4_gt(x, MINUS_ONE.get()), f32x4_lt(x, INF.get()));
    if i32x4_all_true(good) { y } else { patch_f32(x, y, good, libm::log1p) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn log1p_is_within_one_ulp() {
        let worst = worst_f32(log1p_f32x4, f64::ln_1p, every_float(1009));
        assert!(worst < 0.6, "{worst} ulp");
        let inf = f32::INFINITY;
        let got = lanes_f32(log1p_f32x4, [-1.0, inf, -0.0, 1e-45]);
        assert_eq!(got.map(f32::to_bits), [-inf, inf, -0.0, 1e-45].map(f32::to_bits));
        assert!(lanes_f32(log1p_f32x4, [-1.1, -inf, f32::NAN, -2.0]).iter().all(|x| x.is_nan()));
    }

    #[test]
    fn log_f32_is_within_one_ulp() {
        let worst = worst_f32(log_f32x4, f64::ln, every_float(1009).filter(|&x| x > 0.0));
        assert!(worst < 1.0, "{worst} ulp");
    }

    #[test]
    fn log_f64_is_within_one_ulp() {
        let near = spread(0.5, 2.0, 20_000);
        let all = spread(-700.0, 700.0, 20_000).map(f64::exp);
        let worst = worst_f64(log_f64x2, log_exact, near.chain(all));
        assert!(worst < 1.0, "{worst} ulp");
    }

    #[test]
    fn log_of_special_values() {
        let inf = f32::INFINITY;
        assert_eq!(lanes_f32(log_f32x4, [0.0, -0.0, inf, 1.0]), [-inf, -inf, inf, 0.0]);
        assert!(lanes_f32(log_f32x4, [-1.0, -inf, f32::NAN, -1e-40]).iter().all(|x| x.is_nan()));
        let inf = f64::INFINITY;
        assert_eq!(lanes_f64(log_f64x2, [0.0, inf]), [-inf, inf]);
        assert_eq!(lanes_f64(log_f64x2, [5e-324, 1.0]), [5e-324f64.ln(), 0.0]);
        assert!(lanes_f64(log_f64x2, [-1.0, f64::NAN]).iter().all(|x| x.is_nan()));
    }
}
