//! Elementwise kernels of real numbers, one line an operation; complex ones are
//! in `complex.rs`, elementary functions in `math`.

use crate::element::{Float, Int, is_nan, maximum, minimum};
use crate::loops::{vectors1, vectors2};
use crate::math::modulo;
use crate::simd::*;

map2! { add [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_add(y) }
map2! { add [f32 f64] |x, y| x + y }
map2! { subtract [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_sub(y) }
map2! { subtract [f32 f64] |x, y| x - y }
map2! { multiply [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_mul(y) }
map2! { multiply [f32 f64] |x, y| x * y }
map2! { divide [f32 f64] |x, y| x / y }
map2! { floor_divide [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| Int::floor_divide(x, y) }
map2! { floor_divide [f32] |a, b, out| vectors2(a, b, out, modulo::floor_divide_f32x4) }
map2! { floor_divide [f64] |x, y| modulo::floor_divide(x, y) }
map2! { remainder [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| Int::remainder(x, y) }
map2! { remainder [f32] |a, b, out| vectors2(a, b, out, modulo::remainder_f32x4) }
map2! { remainder [f64] |x, y| modulo::remainder(x, y) }
map2! { power [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.power(y) }
map2! { maximum [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x, y| maximum(x, y) }
map2! { minimum [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x, y| minimum(x, y) }
map2! { copysign [f32 f64] |x, y| x.copysign(y) }

map1! { negative [i8 i16 i32 i64 u8 u16 u32 u64] |x| x.wrapping_neg() }
map1! { negative [f32 f64] |x| -x }
map1! { abs [i8 i16 i32 i64 u8 u16 u32 u64] |x| x.magnitude() }
map1! { abs [f32 f64] |x| x.abs() }
map1! { sign [i8 i16 i32 i64 u8 u16 u32 u64] |x| Int::sign(x) }
map1! { sign [f32 f64] |x| Float::sign(x) }
map1! { square [i8 i16 i32 i64 u8 u16 u32 u64] |x| x.wrapping_mul(x) }
map1! { square [f32 f64] |x| x * x }
map1! { reciprocal [f32 f64] |x| 1.0 / x }

map1! { sqrt [f32] |a, out| vectors1(a, out, |x| f32x4_sqrt(x)) }
map1! { sqrt [f64] |a, out| vectors1(a, out, |x| f64x2_sqrt(x)) }
map1! { floor [f32] |a, out| vectors1(a, out, |x| f32x4_floor(x)) }
map1! { floor [f64] |a, out| vectors1(a, out, |x| f64x2_floor(x)) }
map1! { ceil [f32] |a, out| vectors1(a, out, |x| f32x4_ceil(x)) }
map1! { ceil [f64] |a, out| vectors1(a, out, |x| f64x2_ceil(x)) }
map1! { round [f32] |a, out| vectors1(a, out, |x| f32x4_nearest(x)) }
map1! { round [f64] |a, out| vectors1(a, out, |x| f64x2_nearest(x)) }
map1! { trunc [f32] |a, out| vectors1(a, out, |x| f32x4_trunc(x)) }
map1! { trunc [f64] |a, out| vectors1(a, out, |x| f64x2_trunc(x)) }

map2! { bitwise_and [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x & y }
map2! { bitwise_or [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x | y }
map2! { bitwise_xor [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x ^ y }
map1! { bitwise_not [i8 i16 i32 i64 u8 u16 u32 u64] |x| !x }
map2! { left_shift [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.left_shift(y) }
map2! { right_shift [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.right_shift(y) }

map2! { logical_and [u8] |x, y| (x != 0 && y != 0).into() }
map2! { logical_or [u8] |x, y| (x | y != 0).into() }
map2! { logical_xor [u8] |x, y| ((x != 0) != (y != 0)).into() }
map1! { logical_not [u8] |x| (x == 0).into() }

map2! { equal [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x == y).into() }
map2! { not_equal [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x != y).into() }
map2! { less [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x < y).into() }
map2! { less_equal [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x <= y).into() }
map2! { greater [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x > y).into() }
map2! { greater_equal [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] -> u8 |x, y| (x >= y).into() }

map1! { isnan [f32 f64] -> u8 |x| is_nan(&x).into() }
map1! { isinf [f32 f64] -> u8 |x| (x.abs() == T::INFINITY).into() }
map1! { isfinite [f32 f64] -> u8 |x| (x.abs() < T::INFINITY).into() }
map1! { signbit [f32 f64] -> u8 |x| x.is_sign_negative().into() }
