//! Elementary functions of complex numbers in double precision. Overflow, infinities,
//! NaN and branch cuts follow C99, annex G, as NumPy does through the C library; the
//! formulas are those of FreeBSD msun (s_csqrt.c, s_ccosh.c, s_csinh.c, s_ctanh.c).

use super::pow::{hypot, sqrt as root, square};
use crate::complex::{Complex, Field, c128};

const fn z(re: f64, im: f64) -> c128 {
    Complex::new(re, im)
}

/// NaN if `x` is infinite or NaN, else zero.
fn invalid(x: f64) -> f64 {
    if x.is_finite() { 0.0 } else { f64::NAN }
}

/// `factor` e^x (cos y + i sin y), where e^x alone may overflow.
fn polar_exp(factor: f64, x: f64, y: f64) -> c128 {
    // e^709 is finite; two such steps lead beyond all results.
    let mut left = x;
    let mut scale = z(factor * libm::cos(y), factor * libm::sin(y));
    for _ in 0..2 {
        if left > 709.0 {
            let step = libm::exp(709.0);
            scale = z(scale.re * step, scale.im * step);
            left -= 709.0;
        }
    }
    let rest = libm::exp(left);
    z(scale.re * rest, scale.im * rest)
}

/// e^z.
pub fn exp(x: c128) -> c128 {
    let c128 { re, im } = x;
    if im == 0.0 {
        return z(libm::exp(re), im);
    }
    if im.is_finite() {
        if re.is_infinite() {
            let size = if re > 0.0 { f64::INFINITY } else { 0.0 };
            return z(size.copysign(libm::cos(im)), size.copysign(libm::sin(im)));
        }
        return polar_exp(1.0, re, im);
    }
    if re == f64::INFINITY {
        z(re, invalid(im))
    } else if re == f64::NEG_INFINITY {
        z(0.0, (0.0f64).copysign(im))
    } else {
        z(f64::NAN, f64::NAN)
    }
}

/// e^z - 1, as NumPy's nc_expm1.
pub fn expm1(x: c128) -> c128 {
    let half = libm::sin(x.im / 2.0);
    let re = libm::expm1(x.re) * libm::cos(x.im) - 2.0 * half * half;
    z(re, libm::exp(x.re) * libm::sin(x.im))
}

/// A sum and its rounding error (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// log |z|, accurate where |z| is near 1 (glibc, s_clog_template.c).
fn log_abs(x: f64, y: f64) -> f64 {
    let (x, y) = if x.abs() < y.abs() { (y.abs(), x.abs()) } else { (x.abs(), y.abs()) };
    if x > 0.5 && x < 2.0 && y < 2.0 {
        // x^2 + y^2 - 1 with the rounding errors of the squares.
        let ((x, x_low), (y, y_low)) = (square(x), square(y));
        if x + y > 0.5 && x + y < 2.0 {
            let (from_one, error) = two_sum(x, -1.0);
            let (sum, rest) = two_sum(from_one, y);
            return libm::log1p(sum + (rest + error + (x_low + y_low))) / 2.0;
        }
    }
    if x > 1e300 {
        return libm::log(hypot(x / 4.0, y / 4.0)) + 2.0 * core::f64::consts::LN_2;
    }
    if x < 1e-300 {
        const UP: f64 = 18014398509481984.0;
        return libm::log(hypot(x * UP, y * UP)) - 54.0 * core::f64::consts::LN_2;
    }
    libm::log(hypot(x, y))
}

/// log z, with the cut along the negative real axis.
pub fn log(x: c128) -> c128 {
    let angle = libm::atan2(x.im, x.re);
    if x.re.is_infinite() || x.im.is_infinite() {
        return z(f64::INFINITY, angle);
    }
    if x.re == 0.0 && x.im == 0.0 {
        return z(f64::NEG_INFINITY, angle);
    }
    z(log_abs(x.re, x.im), angle)
}

