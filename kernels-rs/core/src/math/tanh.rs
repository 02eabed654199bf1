//! The hyperbolic tangent of floats.
//!
//! tanh x = (e^2x - 1) / (e^2x + 1), in double precision with e^2x - 1 from its own
//! series, so that nothing cancels near zero.

use super::trig::in_doubles;
use crate::simd::*;

splats! {
    // From here on the result is 1.
    FAR: Splat32 = 10.0;
    MINUS_FAR: Splat32 = -10.0;
    SIGN: Splat32 = -0.0;
    TWO_LOG2_E: Splat64 = 2.0 * core::f64::consts::LOG2_E;
    ROUND: Splat64 = 6755399441055744.0;
    MINUS_HALF_LN2: Splat64 = -0.5 * core::f64::consts::LN_2;
    ONE: Splat64 = 1.0;
    TWO: Splat64 = 2.0;
    // (e^2r - 1 - 2r) / r^2 for |r| <= log(2) / 4: powers of 2 times those of e^r.
    E7: Splat64 = 128.0 * 1.9890990824673654e-4;
    E6: Splat64 = 64.0 * 1.3933649996309251e-3;
    E5: Splat64 = 32.0 * 8.3333109254809e-3;
    E4: Splat64 = 16.0 * 4.1666464925285904e-2;
    E3: Splat64 = 8.0 * 1.6666666681623232e-1;
    E2: Splat64 = 4.0 * 5.00000001346581e-1;
}

/// tanh x of four floats.
#[inline(always)]
pub fn tanh_f32x4(x: v128) -> v128 {
    let near = f32x4_pmin(f32x4_pmax(x, MINUS_FAR.get()), FAR.get());
    let y = in_doubles(near, |x| {
        let t = madd_f64x2(x, TWO_LOG2_E.get(), ROUND.get());
        let n = f64x2_sub(t, ROUND.get());
        let r = madd_f64x2(n, MINUS_HALF_LN2.get(), x);
        let mut p = madd_f64x2(E7.get(), r, E6.get());
        p = madd_f64x2(p, r, E5.get());
        p = madd_f64x2(p, r, E4.get());
        p = madd_f64x2(p, r, E3.get());
        p = madd_f64x2(p, r, E2.get());
        p = madd_f64x2(p, r, TWO.get());
        // 2^n (e^2r - 1) + (2^n - 1)
        let scale = i64x2_add(i64x2_shl(t, 52), ONE.get());
        let m = madd_f64x2(scale, f64x2_mul(p, r), f64x2_sub(scale, ONE.get()));
        f64x2_div(m, f64x2_add(m, TWO.get()))
    });
    // The sum above loses the sign of zero, the clamp a NaN (see exp.rs).
    v128_or(v128_bitselect(x, y, SIGN.get()), f32x4_ne(x, x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn tanh_is_within_one_ulp() {
        let worst = worst_f32(tanh_f32x4, f64::tanh, every_float(1009));
        assert!(worst < 0.6, "{worst} ulp");
    }

    #[test]
    fn special_values() {
        let got = lanes_f32(tanh_f32x4, [f32::INFINITY, -f32::INFINITY, 0.0, -0.0]);
        assert_eq!(got.map(f32::to_bits), [1.0f32, -1.0, 0.0, -0.0].map(f32::to_bits));
        let got = lanes_f32(tanh_f32x4, [f32::NAN, 1e-45, -1e-40, 8.9]);
        assert!(got[0].is_nan());
        assert_eq!(got[1..3], [1e-45, -1e-40]);
    }
}
