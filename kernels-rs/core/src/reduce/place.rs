//! Places of extremes: the first of equals, and the first NaN before all.

use super::block::Block;
use super::fold::{Fold, Max, Min};
use super::{COLUMNS, LEAF, SHORT};
use crate::complex::{Field, c64, c128};
use crate::edge::output;
use crate::element::is_nan;

/// Elements that are searched together.
const SEARCHED: usize = 32;

/// What makes one element go before another.
trait Order<T: Copy> {
    /// Its extreme, for comparison with all elements of a stretch at once.
    type Extreme: Fold<T, Out = T>;

    /// Whether `x` is put in the place of an earlier `best`, of which neither is NaN.
    fn passes(x: T, best: T) -> bool;
    fn is_nan(x: T) -> bool;
}

macro_rules! orders {
    ($($fold:ident $op:tt;)+) => {$(
        orders!(@real $fold $op i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
        orders!(@complex $fold $op c64 c128);
    )+};
    (@real $fold:ident $op:tt $($t:ident)+) => {$(
        impl Order<$t> for $fold {
            type Extreme = $fold;

            #[inline(always)]
            fn passes(x: $t, best: $t) -> bool {
                x $op best
            }

            #[inline(always)]
            fn is_nan(x: $t) -> bool {
                is_nan(&x)
            }
        }
    )+};
    (@complex $fold:ident $op:tt $($t:ident)+) => {$(
        impl Order<$t> for $fold {
            type Extreme = $fold;

            #[inline(always)]
            fn passes(x: $t, best: $t) -> bool {
                x.re $op best.re || x.re == best.re && x.im $op best.im
            }

            #[inline(always)]
            fn is_nan(x: $t) -> bool {
                x.has_nan()
            }
        }
    )+};
}
orders! {
    Max >;
    Min <;
}

/// Place in elements that come one after the other, at least one.
#[inline(always)]
fn in_order<T: Copy, O: Order<T>>(mut x: impl Iterator<Item = T>) -> usize {
    let Some(mut best) = x.next() else { return 0 };
    let mut place = 0;
    if O::is_nan(best) {
        return 0;
    }
    for (i, x) in x.enumerate() {
        if O::is_nan(x) {
            return i + 1;
        }
        if O::passes(x, best) {
            (best, place) = (x, i + 1);
        }
    }
    place
}

/// Place in contiguous elements: the first piece with the extreme, by vectors, and then
/// the place in this piece.
fn in_pieces<T: Copy + PartialEq, O: Order<T>>(x: &[T]) -> usize {
    let mut best = O::Extreme::leaf(&x[..LEAF.min(x.len())]);
    let mut piece = 0;
    for (i, x) in x.chunks(LEAF).enumerate().skip(1) {
        if O::is_nan(best) {
            break;
        }
        let extreme = O::Extreme::leaf(x);
        if O::is_nan(extreme) || O::passes(extreme, best) {
            (best, piece) = (extreme, i);
        }
    }
    let start = piece * LEAF;
    let piece = &x[start..];
    let nan = O::is_nan(best);
    start + first(piece, |x| if nan { O::is_nan(x) } else { x == best })
}

/// Place of the first element that passes a test. A few are tested together, which is a
/// loop of vectors.
#[inline(never)]
fn first<T: Copy>(x: &[T], test: impl Fn(T) -> bool) -> usize {
    let mut chunks = x.chunks_exact(SEARCHED);
    let mut place = 0;
    for chunk in &mut chunks {
        if chunk.iter().fold(false, |found, &x| found | test(x)) {
            return place + chunk.iter().position(|&x| test(x)).unwrap_or(0);
        }
        place += SEARCHED;
    }
    place + chunks.remainder().iter().position(|&x| test(x)).unwrap_or(0)
}

#[inline(never)]
fn rows<T: Copy, O: Order<T>>(x: Block<T>, o: usize, out: &mut [i32]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = in_order::<T, O>(x.row(o, i).iter().copied()) as i32;
    }
}

/// Neighbouring results from all rows that lie across them.
fn across<T: Copy, O: Order<T>>(x: Block<T>, (o, first): (usize, usize), out: &mut [i32]) {
    let mut best = [O::Extreme::EMPTY; COLUMNS];
    let best = &mut best[..out.len()];
    best.copy_from_slice(x.across(o, 0, first, out.len()));
    out.fill(0);
    for r in 1..x.length {
        row::<T, O>(x.across(o, r, first, out.len()), r as i32, best, out);
    }
}