/// log(1 + z).
pub fn log1p(x: c128) -> c128 {
    let c128 { re, im } = x;
    let angle = libm::atan2(im, re + 1.0);
    if re.abs() < 0.5 && im.abs() < 1.0 {
        // |1 + z|^2 - 1 = 2 re + re^2 + im^2 with the rounding errors of the squares.
        let ((a, a_low), (b, b_low)) = (square(re), square(im));
        let (sum, first) = two_sum(2.0 * re, b);
        let (sum, second) = two_sum(sum, a);
        return z(libm::log1p(sum + (first + second + (a_low + b_low))) / 2.0, angle);
    }
    z(log(z(re + 1.0, im)).re, angle)
}

/// The root in the right half plane.
pub fn sqrt(x: c128) -> c128 {
    let c128 { re: a, im: b } = x;
    if a == 0.0 && b == 0.0 {
        return z(0.0, b);
    }
    if b.is_infinite() {
        return z(f64::INFINITY, b);
    }
    if a.is_nan() {
        return z(a, invalid(b) / invalid(b));
    }
    if a.is_infinite() {
        return if a < 0.0 {
            z(invalid(b).abs(), a.abs().copysign(b))
        } else {
            z(a, invalid(b).copysign(b))
        };
    }
    // Powers of 4, so that neither the magnitude overflows nor the parts are subnormal.
    let (a, b, back) = if a.abs() >= 7.4e307 || b.abs() >= 7.4e307 {
        (a / 4.0, b / 4.0, 2.0)
    } else if a.abs() < 1e-300 && b.abs() < 1e-300 {
        (a * 18014398509481984.0, b * 18014398509481984.0, 7.450580596923828e-9)
    } else {
        (a, b, 1.0)
    };
    let (re, im) = if a >= 0.0 {
        let t = root((a + hypot(a, b)) * 0.5);
        (t, b / (2.0 * t))
    } else {
        let t = root((-a + hypot(a, b)) * 0.5);
        (b.abs() / (2.0 * t), t.copysign(b))
    };
    z(re * back, im * back)
}

/// sinh z.
fn sinh(w: c128) -> c128 {
    let c128 { re: x, im: y } = w;
    if x.is_finite() && y.is_finite() {
        if y == 0.0 {
            return z(libm::sinh(x), y);
        }
        if x.abs() < 22.0 {
            return z(libm::sinh(x) * libm::cos(y), libm::cosh(x) * libm::sin(y));
        }
        let half = polar_exp(0.5, x.abs(), y);
        return z(half.re * (1.0f64).copysign(x), half.im);
    }
    if x == 0.0 {
        return z(x, invalid(y));
    }
    if y == 0.0 {
        return if x.is_nan() { w } else { z(x, (0.0f64).copysign(y)) };
    }
    if x.is_infinite() && y.is_finite() {
        return z(x * libm::cos(y), f64::INFINITY * libm::sin(y));
    }
    if x.is_infinite() {
        return z(x * x, x * invalid(y));
    }
    z(f64::NAN, f64::NAN)
}

/// cosh z.
fn cosh(w: c128) -> c128 {
    let c128 { re: x, im: y } = w;
    if x.is_finite() && y.is_finite() {
        if y == 0.0 {
            return z(libm::cosh(x), x * y);
        }
        if x.abs() < 22.0 {
            return z(libm::cosh(x) * libm::cos(y), libm::sinh(x) * libm::sin(y));
        }
        let half = polar_exp(0.5, x.abs(), y);
        return z(half.re, half.im * (1.0f64).copysign(x));
    }
    if x == 0.0 {
        return z(invalid(y), 0.0);
    }
    if y == 0.0 {
        let im = if x.is_nan() { y } else { (0.0f64).copysign(x) * y };
        return z(x * x, im);
    }
    if x.is_infinite() && y.is_finite() {
        return z(f64::INFINITY * libm::cos(y), x * libm::sin(y));
    }
    if x.is_infinite() {
        return z(x * x, x * invalid(y));
    }
    z(f64::NAN, f64::NAN)
}

