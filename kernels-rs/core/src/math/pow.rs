//! Powers and hypotenuses.
//!
//! Powers of floats: x^y = 2^(y log2 x) in double precision, 2^f by a polynomial
//! (interpolation at Chebyshev nodes); results are nearly correctly rounded. Lanes with
//! a special value go through `libm`.

use super::log::{short_log2, split_f32x4};
use crate::simd::*;

splats! {
    MIN: Splat32 = f32::MIN_POSITIVE;
    INF: Splat32 = f32::INFINITY;
    SIGN: Splat32 = -0.0;
    ZERO: Splat32 = 0.0;
    // Beyond it every float is an even integer.
    ALL_EVEN: Splat32 = 16777216.0;
    // Magnitudes of exponents from here on go through `libm`.
    FAR: Splat32 = 1e9;
    ONE_D: Splat64 = 1.0;
    HIGH: Splat64 = 200.0;
    LOW: Splat64 = -200.0;
    ROUND: Splat64 = 6755399441055744.0;
    E6: Splat64 = 1.546144469856913e-4;
    E5: Splat64 = 1.3400428177615838e-3;
    E4: Splat64 = 9.618056678524637e-3;
    E3: Splat64 = 5.550327226670302e-2;
    E2: Splat64 = 2.4022650922288757e-1;
    E1: Splat64 = 6.931472067028326e-1;
}

/// x^y of floats, x positive and normal.
#[inline(always)]
fn power(x: v128, y: v128) -> v128 {
    let (k, f) = split_f32x4(x);
    let log2 = short_log2(F64x4::from_i32x4(k), F64x4::from_f32x4(f));
    let (low, high) = (F64x4::all(&LOW), F64x4::all(&HIGH));
    let w = (log2 * F64x4::from_f32x4(y))
        .zip(low, |a, b| f64x2_pmax(a, b))
        .zip(high, |a, b| f64x2_pmin(a, b));
    let t = w + F64x4::all(&ROUND);
    let f = w - (t - F64x4::all(&ROUND));
    let e = f.polynomial([&E6, &E5, &E4, &E3, &E2, &E1, &ONE_D]);
    e.zip(t, |e, t| i64x2_add(e, i64x2_shl(t, 52))).to_f32x4()
}

/// x^y of four pairs of floats.
#[inline(always)]
pub fn pow_f32x4(x: v128, y: v128) -> v128 {
    let (size, reach) = (f32x4_abs(x), f32x4_abs(y));
    let result = power(size, y);
    let small = f32x4_lt(reach, FAR.get());
    let positive = v128_and(f32x4_ge(x, MIN.get()), f32x4_lt(x, INF.get()));
    if i32x4_all_true(v128_and(positive, small)) { result } else { signed(x, y, result) }
}

/// Gives powers of magnitudes what bases that are not positive and normal make of them.
#[inline(never)]
fn signed(x: v128, y: v128, result: v128) -> v128 {
    let (size, reach) = (f32x4_abs(x), f32x4_abs(y));
    let whole = f32x4_eq(f32x4_nearest(y), y);
    let negative = f32x4_lt(x, ZERO.get());
    // An odd exponent keeps the sign; the conversion saturates only even numbers.
    let odd = v128_and(i32x4_shl(i32x4_trunc_sat_f32x4(y), 31), f32x4_lt(reach, ALL_EVEN.get()));
    let result = v128_or(result, v128_and(v128_and(odd, negative), SIGN.get()));
    // A broken exponent of a negative base has no real power: all bits set are NaN.
    let result = v128_or(result, v128_andnot(negative, whole));
    let normal = v128_and(f32x4_ge(size, MIN.get()), f32x4_lt(size, INF.get()));
    let good = v128_and(normal, f32x4_lt(reach, FAR.get()));
    if i32x4_all_true(good) { result } else { patch(x, y, result, good) }
}

#[inline(never)]
#[cold]
fn patch(x: v128, y: v128, result: v128, good: v128) -> v128 {
    let (mut base, mut exponent) = ([0f32; 4], [0f32; 4]);
    let (mut to, mut mask) = ([0f32; 4], [0f32; 4]);
    store(&mut base, x);
    store(&mut exponent, y);
    store(&mut to, result);
    store(&mut mask, good);
    for i in 0..4 {
        if mask[i].to_bits() == 0 {
            to[i] = libm::pow(base[i] as f64, exponent[i] as f64) as f32;
        }
    }
    load(&to)
}

