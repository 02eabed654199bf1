//! Elementary functions. Those in files of their own are vector code; the others
//! take a double through `libm` (a port of musl's library), also for `f32`.

#[cfg(test)]
mod check;
pub mod complex;
mod exp;
mod log;
pub mod modulo;
mod patch;
pub mod pow;
mod tanh;
mod trig;
mod trig64;

use crate::element::Float;
use crate::loops::{vectors1, vectors2};

map1! { exp [f32] |a, out| vectors1(a, out, exp::exp_f32x4) }
map1! { exp [f64] |a, out| vectors1(a, out, exp::exp_f64x2) }
map1! { log [f32] |a, out| vectors1(a, out, log::log_f32x4) }
map1! { log [f64] |a, out| vectors1(a, out, log::log_f64x2) }
map1! { sin [f32] |a, out| vectors1(a, out, trig::sin_f32x4) }
map1! { sin [f64] |a, out| vectors1(a, out, trig64::sin_f64x2) }
map1! { cos [f32] |a, out| vectors1(a, out, trig::cos_f32x4) }
map1! { cos [f64] |a, out| vectors1(a, out, trig64::cos_f64x2) }
map1! { tan [f32] |a, out| vectors1(a, out, trig::tan_f32x4) }
map1! { tan [f64] |x| libm::tan(x) }
map1! { tanh [f32] |a, out| vectors1(a, out, tanh::tanh_f32x4) }
map1! { tanh [f64] |a, out| vectors1(a, out, tanh::tanh_f64x2) }
map1! { log1p [f32] |a, out| vectors1(a, out, log::log1p_f32x4) }
map1! { log1p [f64] |x| libm::log1p(x) }
map1! { expm1 [f32] |a, out| vectors1(a, out, tanh::expm1_f32x4) }
map1! { expm1 [f64] |x| libm::expm1(x) }
map2! { arctan2 [f32 f64] |y, x| T::narrow(libm::atan2(y.wide(), x.wide())) }
map2! { hypot [f32] |x, y| pow::hypot_f32(x, y) }
map2! { hypot [f64] |x, y| pow::hypot(x, y) }
map2! { power [f32] |a, b, out| vectors2(a, b, out, pow::pow_f32x4) }
map2! { power [f64] |x, y| libm::pow(x, y) }
