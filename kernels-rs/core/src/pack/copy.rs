//! Copies between a strided and a flat side where rows need no transposing.

use crate::simd::v128;

/// Elements that one call of a loop moves: V8 replaces code only between calls.
const PIECE: usize = 4096;
/// From this length on the engine's own copy is faster than a loop.
const LONG_BYTES: usize = 512;

/// The place on the strided and on the flat side of a copy; `UNPACK` copies to
/// the strided side, otherwise it is only read.
#[derive(Clone, Copy)]
pub struct Pair<T, const UNPACK: bool> {
    pub strided: *mut T,
    pub flat: *mut T,
}

/// Steps from row to row and from column to column, in elements.
#[derive(Clone, Copy)]
pub struct Side {
    pub row: isize,
    pub column: isize,
}

// All methods rely on this: the places that their arguments describe are valid on
// both sides, and the sides do not overlap.
impl<T: Copy, const UNPACK: bool> Pair<T, UNPACK> {
    pub fn new(strided: *mut T, flat: *mut T) -> Self {
        Pair { strided, flat }
    }

    /// Another place on both sides.
    #[inline(always)]
    pub unsafe fn at(self, strided: isize, flat: isize) -> Self {
        unsafe { Pair { strided: self.strided.offset(strided), flat: self.flat.offset(flat) } }
    }

    /// As `at`, where the place may lie behind the last one.
    #[inline(always)]
    pub fn next(self, strided: isize, flat: isize) -> Self {
        Pair {
            strided: self.strided.wrapping_offset(strided),
            flat: self.flat.wrapping_offset(flat),
        }
    }

    /// Copies `rows` rows of `columns` elements that lie one after the other on the
    /// flat side.
    pub unsafe fn rows(self, side: Side, rows: usize, columns: usize) {
        if rows == 0 || columns == 0 {
            return;
        }
        unsafe {
            if !UNPACK && side.row == 0 && rows > 1 {
                self.rows(side, 1, columns);
                return repeat(self.flat, columns, rows * columns);
            }
            let across = Side { row: columns as isize, column: 1 };
            match columns {
                1 => self.combs::<1>(side, across, rows),
                2 => self.combs::<2>(side, across, rows),
                3 => self.combs::<3>(side, across, rows),
                4 => self.combs::<4>(side, across, rows),
                5 => self.combs::<5>(side, across, rows),
                6 => self.combs::<6>(side, across, rows),
                7 => self.combs::<7>(side, across, rows),
                8 => self.combs::<8>(side, across, rows),
                _ => {
                    for row in 0..rows {
                        let flat = (row * columns) as isize;
                        self.at(row as isize * side.row, flat).run(side.column, columns);
                    }
                }
            }
        }
    }

    /// Copies `count` times `N` elements with any steps on both sides.
    pub unsafe fn combs<const N: usize>(self, strided: Side, flat: Side, count: usize) {
        let mut done = 0;
        while done < count {
            let piece = (count - done).min(PIECE);
            let by = done as isize;
            unsafe {
                self.at(by * strided.row, by * flat.row).comb::<N>(strided, flat, piece);
            }
            done += piece;
        }
    }

    #[inline(never)]
    unsafe fn comb<const N: usize>(self, strided: Side, flat: Side, count: usize) {
        let mut pair = self;
        for _ in 0..count {
            for i in 0..N as isize {
                unsafe {
                    let Pair { strided: s, flat: f } = pair.at(i * strided.column, i * flat.column);
                    if UNPACK { s.write(f.read()) } else { f.write(s.read()) }
                }
            }
            pair = pair.next(strided.row, flat.row);
        }
    }

    /// Copies one row.
    #[inline(always)]
    unsafe fn run(self, step: isize, n: usize) {
        unsafe {
            let (from, to) =
                if UNPACK { (self.flat, self.strided) } else { (self.strided, self.flat) };
            match step {
                1 => line(from, to, n),
                0 if !UNPACK => core::slice::from_raw_parts_mut(to, n).fill(from.read()),
                -1 => {
                    let back = -(n as isize - 1);
                    if UNPACK {
                        reverse(from, to.offset(back), n)
                    } else {
                        reverse(from.offset(back), to, n)
                    }
                }
                _ => {
                    let side = Side { row: step, column: 0 };
                    self.combs::<1>(side, Side { row: 1, column: 0 }, n)
                }
            }
        }
    }
}

/// Copies contiguous elements.
#[inline(always)]
unsafe fn line<T: Copy>(from: *const T, to: *mut T, n: usize) {
    let bytes = n * size_of::<T>();
    unsafe {
        if bytes >= LONG_BYTES {
            core::ptr::copy_nonoverlapping(from, to, n);
        } else if bytes >= 16 {
            vectors(from.cast(), to.cast(), bytes);
        } else {
            for i in 0..n {
                to.add(i).write(from.add(i).read());
            }
        }
    }
}

/// Copies 16 bytes or more: whole vectors, the last of which may overlap the one before.
#[inline(never)]
unsafe fn vectors(from: *const u8, to: *mut u8, bytes: usize) {
    let one = |at: usize| unsafe {
        to.add(at).cast::<v128>().write_unaligned(from.add(at).cast::<v128>().read_unaligned());
    };
    let last = bytes - 16;
    let mut at = 0;
    while at < last {
        one(at);
        at += 16;
    }
    one(last);
}

/// Copies elements in reverse; both sides are given by their lowest address.
#[inline(never)]
unsafe fn reverse<T: Copy>(from: *const T, to: *mut T, n: usize) {
    let (from, to) =
        unsafe { (core::slice::from_raw_parts(from, n), core::slice::from_raw_parts_mut(to, n)) };
    for (to, &x) in to.iter_mut().zip(from.iter().rev()) {
        *to = x;
    }
}

/// Repeats the first `length` elements until there are `n`, doubling what is there.
unsafe fn repeat<T: Copy>(at: *mut T, length: usize, n: usize) {
    let mut have = length;
    while have < n {
        let count = have.min(n - have);
        unsafe { line(at, at.add(have), count) };
        have += count;
    }
}
