//! Filling, sequences and selection.

use crate::edge::{CHUNK, input, output};
use crate::loops::map3;

/// Elements by width: how they are moved, not what they mean.
pub type Wide = [u64; 2];

export!(fill {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide} (out: *mut T, n: usize, value: *const T) {
    output(out, n).fill(value.read());
});

/// start + i * step, of each position from `first` on.
#[inline(always)]
fn sequence<T>(out: &mut [T], first: usize, start: f64, step: f64, convert: impl Fn(f64) -> T) {
    for (i, o) in out.iter_mut().enumerate() {
        *o = convert(start + (first + i) as u32 as f64 * step);
    }
}

/// Exports sequences that are calculated in double precision.
macro_rules! iota {
    ($types:tt) => {
        export!(iota $types (out: *mut T, n: usize, start: f64, step: f64) {
            #[inline(never)]
            fn piece(out: &mut [T], first: usize, start: f64, step: f64) {
                sequence(out, first, start, step, |x| x as T);
            }
            for (i, chunk) in output(out, n).chunks_mut(CHUNK).enumerate() {
                piece(chunk, i * CHUNK, start, step);
            }
        });
    };
}
iota!([i8 i16 i32 u8 u16 u32 f32 f64]);

export!(iota [i64 u64] (out: *mut T, n: usize, start: T, step: T) {
    let mut value = start;
    for o in output(out, n) {
        *o = value;
        value = value.wrapping_add(step);
    }
});

export!(select {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (condition: *const u8, a: *const T, b: *const T, out: *mut T, n: usize) {
    #[inline(never)]
    fn piece(condition: &[u8], a: &[T], b: &[T], out: &mut [T]) {
        map3(condition, a, b, out, |c, x, y| if c != 0 { x } else { y });
    }
    let (condition, a, b, out) = (input(condition, n), input(a, n), input(b, n), output(out, n));
    let operands = condition.chunks(CHUNK).zip(a.chunks(CHUNK)).zip(b.chunks(CHUNK));
    for (((c, x), y), o) in operands.zip(out.chunks_mut(CHUNK)) {
        piece(c, x, y, o);
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_start_anywhere() {
        let mut out = [0f32; 5];
        sequence(&mut out, 2, 10.0, -0.5, |x| x as f32);
        assert_eq!(out, [9.0, 8.5, 8.0, 7.5, 7.0]);
    }
}
