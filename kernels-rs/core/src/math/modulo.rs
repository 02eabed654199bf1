//! Floor division and remainder of floats with the divisor's sign, as NumPy's
//! npy_divmod (numpy/_core/src/npymath).

use crate::simd::*;

splats! {
    ZERO: Splat32 = 0.0;
    HALF: Splat32 = 0.5;
    ONE: Splat32 = 1.0;
    SIGN: Splat32 = -0.0;
    INF: Splat32 = f32::INFINITY;
    ZERO_D: Splat64 = 0.0;
    SIGN_D: Splat64 = -0.0;
    // Up to here a truncated quotient of floats is off by one at most, and its product
    // with the divisor exact.
    FAR: Splat32 = 16777216.0;
}

/// Remainder with the sign of `a`, exact.
#[inline(always)]
fn fmod_f32x4(a: v128, b: v128) -> v128 {
    let divisor = f32x4_abs(b);
    let (x, y) = (F64x4::from_f32x4(a), F64x4::from_f32x4(divisor));
    let quotient = (x / y).map(|x| f64x2_trunc(x));
    let rest = x - quotient * y;
    // A quotient rounded up to an integer leaves the other sign.
    let sign = x & F64x4::all(&SIGN_D);
    let size = rest ^ sign;
    let up = size.map(|x| f64x2_lt(x, ZERO_D.get())) & y;
    let rest = ((size + up).map(|x| f64x2_abs(x)) | sign).to_f32x4();
    let near = f32x4_lt(f32x4_abs(a), f32x4_mul(divisor, FAR.get()));
    let good = v128_and(near, f32x4_lt(divisor, INF.get()));
    if i32x4_all_true(good) { rest } else { patch(a, b, rest, good) }
}

#[inline(never)]
#[cold]
fn patch(a: v128, b: v128, rest: v128, good: v128) -> v128 {
    let (mut x, mut y) = ([0f32; 4], [0f32; 4]);
    let (mut to, mut mask) = ([0f32; 4], [0f32; 4]);
    store(&mut x, a);
    store(&mut y, b);
    store(&mut to, rest);
    store(&mut mask, good);
    for i in 0..4 {
        if mask[i].to_bits() == 0 {
            to[i] = libm::fmodf(x[i], y[i]);
        }
    }
    load(&to)
}

/// Where a remainder is not zero and has not the sign of the divisor.
#[inline(always)]
fn crosses(rest: v128, b: v128) -> v128 {
    let signs = v128_xor(f32x4_lt(rest, ZERO.get()), f32x4_lt(b, ZERO.get()));
    v128_and(signs, f32x4_ne(rest, ZERO.get()))
}

/// `a` with the sign of `b`.
#[inline(always)]
fn copysign(a: v128, b: v128) -> v128 {
    v128_bitselect(b, a, SIGN.get())
}

/// Remainder of four floats.
#[inline(always)]
pub fn remainder_f32x4(a: v128, b: v128) -> v128 {
    let rest = fmod_f32x4(a, b);
    let moved = f32x4_add(rest, v128_and(crosses(rest, b), b));
    let zero = v128_andnot(f32x4_eq(rest, ZERO.get()), f32x4_eq(b, ZERO.get()));
    v128_bitselect(copysign(rest, b), moved, zero)
}

/// Floor division of four floats.
#[inline(always)]
pub fn floor_divide_f32x4(a: v128, b: v128) -> v128 {
    let rest = fmod_f32x4(a, b);
    let plain = f32x4_div(a, b);
    let quotient = f32x4_div(f32x4_sub(a, rest), b);
    let quotient = f32x4_sub(quotient, v128_and(crosses(rest, b), ONE.get()));
    let floor = f32x4_floor(quotient);
    let up = f32x4_gt(f32x4_sub(quotient, floor), HALF.get());
    let floor = f32x4_add(floor, v128_and(up, ONE.get()));
    let zero = f32x4_eq(quotient, ZERO.get());
    let floor = v128_bitselect(copysign(ZERO.get(), plain), floor, zero);
    v128_bitselect(plain, floor, f32x4_eq(b, ZERO.get()))
}

/// Remainder of doubles.
pub fn remainder(a: f64, b: f64) -> f64 {
    let rest = libm::fmod(a, b);
    if b == 0.0 {
        rest
    } else if rest == 0.0 {
        (0.0f64).copysign(b)
    } else if (b < 0.0) != (rest < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// Floor division of doubles.
pub fn floor_divide(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return a / b;
    }
    let rest = libm::fmod(a, b);
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64).copysign(a / b);
    }
    let floor = f64x2_extract_lane::<0>(f64x2_floor(f64x2_splat(quotient)));
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(f: impl Fn(v128, v128) -> v128, a: f32, b: f32) -> f32 {
        f32x4_extract_lane::<0>(f(f32x4_splat(a), f32x4_splat(b)))
    }

    #[test]
    fn division_of_floats_is_numpys() {
        let inf = f32::INFINITY;
        let divide = |a, b| one(floor_divide_f32x4, a, b);
        let rest = |a, b| one(remainder_f32x4, a, b);
        assert_eq!((divide(-1.0, inf), rest(-1.0, inf)), (-1.0, inf));
        assert_eq!((divide(7.0, -2.0), rest(7.0, -2.0)), (-4.0, -1.0));
        assert_eq!((divide(1.0, 0.1), divide(0.0, -3.0).to_bits()), (9.0, 1 << 31));
        assert_eq!((divide(1.0, 0.0), divide(-1.0, 0.0)), (inf, -inf));
        assert!(rest(1.0, 0.0).is_nan() && divide(0.0, 0.0).is_nan());
        assert!(divide(inf, 1.0).is_nan() && rest(inf, 1.0).is_nan());
        assert_eq!((rest(-0.0, 3.0).to_bits(), rest(6.0, -3.0).to_bits()), (0, 1 << 31));
        assert_eq!((floor_divide(-1.0, f64::INFINITY), remainder(7.0, -2.0)), (-1.0, -1.0));
        assert_eq!((floor_divide(1.0, 0.1), floor_divide(1.0, 0.0)), (9.0, f64::INFINITY));
    }

    #[test]
    fn remainder_is_exact() {
        let mut bits = 1u32;
        for _ in 0..200_000 {
            bits = bits.wrapping_mul(1664525).wrapping_add(1013904223);
            let a = f32::from_bits(bits);
            let b = f32::from_bits(bits.rotate_left(13) & 0x0fff_ffff | bits & 0xf000_0000);
            for b in [b, f32::INFINITY, 0.0] {
                let (got, want) = (one(fmod_f32x4, a, b), a % b);
                let same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
                assert!(same, "{a} {b}: {got}, not {want}");
            }
        }
    }
}
