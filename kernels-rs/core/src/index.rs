//! Gathering and scattering by index tensors, and what masks select.

use crate::complex::{Field, c64, c128};
use crate::edge::{input, output};
use crate::element::{maximum, minimum};
use crate::fill::Wide;

/// Folds one more index into linear positions; negative ones count from the
/// end. Returns the first place whose index is out of range, or -1.
fn linearise<I: Copy + Into<i64>>(linear: &mut [u32], index: &[I], length: usize) -> i32 {
    let length = length as i64;
    for (place, (position, &i)) in linear.iter_mut().zip(index).enumerate() {
        let i: i64 = i.into();
        if i < -length || i >= length {
            return place as i32;
        }
        let wrapped = if i < 0 { i + length } else { i };
        *position = position.wrapping_mul(length as u32).wrapping_add(wrapped as u32);
    }
    -1
}

export!(index_linear [i32 i64] (linear: *mut u32, index: *const T, n: usize, length: usize) -> i32 {
    linearise(output(linear, n), input(index, n), length)
});

/// Copies the rows at the given positions; each has `inner` elements.
///
/// # Safety
/// All rows are readable from `src`, as many rows as positions writable at `dst`.
unsafe fn gather<T: Copy>(src: *const T, rows: &[u32], dst: *mut T, inner: usize) {
    if inner == 1 {
        for (i, &row) in rows.iter().enumerate() {
            unsafe { dst.add(i).write(src.add(row as usize).read()) };
        }
        return;
    }
    for (i, &row) in rows.iter().enumerate() {
        unsafe {
            core::ptr::copy_nonoverlapping(
                src.add(row as usize * inner),
                dst.add(i * inner),
                inner,
            );
        }
    }
}

export!(gather {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (src: *const T, rows: *const u32, dst: *mut T, n: usize, inner: usize) {
    gather(src, input(rows, n), dst, inner);
});

export!(scatter_set {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (dst: *mut T, rows: *const u32, updates: *const T, n: usize, inner: usize) {
    for (i, &row) in input(rows, n).iter().enumerate() {
        core::ptr::copy_nonoverlapping(updates.add(i * inner), dst.add(row as usize * inner), inner);
    }
});

/// Combines rows with what lies at the given positions, in order.
///
/// # Safety
/// All rows are writable from `dst`, as many rows as positions readable at `updates`.
#[inline(always)]
unsafe fn combine<T: Copy>(
    dst: *mut T,
    rows: &[u32],
    updates: *const T,
    inner: usize,
    f: impl Fn(T, T) -> T,
) {
    for (i, &row) in rows.iter().enumerate() {
        let (target, source) = unsafe {
            (output(dst.add(row as usize * inner), inner), input(updates.add(i * inner), inner))
        };
        for (x, &y) in target.iter_mut().zip(source) {
            *x = f(*x, y);
        }
    }
}

/// Exports a scatter that combines: `scatter!(scatter_add [f32] |x, y| x + y)`.
macro_rules! scatter {
    ($op:ident $types:tt |$x:ident, $y:ident| $e:expr) => {
        export!($op $types (dst: *mut T, rows: *const u32, updates: *const T, n: usize, inner: usize) {
            combine(dst, input(rows, n), updates, inner, |$x, $y| $e);
        });
    };
}
scatter!(scatter_add [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_add(y));
scatter!(scatter_add [f32 f64] |x, y| x + y);
scatter!(scatter_add [c64 c128] |x, y| T::new(x.re + y.re, x.im + y.im));
scatter!(scatter_sub [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_sub(y));
scatter!(scatter_sub [f32 f64] |x, y| x - y);
scatter!(scatter_sub [c64 c128] |x, y| T::new(x.re - y.re, x.im - y.im));
scatter!(scatter_mul [i8 i16 i32 i64 u8 u16 u32 u64] |x, y| x.wrapping_mul(y));
scatter!(scatter_mul [f32 f64] |x, y| x * y);
scatter!(scatter_mul [c64 c128] |x, y| {
    T::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re)
});
scatter!(scatter_min [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x, y| minimum(x, y));
scatter!(scatter_max [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x, y| maximum(x, y));
scatter!(scatter_min [c64 c128] |x, y| if y.greater_equal(x) || x.has_nan() { x } else { y });
scatter!(scatter_max [c64 c128] |x, y| if x.greater_equal(y) || x.has_nan() { x } else { y });

/// Number of elements that are not zero.
fn count(mask: &[u8]) -> usize {
    // Sums of bytes in pieces that cannot overflow a byte vectorise.
    mask.chunks(255).map(|piece| piece.iter().map(|&x| (x != 0) as u8).sum::<u8>() as usize).sum()
}

export!(count_u8(mask: *const u8, n: usize) -> usize {
    count(input(mask, n))
});

export!(nonzero_u8(mask: *const u8, n: usize, out: *mut i32) -> usize {
    let mut found = 0;
    for (i, &x) in input(mask, n).iter().enumerate() {
        if x != 0 {
            out.add(found).write(i as i32);
            found += 1;
        }
    }
    found
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_wrap_once_and_are_checked() {
        let mut linear = [0, 0, 0];
        assert_eq!(linearise(&mut linear, &[1, -1, 0], 3), -1);
        assert_eq!(linear, [1, 2, 0]);
        assert_eq!(linearise(&mut linear, &[-2i64, 1, 0], 2), -1);
        assert_eq!(linear, [2, 5, 0]);
        assert_eq!(linearise(&mut [0, 0], &[0, 3], 3), 1);
        assert_eq!(linearise(&mut [0, 0], &[-4, 0], 3), 0);
        assert_eq!(linearise(&mut [0], &[0], 0), 0);
        assert_eq!(linearise(&mut [0], &[i64::MIN], 5), 0);
    }

    #[test]
    fn rows_are_gathered_and_combined_in_order() {
        let source = [1.0f32, 2.0, 3.0, 4.0];
        let mut out = [0.0; 4];
        unsafe { gather(source.as_ptr(), &[1, 0], out.as_mut_ptr(), 2) };
        assert_eq!(out, [3.0, 4.0, 1.0, 2.0]);
        let mut target = [10.0f32, 20.0];
        let updates = [1.0, 2.0, 4.0];
        unsafe { combine(target.as_mut_ptr(), &[1, 1, 0], updates.as_ptr(), 1, |x, y| x - y) };
        assert_eq!(target, [6.0, 17.0]);
    }

    #[test]
    fn masks_are_counted() {
        for n in [0, 1, 254, 255, 256, 1000] {
            let mask: Vec<u8> = (0..n).map(|i| (i % 3 == 0) as u8).collect();
            assert_eq!(count(&mask), mask.iter().filter(|&&x| x != 0).count());
        }
        assert_eq!(count(&[1; 600]), 600);
    }
}
