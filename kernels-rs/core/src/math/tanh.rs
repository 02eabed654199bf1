//! e^x - 1 of floats, and the hyperbolic tangent.
//!
//! tanh x of floats in double precision, with one division: x = n log(2) / 2 + r, and
//! tanh(n log(2) / 2) = (2^n - 1) / (2^n + 1) and tanh r = B / A add up as fractions, so that
//! nothing cancels near zero. tanh x = 1 - 2 / (e^2x + 1) of doubles, near zero by a rational
//! function (S. Moshier, Cephes).

use super::exp::exp_f64x2;
use crate::simd::*;

splats! {
    SIGN: Splat32 = -0.0;
    // From here on the hyperbolic tangent is 1.
    FAR: Splat32 = 10.0;
    MINUS_FAR: Splat32 = -10.0;
    // From here on e^x - 1 is infinite, or -1.
    HIGH: Splat32 = 89.0;
    LOW: Splat32 = -104.0;
    LOG2_E: Splat64 = core::f64::consts::LOG2_E;
    ROUND: Splat64 = 6755399441055744.0;
    MINUS_LN2: Splat64 = -core::f64::consts::LN_2;
    TWO_LOG2_E: Splat64 = 2.0 * core::f64::consts::LOG2_E;
    MINUS_HALF_LN2: Splat64 = -0.5 * core::f64::consts::LN_2;
    ONE: Splat64 = 1.0;
    TWO: Splat64 = 2.0;
    // tanh r = r (1 + B1 r^2) / (1 + A1 r^2) for |r| <= log(2) / 4: least relative error.
    A1: Splat64 = 0.3999203018581248;
    B1: Splat64 = 0.06658721308747373;
    // (e^r - 1 - r) / r^2: interpolation at Chebyshev nodes.
    E7: Splat64 = 1.9890990824673654e-4;
    E6: Splat64 = 1.3933649996309251e-3;
    E5: Splat64 = 8.3333109254809e-3;
    E4: Splat64 = 4.1666464925285904e-2;
    E3: Splat64 = 1.6666666681623232e-1;
    E2: Splat64 = 5.00000001346581e-1;
}

/// e^x - 1 of doubles from -1000 to 1000, to 30 bits: enough for floats.
#[inline(always)]
fn short_expm1(x: F64x4) -> F64x4 {
    let t = x.madd(F64x4::all(&LOG2_E), F64x4::all(&ROUND));
    let n = t - F64x4::all(&ROUND);
    let r = n.madd(F64x4::all(&MINUS_LN2), x);
    let p = r.polynomial([&E7, &E6, &E5, &E4, &E3, &E2, &ONE]);
    // 2^n (e^r - 1) + (2^n - 1)
    let one = F64x4::all(&ONE);
    let scale = t.zip(one, |t, one| i64x2_add(i64x2_shl(t, 52), one));
    scale.madd(p * r, scale - one)
}

/// `y` with the sign of `x`, which sums lose of zero, and NaN, which clamps may lose
/// (see exp.rs).
#[inline(always)]
fn finish(x: v128, y: v128) -> v128 {
    v128_or(v128_bitselect(x, y, SIGN.get()), f32x4_ne(x, x))
}

/// e^x - 1 of four floats.
#[inline(always)]
pub fn expm1_f32x4(x: v128) -> v128 {
    let near = f32x4_pmin(f32x4_pmax(x, LOW.get()), HIGH.get());
    finish(x, short_expm1(F64x4::from_f32x4(near)).to_f32x4())
}

/// tanh x of four floats.
#[inline(always)]
pub fn tanh_f32x4(x: v128) -> v128 {
    let near = f32x4_pmin(f32x4_pmax(x, MINUS_FAR.get()), FAR.get());
    let near = F64x4::from_f32x4(near);
    let t = near.madd(F64x4::all(&TWO_LOG2_E), F64x4::all(&ROUND));
    let n = t - F64x4::all(&ROUND);
    let r = n.madd(F64x4::all(&MINUS_HALF_LN2), near);
    let one = F64x4::all(&ONE);
    let scale = t.zip(one, |t, one| i64x2_add(i64x2_shl(t, 52), one));
    let (less, more) = (scale - one, scale + one);
    let z = r * r;
    let a = z.madd(F64x4::all(&A1), one);
    let b = z.madd(F64x4::all(&B1), one) * r;
    let y = less.madd(a, more * b) / more.madd(a, less * b);
    finish(x, y.to_f32x4())
}

