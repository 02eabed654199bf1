//! The operand of a reduction.

use core::marker::PhantomData;

use crate::complex::Complex;

/// An operand `[outer, length, inner]` with any strides.
#[derive(Clone, Copy)]
pub struct Block<'a, T> {
    first: *const T,
    outer: usize,
    outer_stride: isize,
    pub length: usize,
    pub stride: isize,
    pub inner: usize,
    pub inner_stride: isize,
    life: PhantomData<&'a T>,
}

// The methods are safe because of what `new` promises: indices within the lengths, which
// debug builds check, are in memory.
impl<'a, T: Copy> Block<'a, T> {
    /// The block from an address on; lengths with their strides in elements.
    ///
    /// # Safety
    /// All elements are readable.
    #[inline(always)]
    pub unsafe fn new(
        first: *const T,
        (outer, outer_stride): (usize, isize),
        (length, stride): (usize, isize),
        (inner, inner_stride): (usize, isize),
    ) -> Self {
        Block { first, outer, outer_stride, length, stride, inner, inner_stride, life: PhantomData }
    }

    /// Address of an element.
    #[inline(always)]
    fn at(&self, o: usize, r: usize, i: usize) -> *const T {
        let place = o as isize * self.outer_stride
            + r as isize * self.stride
            + i as isize * self.inner_stride;
        self.first.wrapping_offset(place)
    }

    #[inline(always)]
    pub fn get(&self, o: usize, r: usize, i: usize) -> T {
        debug_assert!(o < self.outer && r < self.length && i < self.inner);
        unsafe { self.at(o, r, i).read() }
    }

    /// The elements of one result, if they are contiguous.
    #[inline(always)]
    pub fn row(&self, o: usize, i: usize) -> &'a [T] {
        debug_assert!(self.stride == 1 && o < self.outer && i < self.inner);
        if self.length == 0 {
            return &[];
        }
        unsafe { core::slice::from_raw_parts(self.at(o, 0, i), self.length) }
    }

    /// The first elements of one result, if they are contiguous and at least so many.
    #[inline(always)]
    pub fn start<const N: usize>(&self, o: usize, i: usize) -> [T; N] {
        debug_assert!(self.stride == 1 && N <= self.length && o < self.outer && i < self.inner);
        unsafe { self.at(o, 0, i).cast::<[T; N]>().read() }
    }

    /// One element of each of `n` results, if they are contiguous.
    #[inline(always)]
    pub fn across(&self, o: usize, r: usize, i: usize, n: usize) -> &'a [T] {
        debug_assert!(self.inner_stride == 1 || n < 2);
        debug_assert!(o < self.outer && r < self.length && i + n <= self.inner);
        unsafe { core::slice::from_raw_parts(self.at(o, r, i), n) }
    }

    /// The same elements with `group` rows as one, the last ones left off. Rows must lie
    /// one after the other without gaps.
    pub fn widened(self, group: usize) -> Self {
        debug_assert!(self.stride == self.inner as isize && self.inner_stride == 1);
        let inner = self.inner * group;
        Block { length: self.length / group, stride: inner as isize, inner, ..self }
    }

    /// The same elements, laid out in the way that is walked fastest: one axis where the
    /// outer and the inner one are a single walk, no steps where nothing is walked.
    pub fn simplified(self) -> Self {
        let mut x = self;
        if x.inner == 1 {
            // Results of all outer rows side by side.
            (x.inner, x.inner_stride) = (x.outer, x.outer_stride);
            (x.outer, x.outer_stride) = (1, 0);
        } else if x.outer_stride == x.inner_stride * x.inner as isize {
            x.inner *= x.outer;
            (x.outer, x.outer_stride) = (1, 0);
        }
        if x.length < 2 && x.inner_stride != 1 {
            x.stride = 1;
        }
        x
    }
}

impl<'a, F: Copy> Block<'a, Complex<F>> {
    /// Real and imaginary parts side by side, if the pairs of neighbouring results are.
    pub fn parts(self) -> Option<Block<'a, F>> {
        (self.inner > 1 && self.inner_stride == 1).then_some(Block {
            first: self.first.cast(),
            outer: self.outer,
            outer_stride: 2 * self.outer_stride,
            length: self.length,
            stride: 2 * self.stride,
            inner: 2 * self.inner,
            inner_stride: 1,
            life: PhantomData,
        })
    }
}

#[cfg(test)]
pub use tests::layouts;

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `test` with blocks of many layouts.
    pub fn layouts<T: Copy>(
        make: impl Fn(usize) -> T,
        (outer, length, inner): (usize, usize, usize),
        mut test: impl FnMut(Block<T>),
    ) {
        let n = outer * length * inner;
        let x: Vec<T> = (0..3 * n + 8).map(make).collect();
        let at = |place: usize| x[place..].as_ptr();
        let (o, r, i) = (outer as isize, length as isize, inner as isize);
        let mut case = |place: usize, so: isize, sr: isize, si: isize| {
            test(unsafe { Block::new(at(place), (outer, so), (length, sr), (inner, si)) });
        };
        // Contiguous, with gaps, transposed, reversed, broadcast.
        case(0, r * i, i, 1);
        case(1, r * (i + 1), i + 1, 1);
        case(0, r * i, 1, r);
        case(0, 1, o, o * r);
        case(3, i, o * i, 1);
        case(0, 2 * r * i, 2 * i, 2);
        case(n, r * i, -i, 1);
        case(n + 3, -r * i, -1, -r);
        case(0, 0, 1, 0);
        case(0, i, 0, 1);
        case(7, 0, 0, 0);
    }
}
