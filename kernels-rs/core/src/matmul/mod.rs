//! Matrix products: panels packed for the caches, tiles kept in registers (Goto and
//! van de Geijn, 2008, "Anatomy of high-performance matrix multiplication").

mod tile;
mod vector;

use crate::complex::{c64, c128};
use tile::{Bool, Element};

/// Columns of A and rows of B that are packed at a time.
const KC: usize = 256;
/// Rows of A that are packed at a time.
const MC: usize = 128;
/// Columns of B that are packed at a time.
const NC: usize = 1024;
/// Elements of the largest tile.
const TILE: usize = 64;

/// A matrix in memory with any strides.
#[derive(Clone, Copy)]
struct Matrix<T> {
    first: *const T,
    row: isize,
    column: isize,
}

impl<T> Matrix<T> {
    /// The part from an element on.
    ///
    /// # Safety
    /// The element is in the matrix.
    #[inline(always)]
    unsafe fn from(self, row: usize, column: usize) -> Self {
        let at = row as isize * self.row + column as isize * self.column;
        Self { first: unsafe { self.first.offset(at) }, ..self }
    }

    #[inline(always)]
    fn transposed(self) -> Self {
        Self { first: self.first, row: self.column, column: self.row }
    }
}

/// Packs `rows` x `k` elements into panels of `W` rows, column after column; the
/// last panel is filled up with zeros.
///
/// # Safety
/// The elements are readable, the panels writable at `to`.
#[inline(never)]
unsafe fn pack<T: Element, const W: usize>(a: Matrix<T>, rows: usize, k: usize, mut to: *mut T) {
    let mut row = 0;
    while row < rows {
        let height = (rows - row).min(W);
        let from = unsafe { a.from(row, 0) };
        for p in 0..k as isize {
            unsafe {
                let source = from.first.offset(p * a.column);
                if height == W {
                    for i in 0..W {
                        to.add(i).write(source.offset(i as isize * a.row).read());
                    }
                } else {
                    for i in 0..W {
                        let inside = i < height;
                        to.add(i).write(if inside {
                            source.offset(i as isize * a.row).read()
                        } else {
                            T::ZERO
                        });
                    }
                }
                to = to.add(W);
            }
        }
        row += W;
    }
}

/// Where a block of the product is added up.
struct Target<T> {
    first: *mut T,
    stride: usize,
    /// Room for one tile.
    tile: *mut T,
}

/// Adds the product of packed panels to a block.
///
/// # Safety
/// The panels are readable, the block is writable.
#[inline(never)]
unsafe fn block<T: Element>(
    rows: usize,
    columns: usize,
    k: usize,
    a: *const T,
    b: *const T,
    c: &Target<T>,
) {
    let mut column = 0;
    while column < columns {
        let mut row = 0;
        while row < rows {
            let (height, width) = ((rows - row).min(T::MR), (columns - column).min(T::NR));
            unsafe {
                let (a, b) = (a.add(row * k), b.add(column * k));
                let to = c.first.add(row * c.stride + column);
                if height == T::MR && width == T::NR {
                    T::tile(k, a, b, to, c.stride);
                } else {
                    core::slice::from_raw_parts_mut(c.tile, T::MR * T::NR).fill(T::ZERO);
                    T::tile(k, a, b, c.tile, T::NR);
                    for i in 0..height {
                        for j in 0..width {
                            let sum = to.add(i * c.stride + j);
                            sum.write(sum.read().plus(c.tile.add(i * T::NR + j).read()));
                        }
                    }
                }
            }
            row += T::MR;
        }
        column += T::NR;
    }
}

