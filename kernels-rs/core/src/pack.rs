//! Strided walks: copying a strided array to contiguous memory and back.

use crate::edge::input;
use crate::fill::Wide;

/// A walk in C order over axes of given lengths and steps.
struct Walk<'a> {
    dims: &'a [i32],
    strides: &'a [i32],
    index: [i32; 32],
    /// Distance of the current row's first element, in elements.
    row: isize,
}

impl<'a> Walk<'a> {
    /// The walk from a linear position; returns it and the place within its row.
    fn from(dims: &'a [i32], strides: &'a [i32], start: usize) -> (Self, usize) {
        let inner = dims.len() - 1;
        let mut walk = Walk { dims, strides, index: [0; 32], row: 0 };
        let length = dims[inner] as usize;
        let (mut rest, column) = (start / length, start % length);
        for axis in (0..inner).rev() {
            let n = dims[axis] as usize;
            walk.index[axis] = (rest % n) as i32;
            walk.row += walk.index[axis] as isize * strides[axis] as isize;
            rest /= n;
        }
        (walk, column)
    }

    /// Goes `rows` rows further, which must not pass the end of their axis unless `rows` is 1.
    #[inline(always)]
    fn advance(&mut self, rows: i32) {
        let mut by = rows;
        for axis in (0..self.dims.len() - 1).rev() {
            self.index[axis] += by;
            self.row += self.strides[axis] as isize * by as isize;
            if self.index[axis] < self.dims[axis] {
                return;
            }
            self.row -= self.strides[axis] as isize * self.dims[axis] as isize;
            self.index[axis] = 0;
            by = 1;
        }
    }

    /// Rows left before the next-to-last axis ends, this one included.
    fn rows_left(&self) -> usize {
        match self.dims.len() {
            1 => 1,
            rank => (self.dims[rank - 2] - self.index[rank - 2]) as usize,
        }
    }

    /// Step from a row to the next.
    fn row_stride(&self) -> isize {
        match self.dims.len() {
            1 => 0,
            rank => self.strides[rank - 2] as isize,
        }
    }
}

/// Columns that a tile reads side by side: as many cache lines stay in use.
const TILE: usize = 16;

/// Copies one stretch of a row; `stride` is the step of the strided side.
///
/// # Safety
/// `n` elements are readable from `src` in steps and writable at `dst`.
#[inline(always)]
unsafe fn run_in<T: Copy>(src: *const T, stride: isize, dst: *mut T, n: usize) {
    unsafe {
        if stride == 1 {
            core::ptr::copy_nonoverlapping(src, dst, n);
        } else if stride == 0 {
            core::slice::from_raw_parts_mut(dst, n).fill(src.read());
        } else {
            for i in 0..n {
                dst.add(i).write(src.offset(i as isize * stride).read());
            }
        }
    }
}

/// The reverse of `run_in`.
///
/// # Safety
/// `n` elements are readable at `src` and writable from `dst` in steps.
#[inline(always)]
unsafe fn run_out<T: Copy>(src: *const T, dst: *mut T, stride: isize, n: usize) {
    unsafe {
        if stride == 1 {
            core::ptr::copy_nonoverlapping(src, dst, n);
        } else {
            for i in 0..n {
                dst.offset(i as isize * stride).write(src.add(i).read());
            }
        }
    }
}

/// Copies whole rows whose neighbours lie closer than their own elements: the
/// columns are read along memory, a few at a time.
///
/// # Safety
/// `rows * columns` elements are readable by the strides and writable at `dst`.
#[inline(never)]
unsafe fn tile<T: Copy>(
    src: *const T,
    row_stride: isize,
    stride: isize,
    dst: *mut T,
    rows: usize,
    columns: usize,
) {
    let mut first = 0;
    while first < columns {
        let width = (columns - first).min(TILE);
        let from = unsafe { src.offset(first as isize * stride) };
        let to = unsafe { dst.add(first) };
        let mut row = 0;
        #[cfg(target_arch = "wasm32")]
        if size_of::<T>() == 4 && row_stride == 1 {
            while row + 4 <= rows {
                let mut column = 0;
                while column + 4 <= width {
                    unsafe {
                        transpose4(
                            from.offset(row as isize + column as isize * stride).cast(),
                            stride,
                            to.add(row * columns + column).cast(),
                            columns,
                        );
                    }
                    column += 4;
                }
                for r in row..row + 4 {
                    unsafe {
                        run_in(
                            from.offset(r as isize + column as isize * stride),
                            stride,
                            to.add(r * columns + column),
                            width - column,
                        );
                    }
                }
                row += 4;
            }
        }
        while row < rows {
            unsafe {
                run_in(
                    from.offset(row as isize * row_stride),
                    stride,
                    to.add(row * columns),
                    width,
                );
            }
            row += 1;
        }
        first += width;
    }
}

/// Transposes four columns of four neighbours each.
///
/// # Safety
/// Four stretches of four elements are readable and writable.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
unsafe fn transpose4(src: *const u32, stride: isize, dst: *mut u32, columns: usize) {
    use core::arch::wasm32::*;
    unsafe {
        let at = |i: isize| src.offset(i * stride).cast::<v128>().read_unaligned();
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        let low = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
        let high = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        let put = |i: usize, v: v128| dst.add(i * columns).cast::<v128>().write_unaligned(v);
        put(0, i64x2_shuffle::<0, 2>(low.0, low.1));
        put(1, i64x2_shuffle::<1, 3>(low.0, low.1));
        put(2, i64x2_shuffle::<0, 2>(high.0, high.1));
        put(3, i64x2_shuffle::<1, 3>(high.0, high.1));
    }
}