splats! {
    SIGN_D: Splat64 = -0.0;
    FAR_D: Splat64 = 22.0;
    NEAR_D: Splat64 = 0.625;
    P2: Splat64 = -9.64399179425052238628e-1;
    P1: Splat64 = -9.92877231001918586564e1;
    P0: Splat64 = -1.61468768441708447952e3;
    Q2: Splat64 = 1.12811678491632931402e2;
    Q1: Splat64 = 2.23548839060100448583e3;
    Q0: Splat64 = 4.84406305325125486048e3;
}

/// tanh x of two doubles.
#[inline(always)]
pub fn tanh_f64x2(x: v128) -> v128 {
    let size = f64x2_abs(x);
    let e = exp_f64x2(f64x2_mul(f64x2_pmin(size, FAR_D.get()), TWO.get()));
    let far = f64x2_sub(ONE.get(), f64x2_div(TWO.get(), f64x2_add(e, ONE.get())));
    let z = f64x2_mul(size, size);
    let mut p = madd_f64x2(P2.get(), z, P1.get());
    p = madd_f64x2(p, z, P0.get());
    let mut q = f64x2_add(z, Q2.get());
    q = madd_f64x2(q, z, Q1.get());
    q = madd_f64x2(q, z, Q0.get());
    let near = madd_f64x2(f64x2_mul(size, z), f64x2_div(p, q), size);
    let y = v128_bitselect(near, far, f64x2_lt(size, NEAR_D.get()));
    v128_or(v128_or(y, v128_and(x, SIGN_D.get())), f64x2_ne(x, x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn floats_are_within_one_ulp() {
        let worst = worst_f32(tanh_f32x4, f64::tanh, every_float(1009));
        assert!(worst < 0.6, "tanh: {worst} ulp");
        let worst = worst_f32(expm1_f32x4, f64::exp_m1, every_float(1009));
        assert!(worst < 0.6, "expm1: {worst} ulp");
    }

    #[test]
    fn tanh_of_doubles_is_within_two_ulp() {
        let worst = worst_f64(tanh_f64x2, tanh_exact, spread(0.001, 20.0, 50_000));
        assert!(worst < 2.0, "{worst} ulp");
    }

    #[test]
    fn special_values() {
        let inf = f32::INFINITY;
        let got = lanes_f32(tanh_f32x4, [inf, -inf, 0.0, -0.0]);
        assert_eq!(got.map(f32::to_bits), [1.0f32, -1.0, 0.0, -0.0].map(f32::to_bits));
        let got = lanes_f32(expm1_f32x4, [inf, -inf, 0.0, -0.0]);
        assert_eq!(got.map(f32::to_bits), [inf, -1.0, 0.0, -0.0].map(f32::to_bits));
        for f in [tanh_f32x4, expm1_f32x4] {
            let got = lanes_f32(f, [f32::NAN, 1e-45, -1e-40, -f32::NAN]);
            assert!(got[0].is_nan() && got[3].is_nan());
            assert_eq!(got[1..3], [1e-45, -1e-40]);
        }
        let inf = f64::INFINITY;
        assert_eq!(lanes_f64(tanh_f64x2, [inf, -inf]), [1.0, -1.0]);
        let got = lanes_f64(tanh_f64x2, [-0.0, 5e-324]);
        assert_eq!(got.map(f64::to_bits), [-0.0f64, 5e-324].map(f64::to_bits));
        assert!(lanes_f64(tanh_f64x2, [f64::NAN, 1.0])[0].is_nan());
    }
}
