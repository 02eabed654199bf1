//! What a matrix product does with its elements: the tile that stays in registers.

use super::{Matrix, pack};
use crate::complex::{c64, c128};
use crate::simd::*;

/// An element of a matrix product.
pub trait Element: Copy {
    /// Rows of a tile.
    const MR: usize;
    /// Columns of a tile.
    const NR: usize;
    /// The empty sum.
    const ZERO: Self;

    /// `self + x`.
    fn plus(self, x: Self) -> Self;

    /// `self + x * y`.
    fn multiply_add(self, x: Self, y: Self) -> Self;

    /// Packs rows of A.
    ///
    /// # Safety
    /// As `pack`.
    unsafe fn pack_a(a: Matrix<Self>, rows: usize, k: usize, to: *mut Self);

    /// Packs columns of B, which is given transposed.
    ///
    /// # Safety
    /// As `pack`.
    unsafe fn pack_b(b: Matrix<Self>, columns: usize, k: usize, to: *mut Self);

    /// Adds the product of two panels of depth `k` to a tile.
    ///
    /// # Safety
    /// `MR * k` and `k * NR` elements are readable, the tile is writable.
    unsafe fn tile(k: usize, a: *const Self, b: *const Self, c: *mut Self, ldc: usize);
}

/// A boolean: sums are or, products and.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Bool(pub u8);

/// Methods that all elements share but for their tile sizes.
macro_rules! panels {
    ($mr:literal, $nr:literal) => {
        const MR: usize = $mr;
        const NR: usize = $nr;

        unsafe fn pack_a(a: Matrix<Self>, rows: usize, k: usize, to: *mut Self) {
            unsafe { pack::<Self, $mr>(a, rows, k, to) }
        }

        unsafe fn pack_b(b: Matrix<Self>, columns: usize, k: usize, to: *mut Self) {
            unsafe { pack::<Self, $nr>(b, columns, k, to) }
        }
    };
}

