//! Strided walks: copying a strided array to contiguous memory and back.
//!
//! A walk is cut into grids of two axes: rows of the last axis where elements lie
//! along it, or the last axis crossed with the one whose neighbours lie closest
//! (`transpose`), so that every cache line is used once.

mod copy;
mod transpose;

use crate::edge::input;
use crate::fill::Wide;
use copy::{Pair, Side};
use transpose::{Transpose, transpose};

/// Bytes within which neighbours share cache lines.
const NEAR: usize = 64;

/// The indices of some leading axes, one after the other in C order.
struct Walk<'a> {
    dims: &'a [i32],
    strides: &'a [i32],
    index: [i32; 32],
    /// Distance from the first element.
    at: isize,
}

impl<'a> Walk<'a> {
    /// The walk from a linear position.
    fn from(dims: &'a [i32], strides: &'a [i32], mut place: usize) -> Self {
        let mut walk = Walk { dims, strides, index: [0; 32], at: 0 };
        for axis in (0..dims.len()).rev() {
            let n = dims[axis] as usize;
            walk.index[axis] = (place % n) as i32;
            walk.at += walk.index[axis] as isize * strides[axis] as isize;
            place /= n;
        }
        walk
    }

    #[inline(always)]
    fn advance(&mut self) {
        for axis in (0..self.dims.len()).rev() {
            self.index[axis] += 1;
            self.at += self.strides[axis] as isize;
            if self.index[axis] < self.dims[axis] {
                return;
            }
            self.at -= self.strides[axis] as isize * self.dims[axis] as isize;
            self.index[axis] = 0;
        }
    }
}

/// Lengths and strides of the axes of the strided side.
#[derive(Clone, Copy)]
struct Axes<'a> {
    dims: &'a [i32],
    strides: &'a [i32],
}

impl<'a> Axes<'a> {
    fn rank(self) -> usize {
        self.dims.len()
    }

    /// Number of elements of the axes from one on.
    fn size(self, axis: usize) -> usize {
        self.dims[axis..].iter().map(|&n| n as usize).product()
    }

    fn walk(self, from: usize, to: usize, place: usize) -> Walk<'a> {
        Walk::from(&self.dims[from..to], &self.strides[from..to], place)
    }

    /// The axis whose neighbours lie closer than those of the last axis and share
    /// cache lines, if there is one.
    fn crossing(self, element: usize) -> Option<usize> {
        let last = self.rank() - 1;
        let step = self.strides[last].unsigned_abs() as usize;
        if step <= 1 || self.dims[last] == 1 {
            return None;
        }
        let near = |axis: &usize| {
            let stride = self.strides[*axis].unsigned_abs() as usize;
            self.dims[*axis] > 1 && stride > 0 && stride < step && stride * element < NEAR
        };
        (0..last).rev().filter(near).min_by_key(|&axis| self.strides[axis].unsigned_abs())
    }
}

/// Copies the elements `start..start + n` of a walk from one side to the other.
///
/// # Safety
/// All positions of the walk are valid on the strided side, `n` elements on the flat one.
unsafe fn copy<T: Transpose, const UNPACK: bool>(
    strided: *mut T,
    flat: *mut T,
    axes: Axes,
    start: usize,
    n: usize,
) {
    let last = axes.rank() - 1;
    let crossing = axes.crossing(size_of::<T>());
    let axis = crossing.unwrap_or(last.saturating_sub(1));
    let size = axes.size(axis);
    let mut walk = axes.walk(0, axis, start / size);
    let mut from = start % size;
    let mut done = 0;
    while done < n {
        let to = size.min(from + n - done);
        let pair = unsafe { Pair::<T, UNPACK>::new(strided, flat).at(walk.at, done as isize) };
        unsafe {
            if crossing.is_some() {
                crossed(pair, axes, axis, from, to);
            } else {
                rows(pair, axes, from, to);
            }
        }
        done += to - from;
        from = 0;
        walk.advance();
    }
}

