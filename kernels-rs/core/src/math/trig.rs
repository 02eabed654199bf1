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

/// n with its lowest bits, sine and cosine of x - n pi / 2, of two doubles.
#[inline(always)]
fn quarter_turn(x: v128) -> (v128, v128, v128) {
    let t = madd_f64x2(x, TWO_OVER_PI.get(), ROUND.get());
    let n = f64x2_sub(t, ROUND.get());
    let r = madd_f64x2(n, HALF_PI_LOW.get(), madd_f64x2(n, HALF_PI_HIGH.get(), x));
    let z = f64x2_mul(r, r);
    let mut s = madd_f64x2(z, S4.get(), S3.get());
    s = madd_f64x2(s, z, S2.get());
    s = madd_f64x2(s, z, S1.get());
    let s = madd_f64x2(f64x2_mul(s, z), r, r);
    let mut c = madd_f64x2(z, C3.get(), C2.get());
    c = madd_f64x2(c, z, C1.get());
    c = madd_f64x2(c, z, C0.get());
    let c = madd_f64x2(c, z, ONE.get());
    (t, s, c)
}

/// Two pairs of doubles as four floats.
#[inline(always)]
fn narrow(low: v128, high: v128) -> v128 {
    i64x2_shuffle::<0, 2>(f32x4_demote_f64x2_zero(low), f32x4_demote_f64x2_zero(high))
}

/// Applies a function of two doubles to four floats.
#[inline(always)]
pub fn in_doubles(x: v128, f: impl Fn(v128) -> v128) -> v128 {
    let low = f(f64x2_promote_low_f32x4(x));
    let high = f(f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(x, x)));
    narrow(low, high)
}

/// `in_doubles` for functions of two arguments.
#[inline(always)]
pub fn in_doubles2(x: v128, y: v128, f: impl Fn(v128, v128) -> v128) -> v128 {
    let low = f(f64x2_promote_low_f32x4(x), f64x2_promote_low_f32x4(y));
    let (x, y) = (i64x2_shuffle::<1, 1>(x, x), i64x2_shuffle::<1, 1>(y, y));
    narrow(low, f(f64x2_promote_low_f32x4(x), f64x2_promote_low_f32x4(y)))
}

/// `y`, or for distant arguments `f` of them.
#[inline(always)]
fn or_far(x: v128, y: v128, f: fn(f64) -> f64) -> v128 {
    let good = f32x4_lt(f32x4_abs(x), FAR.get());
    if i32x4_all_true(good) { y } else { patch_f32(x, y, good, f) }
}

/// (-1)^t sin(x - n pi) of two doubles, n near x / pi and t odd where it changes sign.
#[inline(always)]
fn half_turn(x: v128, n: v128, t: v128) -> v128 {
    let r = madd_f64x2(n, PI_LOW.get(), madd_f64x2(n, PI_HIGH.get(), x));
    let z = f64x2_mul(r, r);
    let mut p = madd_f64x2(z, P4.get(), P3.get());
    p = madd_f64x2(p, z, P2.get());
    p = madd_f64x2(p, z, P1.get());
    v128_xor(madd_f64x2(f64x2_mul(p, z), r, r), i64x2_shl(t, 63))
}

/// sin x of four floats.
#[inline(always)]
pub fn sin_f32x4(x: v128) -> v128 {
    // Of |x|: the sum above loses the sign of zero.
    let y = in_doubles(f32x4_abs(x), |x| {
        let t = madd_f64x2(x, ONE_OVER_PI.get(), ROUND.get());
        half_turn(x, f64x2_sub(t, ROUND.get()), t)
    });
    or_far(x, v128_xor(y, v128_and(x, SIGN.get())), libm::sin)
}

/// cos x of four floats.
#[inline(always)]
pub fn cos_f32x4(x: v128) -> v128 {
    let y = in_doubles(f32x4_abs(x), |x| {
        // cos x = sin(x + pi / 2), so n is a half and an integer.
        let t = f64x2_add(madd_f64x2(x, ONE_OVER_PI.get(), HALF.get()), ROUND.get());
        half_turn(x, f64x2_sub(f64x2_sub(t, ROUND.get()), HALF.get()), t)
    });
    or_far(x, y, libm::cos)
}

/// tan x of four floats.
#[inline(always)]
pub fn tan_f32x4(x: v128) -> v128 {
    let y = in_doubles(f32x4_abs(x), |x| {
        let (n, s, c) = quarter_turn(x);
        // In odd quadrants -cos / sin.
        let odd = i64x2_shl(n, 63);
        let swap = i64x2_shr(odd, 63);
        let y = f64x2_div(v128_bitselect(c, s, swap), v128_bitselect(s, c, swap));
        v128_xor(y, odd)
    });
    or_far(x, v128_xor(y, v128_and(x, SIGN.get())), libm::tan)
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
