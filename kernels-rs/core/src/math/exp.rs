//! The exponential function.
//!
//! x = n log 2 + r with |r| <= log(2) / 2; a polynomial gives e^r, and 2^n is
//! multiplied in two factors, so that subnormal results and the top of the range
//! come out. Arguments are clamped to where the result overflows or vanishes by
//! itself. The clamp may lose a NaN, because with relaxed SIMD the compiler takes
//! instructions that leave this open; so NaN (all bits set) is put in at the end.
//! Coefficients in single precision: S. Moshier, Cephes; in double precision:
//! interpolation at Chebyshev nodes.

use crate::simd::*;

splats! {
    HIGH: Splat32 = 89.0;
    LOW: Splat32 = -104.0;
    LOG2_E: Splat32 = core::f32::consts::LOG2_E;
    // 1.5 * 2^23: adding it rounds to an integer, in the low bits.
    ROUND: Splat32 = 12582912.0;
    LN2_HIGH: Splat32 = -0.693359375;
    LN2_LOW: Splat32 = 2.1219444e-4;
    C7: Splat32 = 1.987_569_1e-4;
    C6: Splat32 = 1.398_199_9e-3;
    C5: Splat32 = 8.333_452e-3;
    C4: Splat32 = 4.166_579_6e-2;
    C3: Splat32 = 1.666_666_6e-1;
    C2: Splat32 = 5.000_000_1e-1;
    ONE: Splat32 = 1.0;
    // Sign and exponent.
    EXPONENT: Splat32 = f32::NEG_INFINITY;
}

/// e^x of four floats.
#[inline(always)]
pub fn exp_f32x4(x: v128) -> v128 {
    let nan = f32x4_ne(x, x);
    let x = f32x4_pmin(f32x4_pmax(x, LOW.get()), HIGH.get());
    let t = madd_f32x4(x, LOG2_E.get(), ROUND.get());
    let n = f32x4_sub(t, ROUND.get());
    // The rounding error of r would reach the result: its parts enter the last sum.
    let high = madd_f32x4(n, LN2_HIGH.get(), x);
    let low = f32x4_mul(n, LN2_LOW.get());
    let r = f32x4_add(high, low);
    let mut p = madd_f32x4(C7.get(), r, C6.get());
    p = madd_f32x4(p, r, C5.get());
    p = madd_f32x4(p, r, C4.get());
    p = madd_f32x4(p, r, C3.get());
    p = madd_f32x4(p, r, C2.get());
    let y = f32x4_add(madd_f32x4(p, f32x4_mul(r, r), low), high);
    let y = f32x4_add(y, ONE.get());
    // The low bits of t, moved to the exponent: half of n rounded down, and the rest.
    let first = v128_and(i32x4_shl(t, 22), EXPONENT.get());
    let second = i32x4_sub(i32x4_shl(t, 23), first);
    let (first, second) = (i32x4_add(first, ONE.get()), i32x4_add(second, ONE.get()));
    v128_or(f32x4_mul(f32x4_mul(y, first), second), nan)
}

splats! {
    HIGH_D: Splat64 = 710.0;
    LOW_D: Splat64 = -746.0;
    LOG2_E_D: Splat64 = core::f64::consts::LOG2_E;
    // 1.5 * 2^52.
    ROUND_D: Splat64 = 6755399441055744.0;
    // 32 bits of log 2, so that products with n are exact, and the rest.
    LN2_HIGH_D: Splat64 = -6.931_471_803_691_238e-1;
    LN2_LOW_D: Splat64 = -1.908_214_929_270_587_7e-10;
    D12: Splat64 = 2.0914686968086876e-9;
    D11: Splat64 = 2.5105217004720745e-8;
    D10: Splat64 = 2.75572736431103e-7;
    D9: Splat64 = 2.7557255400206422e-6;
    D8: Splat64 = 2.4801587325547743e-5;
    D7: Splat64 = 1.9841269874820627e-4;
    D6: Splat64 = 1.3888888888883748e-3;
    D5: Splat64 = 8.333333333326136e-3;
    D4: Splat64 = 4.166666666666667e-2;
    D3: Splat64 = 1.666666666666667e-1;
    D2: Splat64 = 0.5;
    ONE_D: Splat64 = 1.0;
    EXPONENT_D: Splat64 = f64::NEG_INFINITY;
}

/// e^x of two doubles.
#[inline(always)]
pub fn exp_f64x2(x: v128) -> v128 {
    let nan = f64x2_ne(x, x);
    let x = f64x2_pmin(f64x2_pmax(x, LOW_D.get()), HIGH_D.get());
    let t = madd_f64x2(x, LOG2_E_D.get(), ROUND_D.get());
    let n = f64x2_sub(t, ROUND_D.get());
    let high = madd_f64x2(n, LN2_HIGH_D.get(), x);
    let low = f64x2_mul(n, LN2_LOW_D.get());
    let r = f64x2_add(high, low);
    let mut p = madd_f64x2(D12.get(), r, D11.get());
    p = madd_f64x2(p, r, D10.get());
    p = madd_f64x2(p, r, D9.get());
    p = madd_f64x2(p, r, D8.get());
    p = madd_f64x2(p, r, D7.get());
    p = madd_f64x2(p, r, D6.get());
    p = madd_f64x2(p, r, D5.get());
    p = madd_f64x2(p, r, D4.get());
    p = madd_f64x2(p, r, D3.get());
    p = madd_f64x2(p, r, D2.get());
    let y = f64x2_add(madd_f64x2(p, f64x2_mul(r, r), low), high);
    let y = f64x2_add(y, ONE_D.get());
    let first = v128_and(i64x2_shl(t, 51), EXPONENT_D.get());
    let second = i64x2_sub(i64x2_shl(t, 52), first);
    let (first, second) = (i64x2_add(first, ONE_D.get()), i64x2_add(second, ONE_D.get()));
    v128_or(f64x2_mul(f64x2_mul(y, first), second), nan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn exp_f32_is_within_one_ulp() {
        let worst = worst_f32(exp_f32x4, f64::exp, every_float(1009).filter(|x| x.abs() < 120.0));
        assert!(worst < 1.0, "{worst} ulp");
    }

    #[test]
    fn exp_f64_is_within_one_ulp() {
        let worst = worst_f64(exp_f64x2, exp_exact, spread(-600.0, 709.7, 50_000));
        assert!(worst < 1.0, "{worst} ulp");
    }

    #[test]
    fn exp_of_special_values() {
        let inf = f32::INFINITY;
        assert_eq!(lanes_f32(exp_f32x4, [0.0, -0.0, inf, -inf]), [1.0, 1.0, inf, 0.0]);
        let got = lanes_f32(exp_f32x4, [88.722_84, 88.722_83, -103.28, -104.0]);
        assert_eq!(got, [inf, (88.722_83f32 as f64).exp() as f32, f32::from_bits(1), 0.0]);
        assert!(
            lanes_f32(exp_f32x4, [f32::NAN, -f32::NAN, 0.0, 0.0])[..2].iter().all(|x| x.is_nan())
        );
        let inf = f64::INFINITY;
        assert_eq!(lanes_f64(exp_f64x2, [0.0, inf]), [1.0, inf]);
        assert_eq!(lanes_f64(exp_f64x2, [-inf, 709.79]), [0.0, inf]);
        assert_eq!(lanes_f64(exp_f64x2, [-745.13, -745.2]), [5e-324, 0.0]);
        assert!(lanes_f64(exp_f64x2, [f64::NAN, 1.0])[0].is_nan());
    }
}