/// Copies the elements `from..to` of the last two axes, row by row.
///
/// # Safety
/// As `copy`; the flat side begins with the first of these elements.
unsafe fn rows<T: Copy, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    axes: Axes,
    from: usize,
    to: usize,
) {
    let last = axes.rank() - 1;
    let length = axes.dims[last] as usize;
    let step = axes.strides[last] as isize;
    if last == 0 {
        let side = Side { row: 0, column: step };
        return unsafe { pair.at(from as isize * step, 0).rows(side, 1, to - from) };
    }
    let side = Side { row: axes.strides[last - 1] as isize, column: step };
    // All rows, as always but for the ends of a walk: no division.
    if from == 0 && to == length * axes.dims[last - 1] as usize {
        return unsafe { pair.rows(side, axes.dims[last - 1] as usize, length) };
    }
    let (mut row, column) = (from / length, from % length);
    let (end, rest) = (to / length, to % length);
    let mut done = 0;
    let at = |row: usize, column: usize, done: usize| unsafe {
        pair.at(row as isize * side.row + column as isize * side.column, done as isize)
    };
    unsafe {
        if row == end {
            return at(row, column, 0).rows(side, 1, rest - column);
        }
        if column > 0 {
            at(row, column, 0).rows(side, 1, length - column);
            done = length - column;
            row += 1;
        }
        at(row, 0, done).rows(side, end - row, length);
        done += (end - row) * length;
        at(end, 0, done).rows(side, 1, rest);
    }
}

/// Copies the elements `from..to` of the axes from one on, across that axis.
///
/// # Safety
/// As `rows`.
unsafe fn crossed<T: Transpose, const UNPACK: bool>(
    pair: Pair<T, UNPACK>,
    axes: Axes,
    axis: usize,
    from: usize,
    to: usize,
) {
    let last = axes.rank() - 1;
    let length = axes.dims[last] as usize;
    let step = axes.strides[last] as isize;
    let near = axes.strides[axis] as isize;
    let slice = axes.size(axis + 1);
    let (first, begin) = (from / slice, from % slice);
    let (end, rest) = (to / slice, to % slice);
    // At a place within a slice, these slices take part: all from the first whose place
    // is not before the beginning to the last whose place is before the end.
    let cuts = [0, begin.min(rest), begin.max(rest), slice];
    for cut in cuts.windows(2) {
        let mut place = cut[0];
        if place == cut[1] {
            continue;
        }
        let low = first + (place < begin) as usize;
        let high = end + (place < rest) as usize;
        if low >= high {
            continue;
        }
        let mut walk = axes.walk(axis + 1, last, place / length);
        let mut column = place % length;
        while place < cut[1] {
            let columns = (length - column).min(cut[1] - place);
            let strided = walk.at + low as isize * near + column as isize * step;
            let flat = (low * slice + place) as isize - from as isize;
            unsafe {
                let pair = pair.at(strided, flat);
                transpose(pair, near, step, slice as isize, high - low, columns);
            }
            place += columns;
            column = 0;
            walk.advance();
        }
    }
}

