//! Products of a matrix and a vector: read once, nothing to pack.

use super::Matrix;
use super::tile::Element;
use crate::edge::{input, output};

/// Accumulators of a dot product.
const LANES: usize = 32;
/// Sums that are kept at a time where columns lie together.
const ROWS: usize = 1024;

/// Dot product of contiguous vectors.
#[inline(never)]
fn dot<T: Element>(x: &[T], y: &[T]) -> T {
    let mut sums = [T::ZERO; LANES];
    let (mut xs, mut ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    for (x, y) in (&mut xs).zip(&mut ys) {
        for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
            *sum = sum.multiply_add(x, y);
        }
    }
    for ((sum, &x), &y) in sums.iter_mut().zip(xs.remainder()).zip(ys.remainder()) {
        *sum = sum.multiply_add(x, y);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            sums[i] = sums[i].plus(sums[i + width]);
        }
    }
    sums[0]
}

/// Adds a multiple of a vector.
#[inline(never)]
fn add_multiple<T: Element>(sums: &mut [T], column: &[T], by: T) {
    for (sum, &x) in sums.iter_mut().zip(column) {
        *sum = sum.multiply_add(x, by);
    }
}

/// Writes the product of an m x k matrix and a column of k elements.
///
/// # Safety
/// The operands are readable by their strides, m elements in steps of `stride`
/// writable at `c`, k + m elements at `work` (in pieces of at most NC * KC).
pub unsafe fn matvec<T: Element>(
    m: usize,
    k: usize,
    a: Matrix<T>,
    x: Matrix<T>,
    c: *mut T,
    stride: usize,
    work: *mut T,
) {
    let depth = super::NC * super::KC - ROWS;
    let sums = unsafe { output(work.add(depth), ROWS) };
    for row in (0..m).step_by(ROWS) {
        let rows = (m - row).min(ROWS);
        let sums = &mut sums[..rows];
        sums.fill(T::ZERO);
        for from in (0..k).step_by(depth) {
            let n = (k - from).min(depth);
            unsafe {
                let x = contiguous(x.from(from, 0), n, work);
                add_product(a.from(row, from), x, sums);
            }
        }
        for (i, &sum) in sums.iter().enumerate() {
            unsafe { c.add((row + i) * stride).write(sum) };
        }
    }
}

/// The elements of a column side by side.
///
/// # Safety
/// `n` elements are readable, and writable at `work`.
unsafe fn contiguous<'a, T: Copy>(x: Matrix<T>, n: usize, work: *mut T) -> &'a [T] {
    unsafe {
        if x.row == 1 {
            return input(x.first, n);
        }
        for i in 0..n {
            work.add(i).write(x.first.offset(i as isize * x.row).read());
        }
        input(work, n)
    }
}

/// Adds a matrix times a vector to sums.
///
/// # Safety
/// As many rows as sums and columns as elements of `x` are readable.
unsafe fn add_product<T: Element>(a: Matrix<T>, x: &[T], sums: &mut [T]) {
    if a.row == 1 && a.column != 1 {
        for (p, &by) in x.iter().enumerate() {
            let column = unsafe { input(a.first.offset(p as isize * a.column), sums.len()) };
            add_multiple(sums, column, by);
        }
        return;
    }
    for (i, sum) in sums.iter_mut().enumerate() {
        let row = unsafe { a.first.offset(i as isize * a.row) };
        let product = if a.column == 1 {
            dot(unsafe { input(row, x.len()) }, x)
        } else {
            let mut total = T::ZERO;
            for (p, &x) in x.iter().enumerate() {
                let y = unsafe { row.offset(p as isize * a.column).read() };
                total = total.multiply_add(y, x);
            }
            total
        };
        *sum = sum.plus(product);
    }
}