/// The tile as plain loops, which the compiler vectorises for narrow types.
///
/// # Safety
/// As `Element::tile`.
#[inline(always)]
unsafe fn plain_tile<T: Element, const MR: usize, const NR: usize>(
    k: usize,
    a: *const T,
    b: *const T,
    c: *mut T,
    ldc: usize,
) {
    let mut sums = [[T::ZERO; NR]; MR];
    for p in 0..k {
        let (x, y) = unsafe {
            (a.add(p * MR).cast::<[T; MR]>().read(), b.add(p * NR).cast::<[T; NR]>().read())
        };
        for (sums, x) in sums.iter_mut().zip(x) {
            for (sum, y) in sums.iter_mut().zip(y) {
                *sum = sum.multiply_add(x, y);
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        let row = unsafe { core::slice::from_raw_parts_mut(c.add(i * ldc), NR) };
        for (to, &sum) in row.iter_mut().zip(sums) {
            *to = to.plus(sum);
        }
    }
}

macro_rules! plain {
    ($($t:ty, $mr:literal, $nr:literal, $zero:expr, |$s:ident, $x:ident, $y:ident| $plus:expr, $madd:expr;)+) => {$(
        impl Element for $t {
            panels!($mr, $nr);
            const ZERO: Self = $zero;

            #[inline(always)]
            fn plus(self, $x: Self) -> Self {
                let $s = self;
                $plus
            }

            #[inline(always)]
            fn multiply_add(self, $x: Self, $y: Self) -> Self {
                let $s = self;
                $madd
            }

            #[inline(never)]
            unsafe fn tile(k: usize, a: *const Self, b: *const Self, c: *mut Self, ldc: usize) {
                unsafe { plain_tile::<Self, $mr, $nr>(k, a, b, c, ldc) }
            }
        }
    )+};
}
plain! {
    i8, 4, 16, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    u8, 4, 16, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    i16, 4, 8, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    u16, 4, 8, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    i32, 4, 8, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    u32, 4, 8, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    i64, 4, 4, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    u64, 4, 4, 0, |s, x, y| s.wrapping_add(x), s.wrapping_add(x.wrapping_mul(y));
    c64, 2, 2, c64::new(0.0, 0.0), |s, x, y| c64::new(s.re + x.re, s.im + x.im),
        c64::new(s.re + (x.re * y.re - x.im * y.im), s.im + (x.re * y.im + x.im * y.re));
    c128, 2, 2, c128::new(0.0, 0.0), |s, x, y| c128::new(s.re + x.re, s.im + x.im),
        c128::new(s.re + (x.re * y.re - x.im * y.im), s.im + (x.re * y.im + x.im * y.re));
    Bool, 4, 16, Bool(0), |s, x, y| Bool(s.0 | x.0), Bool(s.0 | (x.0 & y.0));
}

/// One lane of a vector in all lanes.
macro_rules! lane {
    (f32 $v:ident $i:literal) => {
        i32x4_shuffle::<$i, $i, $i, $i>($v, $v)
    };
    (f64 $v:ident $i:literal) => {
        i64x2_shuffle::<$i, $i>($v, $v)
    };
}

impl Element for f32 {
    panels!(4, 8);
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn plus(self, x: Self) -> Self {
        self + x
    }

    #[inline(always)]
    fn multiply_add(self, x: Self, y: Self) -> Self {
        self + x * y
    }

    // Few, wide loads: V8 checks the bounds of each. So a vector of A is loaded
    // whole and its lanes are spread by shuffles.
    #[inline(never)]
    unsafe fn tile(k: usize, a: *const Self, b: *const Self, c: *mut Self, ldc: usize) {
        let mut sums = [[f32x4_splat(0.0); 2]; 4];
        for p in 0..k {
            unsafe {
                let y0 = b.add(p * 8).cast::<v128>().read_unaligned();
                let y1 = b.add(p * 8 + 4).cast::<v128>().read_unaligned();
                let x = a.add(p * 4).cast::<v128>().read_unaligned();
                let row = |sums: &mut [v128; 2], x: v128| {
                    sums[0] = madd_f32x4(x, y0, sums[0]);
                    sums[1] = madd_f32x4(x, y1, sums[1]);
                };
                row(&mut sums[0], lane!(f32 x 0));
                row(&mut sums[1], lane!(f32 x 1));
                row(&mut sums[2], lane!(f32 x 2));
                row(&mut sums[3], lane!(f32 x 3));
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                unsafe {
                    let to = c.add(i * ldc + j * 4).cast::<v128>();
                    to.write_unaligned(f32x4_add(to.read_unaligned(), sum));
                }
            }
        }
    }
}

impl Element for f64 {
    panels!(4, 4);
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn plus(self, x: Self) -> Self {
        self + x
    }

    #[inline(always)]
    fn multiply_add(self, x: Self, y: Self) -> Self {
        self + x * y
    }

    #[inline(never)]
    unsafe fn tile(k: usize, a: *const Self, b: *const Self, c: *mut Self, ldc: usize) {
        let mut sums = [[f64x2_splat(0.0); 2]; 4];
        for p in 0..k {
            unsafe {
                let y0 = b.add(p * 4).cast::<v128>().read_unaligned();
                let y1 = b.add(p * 4 + 2).cast::<v128>().read_unaligned();
                let x0 = a.add(p * 4).cast::<v128>().read_unaligned();
                let x1 = a.add(p * 4 + 2).cast::<v128>().read_unaligned();
                let row = |sums: &mut [v128; 2], x: v128| {
                    sums[0] = madd_f64x2(x, y0, sums[0]);
                    sums[1] = madd_f64x2(x, y1, sums[1]);
                };
                row(&mut sums[0], lane!(f64 x0 0));
                row(&mut sums[1], lane!(f64 x0 1));
                row(&mut sums[2], lane!(f64 x1 0));
                row(&mut sums[3], lane!(f64 x1 1));
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                unsafe {
                    let to = c.add(i * ldc + j * 2).cast::<v128>();
                    to.write_unaligned(f64x2_add(to.read_unaligned(), sum));
                }
            }
        }
    }
}