export!(pack {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (src: *const T, dst: *mut T, rank: usize, dims: *const i32, strides: *const i32, start: usize, n: usize) {
    if n > 0 {
        let axes = axes(rank, dims, strides);
        copy::<T, false>(src.cast_mut(), dst, axes, start, n);
    }
});

export!(unpack {1: u8, 2: u16, 4: u32, 8: u64, 16: Wide}
    (src: *const T, dst: *mut T, rank: usize, dims: *const i32, strides: *const i32, start: usize, n: usize) {
    if n > 0 {
        let axes = axes(rank, dims, strides);
        copy::<T, true>(dst, src.cast_mut(), axes, start, n);
    }
});

/// The axes at two addresses; one axis of length 1 where there is none.
///
/// # Safety
/// `rank` numbers are readable at each address.
unsafe fn axes<'a>(rank: usize, dims: *const i32, strides: *const i32) -> Axes<'a> {
    if rank == 0 {
        return Axes { dims: &[1], strides: &[1] };
    }
    unsafe { Axes { dims: input(dims, rank), strides: input(strides, rank) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positions of a walk, one by one.
    fn positions(dims: &[i32], strides: &[i32]) -> Vec<isize> {
        let size: i32 = dims.iter().product();
        let at = |mut rest: i32| {
            let mut at = 0;
            for axis in (0..dims.len()).rev() {
                at += (rest % dims[axis] * strides[axis]) as isize;
                rest /= dims[axis];
            }
            at
        };
        (0..size).map(at).collect()
    }

    fn check<T: Transpose + PartialEq + core::fmt::Debug>(
        dims: &[i32],
        strides: &[i32],
        start: usize,
        n: usize,
        make: impl Fn(isize) -> T,
    ) {
        let places = positions(dims, strides);
        let low = *places.iter().min().unwrap();
        let high = *places.iter().max().unwrap();
        let mut source: Vec<T> = (low..=high).map(&make).collect();
        let axes = Axes { dims, strides };
        let mut out = vec![make(-9999); n + 2];
        let mut back = vec![make(-9999); source.len()];
        unsafe {
            let first = source.as_mut_ptr().offset(-low);
            copy::<T, false>(first, out.as_mut_ptr().add(1), axes, start, n);
            let first = back.as_mut_ptr().offset(-low);
            copy::<T, true>(first, out.as_mut_ptr().add(1), axes, start, n);
        }
        let mut kept = vec![make(-9999); source.len()];
        for (i, value) in out[1..=n].iter().enumerate() {
            let at = places[start + i];
            assert_eq!(*value, make(at), "{dims:?} {strides:?} {start} {n} {i}");
            kept[(at - low) as usize] = *value;
        }
        assert_eq!((out[0], out[n + 1]), (make(-9999), make(-9999)));
        assert_eq!(back, kept, "{dims:?} {strides:?} {start} {n}");
    }

    const WALKS: &[(&[i32], &[i32])] = &[
        (&[1], &[1]),
        (&[7], &[1]),
        (&[40], &[1]),
        (&[37], &[-1]),
        (&[37], &[2]),
        (&[7], &[-2]),
        (&[5], &[0]),
        (&[40], &[0]),
        (&[4, 6], &[1, 4]),
        (&[9, 11], &[1, 9]),
        (&[9, 11], &[-1, 9]),
        (&[9, 11], &[1, -9]),
        (&[9, 11], &[2, 18]),
        (&[33, 37], &[1, 33]),
        (&[3, 37], &[1, 3]),
        (&[37, 3], &[1, 37]),
        (&[40, 2], &[1, 40]),
        (&[5, 3], &[0, 1]),
        (&[5, 3], &[0, 2]),
        (&[5, 3], &[1, 0]),
        (&[5, 7], &[9, 1]),
        (&[5, 20], &[23, 1]),
        (&[5, 20], &[-23, 1]),
        (&[5, 20], &[0, 1]),
        (&[5, 20], &[1, 0]),
        (&[4, 70], &[71, -1]),
        (&[3, 4, 5], &[5, 15, 1]),
        (&[3, 4, 5], &[1, 3, 12]),
        (&[5, 4, 7], &[1, 35, 5]),
        (&[5, 4, 7], &[4, 1, 20]),
        (&[3, 4, 5], &[0, 1, 4]),
        (&[3, 4, 5], &[1, 0, 3]),
        (&[2, 9, 8], &[-72, 1, 9]),
        (&[2, 3, 2, 5], &[1, 2, 6, 12]),
        (&[2, 3, 2, 5], &[30, 1, 3, 6]),
        (&[2, 1, 2, 5], &[10, 1, 5, 1]),
    ];

    #[test]
    fn every_part_of_a_walk_is_packed_and_unpacked() {
        for &(dims, strides) in WALKS {
            let size: usize = dims.iter().map(|&n| n as usize).product();
            for start in 0..size {
                for n in [0, 1, 2, size / 3, size / 2, size - start] {
                    let n = n.min(size - start);
                    check(dims, strides, start, n, |i| i as u32);
                    check(dims, strides, start, n, |i| i as u64);
                    if (start + n) % 7 == 0 {
                        check(dims, strides, start, n, |i| i as u8);
                        check(dims, strides, start, n, |i| i as u16);
                        check(dims, strides, start, n, |i| [i as u64, !i as u64]);
                    }
                }
            }
        }
    }

    #[test]
    fn no_axis_is_one_element() {
        let (mut x, mut y) = ([7u32], [0u32]);
        let axes = unsafe { axes(0, core::ptr::null(), core::ptr::null()) };
        unsafe { copy::<u32, false>(x.as_mut_ptr(), y.as_mut_ptr(), axes, 0, 1) };
        assert_eq!(y, [7]);
    }
}
