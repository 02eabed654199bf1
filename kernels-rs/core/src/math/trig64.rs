//! Sine and cosine of doubles (FreeBSD msun, e_rem_pio2.c, k_sin.c, k_cos.c).
//!
//! x = n pi / 2 + r + s with |r| <= pi / 4 and s the rounding error of r. Lanes that are
//! far away, or so close to a multiple of pi / 2 that two parts of it do not suffice, go
//! through `libm`.

use super::patch::patch_f64;
use crate::simd::*;

splats! {
    FAR: Splat64 = 1e5;
    // Below, n is 0 and r is x.
    NEAR: Splat64 = 0.5;
    CLOSE: Splat64 = 1.0 / 1024.0;
    SIGN: Splat64 = -0.0;
    TWO_OVER_PI: Splat64 = core::f64::consts::FRAC_2_PI;
    // 1.5 * 2^52: adding it rounds to an integer, in the low bits.
    ROUND: Splat64 = 6755399441055744.0;
    // 33 bits, so that products with n are exact, and the rest.
    HALF_PI_HIGH: Splat64 = -1.57079632673412561417;
    HALF_PI_LOW: Splat64 = 6.07710050650619224932e-11;
    HALF: Splat64 = 0.5;
    ONE: Splat64 = 1.0;
    S6: Splat64 = 1.58969099521155010221e-10;
    S5: Splat64 = -2.50507602534068634195e-8;
    S4: Splat64 = 2.75573137070700676789e-6;
    S3: Splat64 = -1.98412698298579493134e-4;
    S2: Splat64 = 8.33333333332248946124e-3;
    S1: Splat64 = -1.66666666666666324348e-1;
    C6: Splat64 = -1.13596475577881948265e-11;
    C5: Splat64 = 2.08757232129817482790e-9;
    C4: Splat64 = -2.75573143513906633035e-7;
    C3: Splat64 = 2.48015872894767294178e-5;
    C2: Splat64 = -1.38888888888741095749e-3;
    C1: Splat64 = 4.16666666666666019037e-2;
}

/// sin(x + turns pi / 2) of two doubles that are not negative, and which lanes hold.
#[inline(always)]
fn sine(x: v128, turns: i64) -> (v128, v128) {
    let t = madd_f64x2(x, TWO_OVER_PI.get(), ROUND.get());
    let n = f64x2_sub(t, ROUND.get());
    let first = madd_f64x2(n, HALF_PI_HIGH.get(), x);
    let w = f64x2_mul(n, HALF_PI_LOW.get());
    let r = f64x2_sub(first, w);
    let s = f64x2_sub(f64x2_sub(first, r), w);
    let z = f64x2_mul(r, r);

    let mut p = madd_f64x2(z, S6.get(), S5.get());
    p = madd_f64x2(p, z, S4.get());
    p = madd_f64x2(p, z, S3.get());
    p = madd_f64x2(p, z, S2.get());
    // r - ((z (s / 2 - r^3 p) - s) - r^3 S1)
    let cube = f64x2_mul(z, r);
    let inner = f64x2_sub(f64x2_mul(s, HALF.get()), f64x2_mul(cube, p));
    let inner = f64x2_sub(f64x2_mul(z, inner), s);
    let sin = f64x2_sub(r, f64x2_sub(inner, f64x2_mul(cube, S1.get())));

    let mut q = madd_f64x2(z, C6.get(), C5.get());
    q = madd_f64x2(q, z, C4.get());
    q = madd_f64x2(q, z, C3.get());
    q = madd_f64x2(q, z, C2.get());
    q = madd_f64x2(q, z, C1.get());
    // w + (((1 - w) - z / 2) + (z^2 q - r s)), w = 1 - z / 2
    let half = f64x2_mul(z, HALF.get());
    let w = f64x2_sub(ONE.get(), half);
    let rest = f64x2_sub(f64x2_mul(f64x2_mul(z, z), q), f64x2_mul(r, s));
    let cos = f64x2_add(w, f64x2_add(f64x2_sub(f64x2_sub(ONE.get(), w), half), rest));

    let n = i64x2_add(t, i64x2_splat(turns));
    let odd = i64x2_shr(i64x2_shl(n, 63), 63);
    // Bit 1 of n is the sign.
    let negative = v128_and(i64x2_shl(n, 62), SIGN.get());
    let y = v128_xor(v128_bitselect(cos, sin, odd), negative);
    let apart = v128_or(f64x2_gt(f64x2_abs(r), CLOSE.get()), f64x2_lt(x, NEAR.get()));
    (y, v128_and(apart, f64x2_lt(x, FAR.get())))
}

/// sin x of two doubles.
#[inline(always)]
pub fn sin_f64x2(x: v128) -> v128 {
    // Of |x|: sums lose the sign of zero.
    let (y, good) = sine(f64x2_abs(x), 0);
    let y = v128_xor(y, v128_and(x, SIGN.get()));
    if i64x2_all_true(good) { y } else { patch_f64(x, y, good, libm::sin) }
}

/// cos x of two doubles.
#[inline(always)]
pub fn cos_f64x2(x: v128) -> v128 {
    let (y, good) = sine(f64x2_abs(x), 1);
    if i64x2_all_true(good) { y } else { patch_f64(x, y, good, libm::cos) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn sine_and_cosine_are_within_one_ulp() {
        for reach in [1.0, 100.0, 1e5] {
            let worst = worst_f64(sin_f64x2, |x| sin_exact(x, 0), spread(-reach, reach, 20_000));
            assert!(worst < 1.0, "sin: {worst} ulp");
            let worst = worst_f64(cos_f64x2, |x| sin_exact(x, 1), spread(-reach, reach, 20_000));
            assert!(worst < 1.0, "cos: {worst} ulp");
        }
    }

    #[test]
    fn special_values() {
        let inf = f64::INFINITY;
        assert!(lanes_f64(sin_f64x2, [inf, f64::NAN]).iter().all(|x| x.is_nan()));
        assert!(lanes_f64(cos_f64x2, [f64::NAN, -inf]).iter().all(|x| x.is_nan()));
        let zeros = lanes_f64(sin_f64x2, [0.0, -0.0]);
        assert_eq!(zeros.map(f64::to_bits), [0.0f64, -0.0].map(f64::to_bits));
        assert_eq!(lanes_f64(sin_f64x2, [5e-324, 1e22]), [5e-324, -0.8522008497671888]);
        let pi = core::f64::consts::PI;
        assert_eq!(
            lanes_f64(sin_f64x2, [pi, -pi]),
            [1.2246467991473532e-16, -1.2246467991473532e-16]
        );
        assert_eq!(lanes_f64(cos_f64x2, [pi / 2.0, 0.0]), [6.123233995736766e-17, 1.0]);
    }
}