/// Compares one more row with the best ones.
#[inline(never)]
fn row<T: Copy, O: Order<T>>(x: &[T], place: i32, best: &mut [T], out: &mut [i32]) {
    for ((&x, best), out) in x.iter().zip(best).zip(out) {
        let passes = (O::passes(x, *best) | O::is_nan(x)) & !O::is_nan(*best);
        *best = if passes { x } else { *best };
        *out = if passes { place } else { *out };
    }
}

#[inline(never)]
fn steps<T: Copy, O: Order<T>>(x: Block<T>, (o, i): (usize, usize)) -> usize {
    in_order::<T, O>((0..x.length).map(|r| x.get(o, r, i)))
}

fn places<T: Copy + PartialEq, O: Order<T>>(x: Block<T>, out: &mut [i32]) {
    if out.is_empty() {
        return;
    }
    let x = x.simplified();
    for (o, out) in out.chunks_exact_mut(x.inner).enumerate() {
        if x.stride == 1 && x.length < SHORT {
            rows::<T, O>(x, o, out);
        } else if x.stride == 1 {
            for (i, out) in out.iter_mut().enumerate() {
                *out = in_pieces::<T, O>(x.row(o, i)) as i32;
            }
        } else if x.inner > 1 && x.inner_stride == 1 {
            for (c, out) in out.chunks_mut(COLUMNS).enumerate() {
                across::<T, O>(x, (o, c * COLUMNS), out);
            }
        } else {
            for (i, out) in out.iter_mut().enumerate() {
                *out = steps::<T, O>(x, (o, i)) as i32;
            }
        }
    }
}

/// Exports the places of extremes: `place!(argmax Max)`.
macro_rules! place {
    ($op:ident $order:ty) => {
        export!($op [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 c64 c128] (x: *const T, out: *mut i32,
            outer: usize, so: isize, len: usize, sr: isize, inner: usize, si: isize) {
            let block = Block::new(x, (outer, so), (len, sr), (inner, si));
            places::<T, $order>(block, output(out, outer * inner));
        });
    };
}
place!(argmax Max);
place!(argmin Min);

#[cfg(test)]
mod tests {
    use super::super::block::layouts;
    use super::*;

    fn check<T: Copy + PartialEq, O: Order<T>>(make: impl Fn(usize) -> T) {
        for outer in [1, 3] {
            for length in [1, 2, 3, 15, 16, 65, 1025, 3000] {
                for inner in [1, 2, 17, 300] {
                    if length * inner > 9000 {
                        continue;
                    }
                    layouts(&make, (outer, length, inner), |x| {
                        let mut out = vec![-1; outer * inner];
                        places::<T, O>(x, &mut out);
                        for (k, &got) in out.iter().enumerate() {
                            let (o, i) = (k / inner, k % inner);
                            let want = in_order::<T, O>((0..length).map(|r| x.get(o, r, i)));
                            assert_eq!(got as usize, want, "{outer} {length} {inner} {o} {i}");
                        }
                    });
                }
            }
        }
    }

    #[test]
    fn the_first_extreme_is_found_in_any_layout() {
        check::<i8, Max>(|i| (i * 37) as i8);
        check::<u8, Min>(|i| (i * 37) as u8);
        check::<i32, Max>(|i| (i * i % 1009) as i32);
        check::<i64, Min>(|i| (i * i % 1009) as i64);
        check::<f32, Max>(|i| (i * i % 1009) as f32);
        check::<f32, Max>(|i| [0.0, -0.0, -1.0][i * i % 3]);
        check::<f64, Min>(|i| if i % 2011 == 2010 { f64::NAN } else { (i * i % 1009) as f64 });
        check::<f32, Max>(|i| if i % 33 == 20 { f32::NAN } else { f32::NEG_INFINITY });
        check::<c64, Max>(|i| c64::new((i % 5) as f32, (i * 7 % 11) as f32));
        check::<c128, Min>(|i| {
            c128::new((i % 5) as f64, if i % 77 == 50 { f64::NAN } else { i as f64 })
        });
    }

    #[test]
    fn the_first_nan_goes_before_all() {
        let find = |x: &[f32]| in_order::<f32, Max>(x.iter().copied());
        assert_eq!(find(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(find(&[1.0, f32::NAN, 9.0, f32::NAN]), 1);
        assert_eq!(find(&[f32::NAN]), 0);
        assert_eq!(find(&[0.0, -0.0]), 0);
    }
}
