//! Conversions between element types, `cast_<from>_<to>`: integers wrap, floats
//! truncate toward zero and saturate (NaN gives 0), complex numbers lose their
//! imaginary part, and what is not zero is true. From bool is the same as from u8.

use crate::complex::{c64, c128};
use crate::half::{bf16, f16};
use crate::loops::map1;

/// Exports `<op>_<t>(a, out, n)` from one type to each of a list.
macro_rules! casts {
    ($op:ident: $from:ty => $types:tt |$x:ident| $e:expr) => {
        export!($op $types (a: *const $from, out: *mut T, n: usize) {
            unsafe fn piece(a: *const u8, out: *mut u8, n: usize) {
                fn body(a: &[$from], out: &mut [T]) {
                    map1(a, out, |$x| $e);
                }
                body(crate::edge::input(a.cast(), n), crate::edge::output(out.cast(), n));
            }
            let sizes = [size_of::<$from>(), size_of::<T>()];
            crate::edge::drive1(piece, a.cast(), out.cast(), n, sizes);
        });
    };
}

/// Casts from a primitive type.
macro_rules! primitive {
    ($($op:ident: $from:ident => $types:tt;)+) => {$(
        casts! { $op: $from => $types |x| x as T }
        casts! { $op: $from => {bool: u8} |x| (x != 0 as $from).into() }
        casts! { $op: $from => [c64] |x| T::new(x as f32, 0.0) }
        casts! { $op: $from => [c128] |x| T::new(x as f64, 0.0) }
    )+};
}
primitive! {
    cast_i8: i8 => [i16 i32 i64 u8 u16 u32 u64 f32 f64];
    cast_i16: i16 => [i8 i32 i64 u8 u16 u32 u64 f32 f64];
    cast_i32: i32 => [i8 i16 i64 u8 u16 u32 u64 f32 f64];
    cast_i64: i64 => [i8 i16 i32 u8 u16 u32 u64 f32 f64];
    cast_u8: u8 => [i8 i16 i32 i64 u16 u32 u64 f32 f64];
    cast_u16: u16 => [i8 i16 i32 i64 u8 u32 u64 f32 f64];
    cast_u32: u32 => [i8 i16 i32 i64 u8 u16 u64 f32 f64];
    cast_u64: u64 => [i8 i16 i32 i64 u8 u16 u32 f32 f64];
    cast_f32: f32 => [i32 i64 u32 u64 f64];
    cast_f64: f64 => [i32 i64 u32 u64 f32];
}

// Through i32, which loops convert four at a time.
casts! { cast_f32: f32 => [i8 i16 u8 u16] |x| (x as i32).clamp(T::MIN as i32, T::MAX as i32) as T }
casts! { cast_f64: f64 => [i8 i16 u8 u16] |x| (x as i32).clamp(T::MIN as i32, T::MAX as i32) as T }

/// Casts from a type that is read as a float: to 16-bit floats, and from them and
/// from complex numbers to all others.
macro_rules! through {
    ($($op:ident: $from:ident => $types:tt |$x:ident| $e:expr;)+) => {$(
        casts! { $op: $from => $types |$x| T::from_f64($e) }
    )+};
}
through! {
    cast_i8: i8 => [f16 bf16] |x| x as f64;
    cast_i16: i16 => [f16 bf16] |x| x as f64;
    cast_i32: i32 => [f16 bf16] |x| x as f64;
    cast_i64: i64 => [f16 bf16] |x| x as f64;
    cast_u8: u8 => [f16 bf16] |x| x as f64;
    cast_u16: u16 => [f16 bf16] |x| x as f64;
    cast_u32: u32 => [f16 bf16] |x| x as f64;
    cast_u64: u64 => [f16 bf16] |x| x as f64;
    cast_f64: f64 => [f16 bf16] |x| x;
    cast_c128: c128 => [f16 bf16] |x| x.re;
}
casts! { cast_f32: f32 => [f16 bf16] |x| T::from_f32(x) }
casts! { cast_f16: f16 => [bf16] |x| T::from_f64(x.widen().into()) }
casts! { cast_bf16: bf16 => [f16] |x| T::from_f64(x.to_f32().into()) }
casts! { cast_c64: c64 => [f16 bf16] |x| T::from_f64(x.re.into()) }

casts! { cast_f16: f16 => [f32] |x| x.to_f32() }
casts! { cast_f16: f16 => [i8 i16 i32 i64 u8 u16 u32 u64 f64] |x| x.widen() as T }
casts! { cast_bf16: bf16 => [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x| x.to_f32() as T }
casts! { cast_f16: f16 => [c64] |x| T::new(x.widen(), 0.0) }
casts! { cast_f16: f16 => [c128] |x| T::new(x.widen() as f64, 0.0) }
casts! { cast_bf16: bf16 => [c64] |x| T::new(x.to_f32(), 0.0) }
casts! { cast_bf16: bf16 => [c128] |x| T::new(x.to_f32() as f64, 0.0) }
casts! { cast_f16: f16 => {bool: u8} |x| (x.0 & 0x7fff != 0).into() }
casts! { cast_bf16: bf16 => {bool: u8} |x| (x.0 & 0x7fff != 0).into() }

casts! { cast_c64: c64 => [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x| x.re as T }
casts! { cast_c128: c128 => [i8 i16 i32 i64 u8 u16 u32 u64 f32 f64] |x| x.re as T }
casts! { cast_c64: c64 => [c128] |x| T::new(x.re.into(), x.im.into()) }
casts! { cast_c128: c128 => [c64] |x| T::new(x.re as f32, x.im as f32) }
casts! { cast_c64: c64 => {bool: u8} |x| (x.re != 0.0 || x.im != 0.0).into() }
casts! { cast_c128: c128 => {bool: u8} |x| (x.re != 0.0 || x.im != 0.0).into() }