/// tanh z (W. Kahan 1987, Branch cuts for complex elementary functions).
pub fn tanh(w: c128) -> c128 {
    let c128 { re: x, im: y } = w;
    if x.is_nan() {
        return z(x, if y == 0.0 { y } else { f64::NAN });
    }
    if x.is_infinite() {
        let im = if y.is_finite() { libm::sin(y) * libm::cos(y) } else { y };
        return z((1.0f64).copysign(x), (0.0f64).copysign(im));
    }
    if !y.is_finite() {
        return z(if x == 0.0 { x } else { f64::NAN }, f64::NAN);
    }
    if x.abs() >= 22.0 {
        let t = libm::exp(-x.abs());
        return z((1.0f64).copysign(x), 4.0 * libm::sin(y) * libm::cos(y) * t * t);
    }
    let t = libm::tan(y);
    let beta = 1.0 + t * t;
    let s = libm::sinh(x);
    let rho = root(1.0 + s * s);
    if t.is_infinite() {
        return z(rho / s, 1.0 / t);
    }
    let denominator = 1.0 + beta * s * s;
    z(beta * rho * s / denominator, t / denominator)
}

/// sin z = -i sinh(iz).
pub fn sin(x: c128) -> c128 {
    let w = sinh(z(x.im, x.re));
    z(w.im, w.re)
}

/// cos z = cosh(iz).
pub fn cos(x: c128) -> c128 {
    cosh(z(-x.im, x.re))
}

/// tan z = -i tanh(iz).
pub fn tan(x: c128) -> c128 {
    let w = tanh(z(x.im, x.re));
    z(w.im, w.re)
}

/// a^b: small integer exponents by multiplication, as NumPy's npy_cpow.
pub fn power(a: c128, b: c128) -> c128 {
    if b.re == 0.0 && b.im == 0.0 {
        return z(1.0, 0.0);
    }
    if a.re == 0.0 && a.im == 0.0 {
        return if b.re > 0.0 { z(0.0, 0.0) } else { z(f64::NAN, f64::NAN) };
    }
    let n = b.re as i32;
    if b.im == 0.0 && n as f64 == b.re && (-99..100).contains(&n) {
        return match n {
            1 => a,
            2 => a * a,
            3 => a * a * a,
            4.. => integer_power(a, n as u32),
            _ => z(1.0, 0.0).divide(integer_power(a, n.unsigned_abs())),
        };
    }
    exp(multiply(b, log(a)))
}

/// The product of C99, annex G: what is infinite times what is not zero is infinite.
fn multiply(a: c128, b: c128) -> c128 {
    let product = a * b;
    if !(product.re.is_nan() && product.im.is_nan()) {
        return product;
    }
    let is_infinite = |x: c128| x.re.is_infinite() || x.im.is_infinite();
    let unit = |x: c128| {
        let part = |x: f64| (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x);
        if is_infinite(x) { z(part(x.re), part(x.im)) } else { x }
    };
    let zero_for_nan = |x: c128| {
        let part = |x: f64| if x.is_nan() { (0.0f64).copysign(x) } else { x };
        z(part(x.re), part(x.im))
    };
    let overflow = [a.re * b.re, a.im * b.im, a.re * b.im, a.im * b.re];
    if is_infinite(a) || is_infinite(b) || overflow.iter().any(|x| x.is_infinite()) {
        let (mut x, mut y) = (unit(a), unit(b));
        if is_infinite(a) || !is_infinite(b) {
            y = zero_for_nan(y);
        }
        if is_infinite(b) || !is_infinite(a) {
            x = zero_for_nan(x);
        }
        let product = x * y;
        return z(f64::INFINITY * product.re, f64::INFINITY * product.im);
    }
    product
}

fn integer_power(a: c128, n: u32) -> c128 {
    let (mut result, mut base, mut left) = (z(1.0, 0.0), a, n);
    loop {
        if left & 1 == 1 {
            result = result * base;
        }
        left >>= 1;
        if left == 0 {
            return result;
        }
        base = base * base;
    }
}
