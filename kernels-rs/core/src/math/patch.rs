//! Single lanes of a vector that its vector code does not cover.

use crate::simd::*;

/// `y` with `f` of the lanes of `x` where `good` is not set.
#[inline(never)]
#[cold]
pub fn patch_f32(x: v128, y: v128, good: v128, f: fn(f64) -> f64) -> v128 {
    let (mut from, mut to, mut mask) = ([0f32; 4], [0f32; 4], [0f32; 4]);
    store(&mut from, x);
    store(&mut to, y);
    store(&mut mask, good);
    for i in 0..4 {
        if mask[i].to_bits() == 0 {
            to[i] = f(from[i] as f64) as f32;
        }
    }
    load(&to)
}

/// `patch_f32` for two doubles.
#[inline(never)]
#[cold]
pub fn patch_f64(x: v128, y: v128, good: v128, f: fn(f64) -> f64) -> v128 {
    let (mut from, mut to, mut mask) = ([0f64; 2], [0f64; 2], [0f64; 2]);
    store(&mut from, x);
    store(&mut to, y);
    store(&mut mask, good);
    for i in 0..2 {
        if mask[i].to_bits() == 0 {
            to[i] = f(from[i]);
        }
    }
    load(&to)
}
