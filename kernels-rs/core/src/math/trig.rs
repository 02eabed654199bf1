//! Sine, cosine and tangent of floats.
//!
//! The argument is reduced and the polynomial evaluated in double precision, so
//! results are nearly correctly rounded. Sine and cosine: x = n pi + r, or (n + 1/2)
//! pi + r, with |r| <= pi / 2, and one polynomial for sin r (Remez's algorithm).
//! Tangent: x = n pi / 2 + r, and a sine and a cosine (FreeBSD msun, k_sinf.c,
//! k_cosf.c). Lanes beyond a million, where the two parts of pi do not suffice, go
//! through `libm`.

use super::patch::patch_f32;
use crate::simd::*;

splats! {
    FAR: Splat32 = 1e6;
    SIGN: Splat32 = -0.0;
    TWO_OVER_PI: Splat64 = core::f64::consts::FRAC_2_PI;
    // 1.5 * 2^52: adding it rounds to an integer, in the low bits.
    ROUND: Splat64 = 6755399441055744.0;
    ONE_OVER_PI: Splat64 = core::f64::consts::FRAC_1_PI;
    HALF: Splat64 = 0.5;
    PI_HIGH: Splat64 = -2.0 * 1.570_796_310_901_641_8;
    PI_LOW: Splat64 = -2.0 * 1.589_325_477_352_819_7e-8;
    P4: Splat64 = 2.6057656894700834e-6;
    P3: Splat64 = -1.9809596512879984e-4;
    P2: Splat64 = 8.333066164564185e-3;
    P1: Splat64 = -1.6666659547507778e-1;
    HALF_PI_HIGH: Splat64 = -1.570_796_310_901_641_8;
    HALF_PI_LOW: Splat64 = -1.589_325_477_352_819_7e-8;
    S4: Splat64 = 2.718_311_493_989_822e-6;
    S3: Splat64 = -1.983_933_483_609_663_2e-4;
    S2: Splat64 = 8.333_329_385_889_463e-3;
    S1: Splat64 = -1.666_666_664_162_652_4e-1;
    C3: Splat64 = 2.439_044_879_627_740_9e-5;
    C2: Splat64 = -1.388_676_377_460_993e-3;
    C1: Splat64 = 4.166_662_332_373_906e-2;
    C0: Splat64 = -4.999_999_972_510_31e-1;
    ONE: Splat64 = 1.0;
}

/// n with its lowest bits, sine and cosine of x - n pi / 2.
#[inline(always)]
fn quarter_turn(x: F64x4) -> (F64x4, F64x4, F64x4) {
    let t = x.madd(F64x4::all(&TWO_OVER_PI), F64x4::all(&ROUND));
    let n = t - F64x4::all(&ROUND);
    let r = n.madd(F64x4::all(&HALF_PI_LOW), n.madd(F64x4::all(&HALF_PI_HIGH), x));
    let z = r * r;
    let s = z.polynomial([&S4, &S3, &S2, &S1]);
    let c = z.polynomial([&C3, &C2, &C1, &C0, &ONE]);
    (t, (s * z).madd(r, r), c)
}

/// `y`, or for distant arguments `f` of them.
#[inline(always)]
fn or_far(x: v128, y: v128, f: fn(f64) -> f64) -> v128 {
    let good = f32x4_lt(f32x4_abs(x), FAR.get());
    if i32x4_all_true(good) { y } else { patch_f32(x, y, good, f) }
}

/// (-1)^t sin(x - n pi), n near x / pi and t odd where the sign changes.
#[inline(always)]
fn half_turn(x: F64x4, n: F64x4, t: F64x4) -> F64x4 {
    let r = n.madd(F64x4::all(&PI_LOW), n.madd(F64x4::all(&PI_HIGH), x));
    let z = r * r;
    let p = z.polynomial([&P4, &P3, &P2, &P1]);
    (p * z).madd(r, r) ^ t.map(|t| i64x2_shl(t, 63))
}

/// sin x of four floats.
#[inline(always)]
pub fn sin_f32x4(x: v128) -> v128 {
    // Of |x|: the sum above loses the sign of zero.
    let size = F64x4::from_f32x4(f32x4_abs(x));
    let t = size.madd(F64x4::all(&ONE_OVER_PI), F64x4::all(&ROUND));
    let y = half_turn(size, t - F64x4::all(&ROUND), t).to_f32x4();
    or_far(x, v128_xor(y, v128_and(x, SIGN.get())), libm::sin)
}

/// cos x of four floats.
#[inline(always)]
pub fn cos_f32x4(x: v128) -> v128 {
    let size = F64x4::from_f32x4(f32x4_abs(x));
    // cos x = sin(x + pi / 2), so n is a half and an integer.
    let half = F64x4::all(&HALF);
    let t = size.madd(F64x4::all(&ONE_OVER_PI), half) + F64x4::all(&ROUND);
    let y = half_turn(size, t - F64x4::all(&ROUND) - half, t).to_f32x4();
    or_far(x, y, libm::cos)
}

/// tan x of four floats.
#[inline(always)]
pub fn tan_f32x4(x: v128) -> v128 {
    let (n, s, c) = quarter_turn(F64x4::from_f32x4(f32x4_abs(x)));
    // In odd quadrants -cos / sin.
    let odd = n.map(|n| i64x2_shl(n, 63));
    let swap = odd.map(|odd| i64x2_shr(odd, 63));
    let y = (s.select(c, swap) / c.select(s, swap)) ^ odd;
    or_far(x, v128_xor(y.to_f32x4(), v128_and(x, SIGN.get())), libm::tan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    #[test]
    fn sine_and_cosine_are_within_one_ulp() {
        let worst = worst_f32(sin_f32x4, f64::sin, every_float(1009));
        assert!(worst < 0.7, "sin: {worst} ulp");
        let worst = worst_f32(cos_f32x4, f64::cos, every_float(1009));
        assert!(worst < 0.7, "cos: {worst} ulp");
        let worst = worst_f32(tan_f32x4, f64::tan, every_float(1009));
        assert!(worst < 0.7, "tan: {worst} ulp");
    }

    #[test]
    fn special_values() {
        let inf = f32::INFINITY;
        for f in [sin_f32x4, cos_f32x4, tan_f32x4] {
            let got = lanes_f32(f, [inf, -inf, f32::NAN, 0.0]);
            assert!(got[..3].iter().all(|x| x.is_nan()) && !got[3].is_nan());
        }
        for f in [sin_f32x4, tan_f32x4] {
            let got = lanes_f32(f, [-0.0, 0.0, 1e-45, -1e-38]);
            assert_eq!(got.map(f32::to_bits), [-0.0f32, 0.0, 1e-45, -1e-38].map(f32::to_bits));
        }
        assert_eq!(lanes_f32(sin_f32x4, [1e22, 3e38, 1e6, 999_999.9])[0], 1e22f32.sin());
    }
}
