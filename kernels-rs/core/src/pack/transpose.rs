//! Copies across two axes: one side runs along the rows, the other along the columns.

use super::NEAR;
use super::copy::{Pair, Side};
use crate::fill::Wide;
use crate::simd::*;

/// Elements that fill a cache line.
const fn line<T>() -> usize {
    NEAR / size_of::<T>()
}

/// An element that is transposed in square tiles of `TILE`.
pub trait Transpose: Copy {
    /// Rows and columns of a tile; 1 if tiles are not worth it.
    const TILE: usize;

    /// Copies a tile: `from` runs along the rows, `from_step` from column to column;
    /// `to` runs along the columns, `to_step` from row to row.
    ///
    /// # Safety
    /// All elements are readable and writable.
    unsafe fn tile(from: *const Self, from_step: isize, to: *mut Self, to_step: isize);
}

impl Transpose for u32 {
    const TILE: usize = 4;

    #[inline(always)]
    unsafe fn tile(from: *const Self, from_step: isize, to: *mut Self, to_step: isize) {
        unsafe {
            let get = |i: isize| from.offset(i * from_step).cast::<v128>().read_unaligned();
            let (a, b, c, d) = (get(0), get(1), get(2), get(3));
            let low = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
            let high = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
            let put = |i: isize, v: v128| {
                to.offset(i * to_step).cast::<v128>().write_unaligned(v);
            };
            put(0, i64x2_shuffle::<0, 2>(low.0, low.1));
            put(1, i64x2_shuffle::<1, 3>(low.0, low.1));
            put(2, i64x2_shuffle::<0, 2>(high.0, high.1));
            put(3, i64x2_shuffle::<1, 3>(high.0, high.1));
        }
    }
}

impl Transpose for u64 {
    const TILE: usize = 2;

    #[inline(always)]
    unsafe fn tile(from: *const Self, from_step: isize, to: *mut Self, to_step: isize) {
        unsafe {
            let a = from.cast::<v128>().read_unaligned();
            let b = from.offset(from_step).cast::<v128>().read_unaligned();
            to.cast::<v128>().write_unaligned(i64x2_shuffle::<0, 2>(a, b));
            to.offset(to_step).cast::<v128>().write_unaligned(i64x2_shuffle::<1, 3>(a, b));
        }
    }
}

/// Elements that are moved one by one.
macro_rules! single {
    ($($t:ty)+) => {$(
        impl Transpose for $t {
            const TILE: usize = 1;

            #[inline(always)]
            unsafe fn tile(from: *const Self, _: isize, to: *mut Self, _: isize) {
                unsafe { to.write(from.read()) }
            }
        }
    )+};
}
single!(u8 u16 Wide);

/// Copies `rows` x `columns` elements; on the strided side neighbours in a column are
/// `near` apart and neighbours in a row `far`; on the flat side rows are `row` apart.
///
/// # Safety
/// As for `Pair`.
pub unsafe fn transpose<T: Transpose, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    near: isize,
    far: isize,
    row: isize,
    rows: usize,
    columns: usize,
) {
    let (strided, flat) = (Side { row: near, column: far }, Side { row, column: 1 });
    let tiles = near == 1 && T::TILE > 1;
    let whole =
        if tiles { (rows / T::TILE * T::TILE, columns / T::TILE * T::TILE) } else { (0, 0) };
    unsafe {
        let side = line::<T>();
        for top in (0..whole.0).step_by(side) {
            let height = (whole.0 - top).min(side) / T::TILE;
            for left in (0..whole.1).step_by(side) {
                let width = (whole.1 - left).min(side) / T::TILE;
                let (top, left) = (top as isize, left as isize);
                block(pair.at(top + left * far, top * row + left), far, row, height, width);
            }
        }
        // What the tiles leave: columns at the right, rows at the bottom.
        let right = pair.at(whole.1 as isize * far, whole.1 as isize);
        if whole.1 < columns {
            stripes(right, strided, flat, whole.0, columns - whole.1);
        }
        let below = pair.at(whole.0 as isize * near, whole.0 as isize * row);
        stripes(below, strided, flat, rows - whole.0, columns);
    }
}

/// Tiles side by side and below each other; counts are in tiles. Rows of tiles come
/// first: lines that are written must stay in the cache, even where rows are powers of
/// two apart and share few places in it.
#[inline(never)]
unsafe fn block<T: Transpose, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    far: isize,
    row: isize,
    rows: usize,
    columns: usize,
) {
    let tile = T::TILE as isize;
    let mut left = pair;
    for _ in 0..rows {
        let mut pair = left;
        for _ in 0..columns {
            unsafe {
                if UNPACK {
                    T::tile(pair.flat, row, pair.strided, far);
                } else {
                    T::tile(pair.strided, far, pair.flat, row);
                }
            }
            pair = pair.next(tile * far, tile);
        }
        left = left.next(tile, tile * row);
    }
}

/// Single elements: along the longer axis, a few of the shorter one at a time.
unsafe fn stripes<T: Copy, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    strided: Side,
    flat: Side,
    rows: usize,
    columns: usize,
) {
    let turn = |side: Side| Side { row: side.column, column: side.row };
    unsafe {
        if rows > columns {
            for first in (0..columns).step_by(8) {
                let by = first as isize;
                let pair = pair.at(by * strided.column, by * flat.column);
                few(pair, strided, flat, rows, (columns - first).min(8));
            }
        } else {
            for first in (0..rows).step_by(8) {
                let by = first as isize;
                let pair = pair.at(by * strided.row, by * flat.row);
                few(pair, turn(strided), turn(flat), columns, (rows - first).min(8));
            }
        }
    }
}

/// Copies `count` times up to 8 elements.
unsafe fn few<T: Copy, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    strided: Side,
    flat: Side,
    count: usize,
    width: usize,
) {
    unsafe {
        match width {
            1 => pair.combs::<1>(strided, flat, count),
            2 => pair.combs::<2>(strided, flat, count),
            3 => pair.combs::<3>(strided, flat, count),
            4 => pair.combs::<4>(strided, flat, count),
            5 => pair.combs::<5>(strided, flat, count),
            6 => pair.combs::<6>(strided, flat, count),
            7 => pair.combs::<7>(strided, flat, count),
            _ => pair.combs::<8>(strided, flat, count),
        }
    }
}
