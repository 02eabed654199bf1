//! Elementwise kernels.

use crate::edge::{CHUNK, input, output};

/// Applies `f` to each pair, a chunk at a time.
#[inline(always)]
fn map2<A: Copy, R>(a: &[A], b: &[A], out: &mut [R], f: impl Fn(A, A) -> R + Copy) {
    #[inline(never)]
    fn chunk<A: Copy, R>(a: &[A], b: &[A], out: &mut [R], f: impl Fn(A, A) -> R) {
        for ((o, &x), &y) in out.iter_mut().zip(a).zip(b) {
            *o = f(x, y);
        }
    }
    for ((o, x), y) in out.chunks_mut(CHUNK).zip(a.chunks(CHUNK)).zip(b.chunks(CHUNK)) {
        chunk(x, y, o, f);
    }
}

export!(add [f32 f64] (a: *const T, b: *const T, out: *mut T, n: usize) {
    map2(input(a, n), input(b, n), output(out, n), |x, y| x + y);
});
