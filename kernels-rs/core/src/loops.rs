//! Loops over contiguous slices: plain ones, which the compiler vectorises, and
//! loops of hand-written vector code.

use crate::simd::{Lanes, load, store, v128};

/// Applies `f` to each element.
#[inline(always)]
pub fn map1<A: Copy, R>(a: &[A], out: &mut [R], f: impl Fn(A) -> R) {
    for (o, &x) in out.iter_mut().zip(a) {
        *o = f(x);
    }
}

/// Applies `f` to each pair of elements.
#[inline(always)]
pub fn map2<A: Copy, B: Copy, R>(a: &[A], b: &[B], out: &mut [R], f: impl Fn(A, B) -> R) {
    for ((o, &x), &y) in out.iter_mut().zip(a).zip(b) {
        *o = f(x, y);
    }
}

/// Applies `f` to each triple of elements.
#[inline(always)]
pub fn map3<A: Copy, B: Copy, R>(
    a: &[A],
    b: &[B],
    c: &[B],
    out: &mut [R],
    f: impl Fn(A, B, B) -> R,
) {
    for (((o, &x), &y), &z) in out.iter_mut().zip(a).zip(b).zip(c) {
        *o = f(x, y, z);
    }
}

/// Vectors that one turn of a vector loop handles.
const UNROLL: usize = 1;
/// The most elements that are left for the tail, and one.
const TAIL: usize = 8;

/// Applies the vector function `f` to all elements. The tail goes through the
/// same code, so an element's result does not depend on its position.
#[inline(always)]
pub fn vectors1<T: Lanes>(a: &[T], out: &mut [T], f: impl Fn(v128) -> v128 + Copy) {
    #[inline(never)]
    fn whole<T: Lanes>(a: &[T], out: &mut [T], f: impl Fn(v128) -> v128) {
        let step = UNROLL * T::LANES;
        for (x, o) in a.chunks_exact(step).zip(out.chunks_exact_mut(step)) {
            store(o, f(load(x)));
        }
    }
    let main = a.len() / (UNROLL * T::LANES) * (UNROLL * T::LANES);
    whole(&a[..main], &mut out[..main], f);
    let rest = a.len() - main;
    if rest > 0 {
        let (mut x, mut o) = ([T::default(); TAIL], [T::default(); TAIL]);
        x[..rest].copy_from_slice(&a[main..]);
        whole(&x, &mut o, f);
        out[main..].copy_from_slice(&o[..rest]);
    }
}

/// `vectors1` for functions of two arguments.
#[inline(always)]
pub fn vectors2<T: Lanes>(a: &[T], b: &[T], out: &mut [T], f: impl Fn(v128, v128) -> v128 + Copy) {
    #[inline(never)]
    fn whole<T: Lanes>(a: &[T], b: &[T], out: &mut [T], f: impl Fn(v128, v128) -> v128) {
        let step = T::LANES;
        let inputs = a.chunks_exact(step).zip(b.chunks_exact(step));
        for ((x, y), o) in inputs.zip(out.chunks_exact_mut(step)) {
            store(o, f(load(x), load(y)));
        }
    }
    let main = a.len() / T::LANES * T::LANES;
    whole(&a[..main], &b[..main], &mut out[..main], f);
    let rest = a.len() - main;
    if rest > 0 {
        let (mut x, mut y, mut o) = ([T::default(); 4], [T::default(); 4], [T::default(); 4]);
        x[..rest].copy_from_slice(&a[main..]);
        y[..rest].copy_from_slice(&b[main..]);
        whole(&x, &y, &mut o, f);
        out[main..].copy_from_slice(&o[..rest]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::*;

    #[test]
    fn every_length_and_every_position_is_mapped() {
        for n in 0..40 {
            let a: Vec<f32> = (0..n).map(|i| i as f32).collect();
            let mut out = vec![-1.0; n];
            vectors1(&a, &mut out, |x| f32x4_mul(x, x));
            assert!(out.iter().zip(&a).all(|(o, x)| *o == x * x));
            vectors2(&a, &a, &mut out, |x, y| f32x4_add(x, y));
            assert!(out.iter().zip(&a).all(|(o, x)| *o == x + x));
            let b: Vec<f64> = a.iter().map(|&x| x as f64).collect();
            let mut out = vec![-1.0; n];
            vectors1(&b, &mut out, |x| f64x2_mul(x, x));
            assert!(out.iter().zip(&b).all(|(o, x)| *o == x * x));
            vectors2(&b, &b, &mut out, |x, y| f64x2_sub(x, y));
            assert!(out.iter().all(|o| *o == 0.0));
        }
    }
}
