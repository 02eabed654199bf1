//! How elements are combined.

use crate::complex::{Complex, Field};
use crate::edge::input;
use crate::element::is_nan;
use crate::simd::*;

/// Accumulators of a leaf.
const LANES: usize = 32;

/// An associative operation on elements of type `T`.
pub trait Fold<T: Copy>: Sized {
    /// Type of the result.
    type Out: Copy;
    /// The result of no element.
    const EMPTY: Self::Out;

    fn widen(x: T) -> Self::Out;
    fn join(x: Self::Out, y: Self::Out) -> Self::Out;

    /// Combines elements one after the other.
    #[inline(always)]
    fn in_order(x: impl Iterator<Item = T>) -> Self::Out {
        x.fold(Self::EMPTY, |sum, x| Self::join(sum, Self::widen(x)))
    }

    /// Combines contiguous elements, not too many of them.
    #[inline(never)]
    fn leaf(x: &[T]) -> Self::Out {
        Self::in_order(x.iter().copied())
    }

    /// Whether the order of the elements matters for this result.
    #[inline(always)]
    fn tied(_: Self::Out) -> bool {
        false
    }
}

/// Combines elements in `LANES` lanes, and lanes that are `width` apart with each other.
#[inline(always)]
fn in_lanes<T: Copy>(x: &[T], empty: T, width: usize, join: impl Fn(T, T) -> T) -> [T; LANES] {
    let mut lanes = [empty; LANES];
    let mut chunks = x.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = join(*lane, x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane = join(*lane, x);
    }
    let mut half = LANES / 2;
    while half >= width {
        for i in 0..half {
            lanes[i] = join(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes
}

pub struct Sum;
pub struct Prod;
/// The largest; NaN if there is one; the first of equals.
pub struct Max;
/// The smallest, as `Max`.
pub struct Min;
pub struct Any;
pub struct All;

/// Sums and products of integers wrap.
macro_rules! integers {
    ($($t:ident $out:ident;)+) => {$(
        impl Fold<$t> for Sum {
            type Out = $out;
            const EMPTY: $out = 0;

            #[inline(always)]
            fn widen(x: $t) -> $out {
                x as $out
            }

            #[inline(always)]
            fn join(x: $out, y: $out) -> $out {
                x.wrapping_add(y)
            }
        }

        impl Fold<$t> for Prod {
            type Out = $out;
            const EMPTY: $out = 1;

            #[inline(always)]
            fn widen(x: $t) -> $out {
                x as $out
            }

            #[inline(always)]
            fn join(x: $out, y: $out) -> $out {
                x.wrapping_mul(y)
            }
        }

        impl Fold<$t> for Max {
            type Out = $t;
            const EMPTY: $t = $t::MIN;

            #[inline(always)]
            fn widen(x: $t) -> $t {
                x
            }

            #[inline(always)]
            fn join(x: $t, y: $t) -> $t {
                x.max(y)
            }
        }

        impl Fold<$t> for Min {
            type Out = $t;
            const EMPTY: $t = $t::MAX;

            #[inline(always)]
            fn widen(x: $t) -> $t {
                x
            }

            #[inline(always)]
            fn join(x: $t, y: $t) -> $t {
                x.min(y)
            }
        }
    )+};
}
integers! {
    i8 i32; i16 i32; i32 i32; i64 i64;
    u8 u32; u16 u32; u32 u32; u64 u64;
}

/// Operations whose results have the type of the elements: the empty result, how two are
/// joined, and further methods.
macro_rules! same_type {
    ($fold:ident $t:ty: $empty:expr, |$x:ident, $y:ident| $join:expr $(, $method:item)*) => {
        impl Fold<$t> for $fold {
            type Out = $t;
            const EMPTY: $t = $empty;

            #[inline(always)]
            fn widen(x: $t) -> $t {
                x
            }

            #[inline(always)]
            fn join($x: $t, $y: $t) -> $t {
                $join
            }

            $($method)*
        }
    };
}

macro_rules! sums {
    ($($t:ident)+) => {$(
        same_type!(Sum $t: 0.0, |x, y| x + y,
            #[inline(never)]
            fn leaf(x: &[$t]) -> $t {
                in_lanes(x, 0.0, 1, |x, y| x + y)[0]
            }
        );
        same_type!(Prod $t: 1.0, |x, y| x * y,
            #[inline(never)]
            fn leaf(x: &[$t]) -> $t {
                in_lanes(x, 1.0, 1, |x, y| x * y)[0]
            }
        );
        same_type!(Sum Complex<$t>: Complex::new(0.0, 0.0), |x, y| x + y,
            #[inline(never)]
            fn leaf(x: &[Complex<$t>]) -> Complex<$t> {
                // SAFETY: a pair is two numbers without padding.
                let parts: &[$t] = unsafe { input(x.as_ptr().cast(), 2 * x.len()) };
                let lanes = in_lanes(parts, 0.0, 2, |x, y| x + y);
                Complex::new(lanes[0], lanes[1])
            }
        );
        same_type!(Prod Complex<$t>: Complex::new(1.0, 0.0), |x, y| x * y);
        same_type!(Max Complex<$t>: Complex::new($t::NEG_INFINITY, $t::NEG_INFINITY),
            |x, y| if x.greater_equal(y) || x.has_nan() { x } else { y });
        same_type!(Min Complex<$t>: Complex::new($t::INFINITY, $t::INFINITY),
            |x, y| if y.greater_equal(x) || x.has_nan() { x } else { y });
    )+};
}
sums!(f32 f64);

/// Extremes of floats. Vectors lose NaN and lanes the order of zeros, which is made up
/// for where it matters. Single elements are compared in vectors, too: the engine
/// branches for a choice between two scalars.
macro_rules! extremes {
    ($($fold:ident $t:ident $empty:ident $op:tt $or:tt $pick:ident $splat:ident $ne:ident $extract:ident;)+) => {$(
        same_type!($fold $t: $t::$empty, |x, y| if x $or y || is_nan(&x) { x } else { y },
            #[inline(always)]
            fn in_order(x: impl Iterator<Item = $t>) -> $t {
                let mut extreme = $splat($t::$empty);
                let mut nan = extreme;
                nan = $ne(nan, nan);
                for x in x {
                    let x = $splat(x);
                    extreme = $pick(extreme, x);
                    nan = v128_or(nan, $ne(x, x));
                }
                $extract::<0>(v128_bitselect($splat($t::NAN), extreme, nan))
            },
            #[inline(never)]
            fn leaf(x: &[$t]) -> $t {
                let pick = |x, y| if y $op x { y } else { x };
                let extreme = in_lanes(x, $t::$empty, 1, pick)[0];
                // All are looked at: a loop that ends early is not vectorised.
                if x.iter().fold(false, |found, x| found | is_nan(x)) {
                    $t::NAN
                } else if extreme == 0.0 {
                    x.iter().copied().find(|&x| x == 0.0).unwrap_or(extreme)
                } else {
                    extreme
                }
            },
            #[inline(always)]
            fn tied(x: $t) -> bool {
                x == 0.0
            }
        );
    )+};
}
extremes! {
    Max f32 NEG_INFINITY > >= f32x4_pmax f32x4_splat f32x4_ne f32x4_extract_lane;
    Min f32 INFINITY < <= f32x4_pmin f32x4_splat f32x4_ne f32x4_extract_lane;
    Max f64 NEG_INFINITY > >= f64x2_pmax f64x2_splat f64x2_ne f64x2_extract_lane;
    Min f64 INFINITY < <= f64x2_pmin f64x2_splat f64x2_ne f64x2_extract_lane;
}

macro_rules! masks {
    ($($fold:ident $empty:literal |$x:ident, $y:ident| $join:expr;)+) => {$(
        impl Fold<u8> for $fold {
            type Out = u8;
            const EMPTY: u8 = $empty;

            #[inline(always)]
            fn widen(x: u8) -> u8 {
                (x != 0).into()
            }

            #[inline(always)]
            fn join($x: u8, $y: u8) -> u8 {
                $join
            }
        }
    )+};
}
masks! {
    Any 0 |x, y| x | y;
    All 1 |x, y| x & y;
}