/// Copies elements `start..start + n` of a walk to contiguous memory.
///
/// # Safety
/// All positions of the walk are readable from `src`, `n` elements writable at `dst`.
unsafe fn pack<T: Copy>(
    src: *const T,
    dst: *mut T,
    dims: &[i32],
    strides: &[i32],
    start: usize,
    n: usize,
) {
    let (mut walk, mut column) = Walk::from(dims, strides, start);
    let length = dims[dims.len() - 1] as usize;
    let stride = strides[dims.len() - 1] as isize;
    let row_stride = walk.row_stride();
    let repeats = dims.len() == 2 && row_stride == 0;
    let crossed = dims.len() > 1 && row_stride.unsigned_abs() < stride.unsigned_abs();
    let mut done = 0;
    while done < n {
        let whole = (n - done) / length;
        unsafe {
            let from = src.offset(walk.row);
            let to = dst.add(done);
            if column == 0 && whole > 1 && repeats {
                run_in(from, stride, to, length);
                repeat(to, length, whole * length);
                done += whole * length;
                continue;
            }
            if column == 0 && whole > 1 && crossed && row_stride != 0 {
                let rows = whole.min(walk.rows_left());
                tile(from, row_stride, stride, to, rows, length);
                walk.advance(rows as i32);
                done += rows * length;
                continue;
            }
            let count = (length - column).min(n - done);
            run_in(from.offset(column as isize * stride), stride, to, count);
            done += count;
        }
        column = 0;
        walk.advance(1);
    }
}

/// Repeats the first `length` elements until there are `n`, doubling what is there.
///
/// # Safety
/// `n` elements are writable at `dst`, the first `length` of which are written.
unsafe fn repeat<T: Copy>(dst: *mut T, length: usize, n: usize) {
    let mut have = length;
    while have < n {
        let count = have.min(n - have);
        unsafe { core::ptr::copy_nonoverlapping(dst, dst.add(have), count) };
        have += count;
    }
}

/// Writes contiguous elements to the positions `start..start + n` of a walk.
///
/// # Safety
/// `n` elements are readable at `src`, all positions of the walk writable from `dst`.
unsafe fn unpack<T: Copy>(
    src: *const T,
    dst: *mut T,
    dims: &[i32],
    strides: &[i32],
    start: usize,
    n: usize,
) {
    let (mut walk, mut column) = Walk::from(dims, strides, start);
    let length = dims[dims.len() - 1] as usize;
    let stride = strides[dims.len() - 1] as isize;
    let mut done = 0;
    while done < n {
        let count = (length - column).min(n - done);
        unsafe {
            let to = dst.offset(walk.row + column as isize * stride);
            run_out(src.add(done), to, stride, count);
        }
        done += count;
        column = 0;
        walk.advance(1);
    }
}

export!(pack {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (src: *const T, dst: *mut T, rank: usize, dims: *const i32, strides: *const i32, start: usize, n: usize) {
    if n > 0 {
        let (dims, strides) = (input(dims, rank), input(strides, rank));
        pack(src, dst, dims, strides, start, n);
    }
});

export!(unpack {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (src: *const T, dst: *mut T, rank: usize, dims: *const i32, strides: *const i32, start: usize, n: usize) {
    if n > 0 {
        let (dims, strides) = (input(dims, rank), input(strides, rank));
        unpack(src, dst, dims, strides, start, n);
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Positions of a walk, one by one.
    fn positions(dims: &[i32], strides: &[i32]) -> Vec<isize> {
        let size: i32 = dims.iter().product();
        (0..size)
            .map(|flat| {
                let (mut rest, mut at) = (flat, 0);
                for axis in (0..dims.len()).rev() {
                    at += (rest % dims[axis] * strides[axis]) as isize;
                    rest /= dims[axis];
                }
                at
            })
            .collect()
    }

    const WALKS: &[(&[i32], &[i32])] = &[
        (&[7], &[1]),
        (&[7], &[-2]),
        (&[5], &[0]),
        (&[4, 6], &[1, 4]),
        (&[9, 11], &[1, 9]),
        (&[33, 37], &[1, 33]),
        (&[5, 3], &[0, 1]),
        (&[5, 3], &[0, 2]),
        (&[5, 3], &[1, 0]),
        (&[3, 4, 5], &[5, 15, 1]),
        (&[3, 4, 5], &[1, 3, 12]),
        (&[3, 4, 5], &[0, 1, 4]),
        (&[2, 9, 8], &[-72, 1, 9]),
    ];

    #[test]
    fn every_part_of_a_walk_is_packed_and_unpacked() {
        for &(dims, strides) in WALKS {
            let places = positions(dims, strides);
            let low = *places.iter().min().unwrap();
            let high = *places.iter().max().unwrap();
            let source: Vec<u32> = (0..=(high - low) as u32).collect();
            let size = places.len();
            for start in 0..size {
                for n in [0, 1, 2, size / 2, size - start] {
                    let n = n.min(size - start);
                    let mut out = vec![u32::MAX; n];
                    let mut back = vec![u32::MAX; source.len()];
                    unsafe {
                        let first = source.as_ptr().offset(-low);
                        pack(first, out.as_mut_ptr(), dims, strides, start, n);
                        let first = back.as_mut_ptr().offset(-low);
                        unpack(out.as_ptr(), first, dims, strides, start, n);
                    }
                    for (i, value) in out.iter().enumerate() {
                        let at = (places[start + i] - low) as usize;
                        assert_eq!(*value as usize, at, "{dims:?} {strides:?} {start} {n}");
                        assert_eq!(back[at], *value);
                    }
                }
            }
        }
    }
}