/// Writes the product of an m x k and a k x n matrix.
///
/// # Safety
/// The operands are readable by their strides, m x n elements with `ldc` from row to
/// row writable at `c`, `work` is as large as `matmul_work` says.
unsafe fn matmul<T: Element>(
    (m, n, k): (usize, usize, usize),
    a: Matrix<T>,
    b: Matrix<T>,
    c: *mut T,
    ldc: usize,
    work: *mut T,
) {
    unsafe {
        if n == 1 {
            return vector::matvec(m, k, a, b, c, ldc, work);
        }
        if m == 1 {
            return vector::matvec(n, k, b.transposed(), a.transposed(), c, 1, work);
        }
        for i in 0..m {
            core::slice::from_raw_parts_mut(c.add(i * ldc), n).fill(T::ZERO);
        }
        let (packed_b, packed_a, tile) = (work, work.add(NC * KC), work.add(NC * KC + MC * KC));
        for column in (0..n).step_by(NC) {
            let columns = (n - column).min(NC);
            for from in (0..k).step_by(KC) {
                let depth = (k - from).min(KC);
                T::pack_b(b.from(from, column).transposed(), columns, depth, packed_b);
                for row in (0..m).step_by(MC) {
                    let rows = (m - row).min(MC);
                    T::pack_a(a.from(row, from), rows, depth, packed_a);
                    let target = Target { first: c.add(row * ldc + column), stride: ldc, tile };
                    block(rows, columns, depth, packed_a, packed_b, &target);
                }
            }
        }
    }
}

export!(matmul_work(element_bytes: usize) -> usize {
    (NC * KC + MC * KC + TILE) * element_bytes
});

export!(matmul {i8: i8, i16: i16, i32: i32, i64: i64, u8: u8, u16: u16, u32: u32, u64: u64,
    f32: f32, f64: f64, c64: c64, c128: c128, bool: Bool}
    (m: usize, n: usize, k: usize, a: *const T, rsa: isize, csa: isize, b: *const T, rsb: isize, csb: isize,
    c: *mut T, ldc: usize, work: *mut T) {
    let a = Matrix { first: a, row: rsa, column: csa };
    let b = Matrix { first: b, row: rsb, column: csb };
    matmul((m, n, k), a, b, c, ldc, work);
});

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with the definition, on whole numbers so that no rounding is involved.
    fn check<T: Element + PartialEq + core::fmt::Debug>(make: impl Fn(i32) -> T) {
        let sizes = [0, 1, 2, 3, 4, 5, 8, 9, 17, 130, 257];
        let cases = sizes.iter().flat_map(|&m| sizes.iter().map(move |&n| (m, n)));
        for (turn, (m, n)) in cases.enumerate() {
            let k = sizes[turn % sizes.len()];
            let x: Vec<T> = (0..m * k).map(|i| make((i % 7) as i32 - 3)).collect();
            let y: Vec<T> = (0..k * n).map(|i| make((i % 5) as i32 - 2)).collect();
            for layout in 0..4 {
                let (rsa, csa) = if layout & 1 == 0 { (k, 1) } else { (1, m) };
                let (rsb, csb) = if layout & 2 == 0 { (n, 1) } else { (1, k) };
                let a = Matrix { first: x.as_ptr(), row: rsa as isize, column: csa as isize };
                let b = Matrix { first: y.as_ptr(), row: rsb as isize, column: csb as isize };
                let mut c = vec![make(9); m * n];
                let mut work = vec![T::ZERO; NC * KC + MC * KC + TILE];
                unsafe { matmul((m, n, k), a, b, c.as_mut_ptr(), n, work.as_mut_ptr()) };
                for i in 0..m {
                    for j in 0..n {
                        let mut want = T::ZERO;
                        for p in 0..k {
                            let (x, y) = (x[i * rsa + p * csa], y[p * rsb + j * csb]);
                            want = want.plus(T::ZERO.multiply_add(x, y));
                        }
                        assert_eq!(c[i * n + j], want, "{m} {n} {k} {layout}");
                    }
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_the_definition() {
        check(|x| x as f32);
        check(|x| x as f64);
        check(|x| x);
        check(|x| x as i8);
        check(|x| x as u64);
        check(|x| c64::new(x as f32, (x + 1) as f32));
        check(|x| Bool((x > 1) as u8));
    }
}