/// sqrt(x^2 + y^2) of floats, which does not overflow on the way.
#[inline(always)]
pub fn hypot_f32(x: f32, y: f32) -> f32 {
    if x.is_infinite() || y.is_infinite() {
        return f32::INFINITY;
    }
    let (x, y) = (x as f64, y as f64);
    sqrt(x * x + y * y) as f32
}

/// sqrt(x^2 + y^2) of doubles, which does not overflow on the way
/// (musl, hypot.c: squares with their rounding errors).
pub fn hypot(x: f64, y: f64) -> f64 {
    if x.is_infinite() || y.is_infinite() {
        return f64::INFINITY;
    }
    let (x, y) = (x.abs(), y.abs());
    let (x, y) = if x < y { (y, x) } else { (x, y) };
    if y == 0.0 || x >= y * 18014398509481984.0 {
        return x + y;
    }
    const SCALE: f64 = f64::from_bits((1023 + 700) << 52);
    const INVERSE: f64 = f64::from_bits((1023 - 700) << 52);
    let (x, y, back) = if x > f64::from_bits((1023 + 510) << 52) {
        (x * INVERSE, y * INVERSE, SCALE)
    } else if y < f64::from_bits((1023 - 450) << 52) {
        (x * SCALE, y * SCALE, INVERSE)
    } else {
        (x, y, 1.0)
    };
    let ((x, x_low), (y, y_low)) = (square(x), square(y));
    back * sqrt(y_low + x_low + y + x)
}

/// The square of a double and its rounding error (Dekker 1971).
#[inline(always)]
pub fn square(x: f64) -> (f64, f64) {
    let wide = x * 134217729.0;
    let high = x - wide + wide;
    let low = x - high;
    let product = x * x;
    (product, high * high - product + 2.0 * high * low + low * low)
}

/// Square root of one double: `libm` would calculate it bit by bit.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(x)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::check::*;

    fn pow(x: f32, y: f32) -> f32 {
        let mut out = [0.0; 4];
        store(&mut out, pow_f32x4(f32x4_splat(x), f32x4_splat(y)));
        out[0]
    }

    #[test]
    fn powers_are_within_one_ulp() {
        let mut worst = 0f64;
        for (i, x) in every_float(20011).enumerate() {
            let y = ((i as f64 * 0.618_033_988_749_894_9).fract() * 8.0 - 4.0) as f32;
            for y in [y, y.round(), y * 10.0, y / 100.0] {
                worst = worst.max(ulps_f32(pow(x, y), (x as f64).powf(y as f64)));
            }
        }
        assert!(worst < 0.6, "{worst} ulp");
    }

    #[test]
    fn special_powers_are_those_of_c() {
        let inf = f32::INFINITY;
        let values = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            2.0,
            -2.0,
            0.5,
            -0.5,
            3.0,
            -3.0,
            inf,
            -inf,
            1e-40,
            -1e-40,
            1e30,
            16777215.0,
            -16777217.0,
            2e9,
            -3e38,
            f32::NAN,
        ];
        for x in values {
            for y in values {
                let (got, want) = (pow(x, y), (x as f64).powf(y as f64) as f32);
                let same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
                assert!(same, "{x}^{y}: {got}, not {want}");
            }
        }
        assert_eq!((pow(3.0, 2.0), pow(-3.0, 3.0), pow(7.0, 8.0)), (9.0, -27.0, 5764801.0));
    }

    #[test]
    fn hypotenuses_do_not_overflow() {
        for scale in [2f64.powi(1000), 2f64.powi(-1040)] {
            assert_eq!(hypot(3.0 * scale, -4.0 * scale), 5.0 * scale);
        }
        assert_eq!((hypot(5e-324, 0.0), hypot(-5e-324, 5e-324)), (5e-324, 5e-324));
        assert_eq!(hypot(f64::NAN, f64::NEG_INFINITY), f64::INFINITY);
        assert!(hypot(f64::NAN, 1.0).is_nan() && hypot_f32(1.0, f32::NAN).is_nan());
        assert_eq!(
            (hypot_f32(3e38, 0.0), hypot_f32(f32::NAN, f32::INFINITY)),
            (3e38, f32::INFINITY)
        );
        for (x, y) in spread(-300.0, 300.0, 20_000).zip(spread(-3.0, 3.0, 20_000)) {
            let (x, y) = (x.exp(), (x + y).exp());
            let (got, want) = (hypot(x, y), libm::hypot(x, y));
            assert!((got - want).abs() <= want * f64::EPSILON, "{x} {y}");
        }
    }
}
