//! Measures the error of vector functions in units in the last place.

use crate::simd::{load, store, v128};

/// Every `step`-th float, both signs, without NaN and infinities.
pub fn every_float(step: u32) -> impl Iterator<Item = f32> {
    (0..=u32::MAX / step).map(move |i| f32::from_bits(i * step)).filter(|x| x.is_finite())
}

/// `n` numbers between two bounds, at irregular distances.
pub fn spread(low: f64, high: f64, n: u32) -> impl Iterator<Item = f64> {
    (0..n).map(move |i| low + (high - low) * (i as f64 * 0.618_033_988_749_894_9).fract())
}

/// A vector function of four floats.
pub fn lanes_f32(f: impl Fn(v128) -> v128, x: [f32; 4]) -> [f32; 4] {
    let mut out = [0.0; 4];
    store(&mut out, f(load(&x)));
    out
}

/// A vector function of two doubles.
pub fn lanes_f64(f: impl Fn(v128) -> v128, x: [f64; 2]) -> [f64; 2] {
    let mut out = [0.0; 2];
    store(&mut out, f(load(&x)));
    out
}

/// The largest error of `f` in ulps against a function in double precision.
/// Results that overflow have to be infinite in both.
pub fn worst_f32(
    f: impl Fn(v128) -> v128 + Copy,
    exact: impl Fn(f64) -> f64,
    inputs: impl Iterator<Item = f32>,
) -> f64 {
    let mut worst = 0.0;
    for x in inputs {
        let error = ulps_f32(lanes_f32(f, [x; 4])[0], exact(x as f64));
        if error > worst {
            worst = error;
            println!("{worst} at {x}");
        }
    }
    worst
}

/// Distance of `got` from `want` in ulps of `want` as a float.
pub fn ulps_f32(got: f32, want: f64) -> f64 {
    let near = want as f32;
    if got == near || got.is_nan() && near.is_nan() {
        return if near.is_finite() { (got as f64 - want).abs() / ulp_f32(near) } else { 0.0 };
    }
    if !got.is_finite() || !near.is_finite() {
        return f64::INFINITY;
    }
    (got as f64 - want).abs() / ulp_f32(near)
}

fn ulp_f32(x: f32) -> f64 {
    let exponent = (x.to_bits() >> 23 & 255).max(1) as i32;
    2f64.powi(exponent - 150)
}

/// The largest error of `f` in ulps against a value and its remainder.
pub fn worst_f64(
    f: impl Fn(v128) -> v128 + Copy,
    exact: impl Fn(f64) -> (f64, f64),
    inputs: impl Iterator<Item = f64>,
) -> f64 {
    let mut worst = 0.0;
    for x in inputs {
        let (high, low) = exact(x);
        let got = lanes_f64(f, [x; 2])[0];
        let ulp = f64::from_bits(high.to_bits() + 1) - high;
        let error = (((got - high) - low) / ulp).abs();
        if error.is_nan() || error > worst {
            worst = if error.is_nan() { f64::INFINITY } else { error };
            println!("{worst} at {x}");
        }
    }
    worst
}

/// e^x as the sum of two doubles.
pub fn exp_exact(x: f64) -> (f64, f64) {
    // log 2 in three parts, the first two short enough for exact products with n.
    const LN2: [f64; 3] =
        [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10, -1.163_512_354_350_683_7e-26];
    let n = (x * std::f64::consts::LOG2_E).round();
    let r = dd_add(dd_product(-n, LN2[0]), (x, 0.0));
    let r = dd_add(r, dd_product(-n, LN2[1]));
    let r = dd_add(r, (-n * LN2[2], 0.0));
    let mut sum = (1.0, 0.0);
    for k in (1..28).rev() {
        sum = dd_add(dd_div(dd_mul(sum, r), k as f64), (1.0, 0.0));
    }
    let scale = |y: f64| y * 2f64.powi((n / 2.0) as i32) * 2f64.powi(n as i32 - (n / 2.0) as i32);
    (scale(sum.0), scale(sum.1))
}

/// The natural logarithm of a positive number as the sum of two doubles.
pub fn log_exact(x: f64) -> (f64, f64) {
    let y = x.ln();
    // One step of Newton's method.
    let ratio = dd_mul(exp_exact(-y), (x, 0.0));
    let rest = dd_add(ratio, (-1.0, 0.0));
    dd_add((y, 0.0), (rest.0 - rest.0 * rest.0 / 2.0, rest.1))
}

/// sin(x + turns pi / 2) as the sum of two doubles, for |x| up to 2^20.
pub fn sin_exact(x: f64, turns: i32) -> Pair {
    // pi / 2 in parts, all but the last short enough for exact products with n.
    const HALF_PI: [f64; 4] = [
        1.57079632673412561417,
        6.07710050630396597660e-11,
        2.02226624871116645580e-21,
        8.47842766036889956997e-32,
    ];
    let n = (x * std::f64::consts::FRAC_2_PI).round();
    let r = HALF_PI.iter().fold((x, 0.0), |r, part| dd_add(r, dd_product(-n, *part)));
    let quadrant = (n as i32 + turns).rem_euclid(4);
    // Taylor series of sine from r, of cosine from 1.
    let first = quadrant % 2;
    let z = dd_mul(r, r);
    let mut sum = (1.0, 0.0);
    for k in (1..16).rev() {
        let k = (2 * k - first) as f64;
        sum = dd_add(dd_div(dd_mul(sum, z), -k * (k + 1.0)), (1.0, 0.0));
    }
    let y = if first == 0 { dd_mul(sum, r) } else { sum };
    if quadrant >= 2 { (-y.0, -y.1) } else { y }
}

/// tanh x as the sum of two doubles.
pub fn tanh_exact(x: f64) -> Pair {
    let e = exp_exact(2.0 * x);
    let (above, below) = (dd_add(e, (1.0, 0.0)), dd_add(e, (-1.0, 0.0)));
    let y = below.0 / above.0;
    let rest = dd_add(below, dd_mul((-y, 0.0), above));
    dd_add((y, 0.0), (rest.0 / above.0, 0.0))
}

type Pair = (f64, f64);

fn dd_product(a: f64, b: f64) -> Pair {
    let high = a * b;
    (high, a.mul_add(b, -high))
}

fn dd_add(a: Pair, b: Pair) -> Pair {
    let high = a.0 + b.0;
    let part = high - a.0;
    let low = (a.0 - (high - part)) + (b.0 - part) + a.1 + b.1;
    let sum = high + low;
    (sum, low - (sum - high))
}

fn dd_mul(a: Pair, b: Pair) -> Pair {
    let (high, low) = dd_product(a.0, b.0);
    dd_add((high, 0.0), (low + a.0 * b.1 + a.1 * b.0, 0.0))
}

fn dd_div(a: Pair, b: f64) -> Pair {
    let quotient = a.0 / b;
    let rest = dd_add(a, dd_product(-quotient, b));
    dd_add((quotient, 0.0), (rest.0 / b, 0.0))
}
