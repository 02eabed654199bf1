//! Running sums and products over the middle axis of `[outer, length, inner]`.

use crate::complex::{c64, c128};
use crate::edge::{input, output};

/// Combines each element with the result before it, in order.
#[inline(always)]
fn scan<T: Copy, A: Copy>(
    x: &[T],
    out: &mut [A],
    length: usize,
    inner: usize,
    widen: impl Fn(T) -> A,
    combine: impl Fn(A, A) -> A,
) {
    let plane = length * inner;
    if plane == 0 {
        return;
    }
    for (x, out) in x.chunks_exact(plane).zip(out.chunks_exact_mut(plane)) {
        if inner == 1 {
            let mut sum = widen(x[0]);
            out[0] = sum;
            for (o, &x) in out[1..].iter_mut().zip(&x[1..]) {
                sum = combine(sum, widen(x));
                *o = sum;
            }
            continue;
        }
        for (o, &x) in out[..inner].iter_mut().zip(&x[..inner]) {
            *o = widen(x);
        }
        for start in (inner..plane).step_by(inner) {
            let (before, row) = out.split_at_mut(start);
            let before = &before[start - inner..];
            for ((o, &sum), &x) in row.iter_mut().zip(before).zip(&x[start..start + inner]) {
                *o = combine(sum, widen(x));
            }
        }
    }
}

/// Exports a scan: `scan!(cumsum [f32] -> T: |x| x, |x, y| x + y)`.
macro_rules! scan {
    ($op:ident $types:tt -> $a:ty: |$w:ident| $widen:expr, |$x:ident, $y:ident| $combine:expr) => {
        export!($op $types (x: *const T, out: *mut $a, outer: usize, len: usize, inner: usize) {
            let n = outer * len * inner;
            let widen = |$w: T| -> $a { $widen };
            scan(input(x, n), output(out, n), len, inner, widen, |$x, $y| $combine);
        });
    };
}
scan!(cumsum [i8 i16] -> i32: |x| x.into(), |x, y| x.wrapping_add(y));
scan!(cumsum [u8 u16] -> u32: |x| x.into(), |x, y| x.wrapping_add(y));
scan!(cumsum [i32 i64 u32 u64] -> T: |x| x, |x, y| x.wrapping_add(y));
scan!(cumsum [f32 f64] -> T: |x| x, |x, y| x + y);
scan!(cumsum [c64 c128] -> T: |x| x, |x, y| T::new(x.re + y.re, x.im + y.im));
scan!(cumprod [i8 i16] -> i32: |x| x.into(), |x, y| x.wrapping_mul(y));
scan!(cumprod [u8 u16] -> u32: |x| x.into(), |x, y| x.wrapping_mul(y));
scan!(cumprod [i32 i64 u32 u64] -> T: |x| x, |x, y| x.wrapping_mul(y));
scan!(cumprod [f32 f64] -> T: |x| x, |x, y| x * y);
scan!(cumprod [c64 c128] -> T: |x| x, |x, y| {
    T::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)
});

#[cfg(test)]
mod tests {
    use super::scan;

    #[test]
    fn each_line_is_summed_up() {
        for (outer, length, inner) in [(1, 5, 1), (2, 3, 4), (3, 1, 2), (2, 0, 3), (2, 3, 0)] {
            let n = outer * length * inner;
            let x: Vec<i32> = (0..n as i32).collect();
            let mut out = vec![-1i64; n];
            scan(&x, &mut out, length, inner, |x| x as i64, |x, y| x + y);
            for (flat, &got) in out.iter().enumerate() {
                let row = flat / inner % length;
                let want: i64 = (0..=row).map(|r| (flat - r * inner) as i64).sum();
                assert_eq!(got, want);
            }
        }
    }
}
