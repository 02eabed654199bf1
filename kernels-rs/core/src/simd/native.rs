//! The intrinsics that vector code uses, lane by lane, for native tests.
#![allow(non_camel_case_types, dead_code)]

/// Sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(16))]
pub struct v128(u128);

macro_rules! lanes {
    ($([$t:ty; $n:literal] $to:ident $from:ident $splat:ident $x:ident)+) => {$(
        fn $to(v: v128) -> [$t; $n] {
            // SAFETY: any 16 bytes are numbers.
            unsafe { core::mem::transmute(v) }
        }

        fn $from(x: [$t; $n]) -> v128 {
            // SAFETY: any 16 bytes are a vector.
            unsafe { core::mem::transmute(x) }
        }

        pub fn $splat(x: $t) -> v128 {
            $from([x; $n])
        }
    )+};
}
lanes! {
    [f32; 4] to_f32 from_f32 f32x4_splat f32x4
    [f64; 2] to_f64 from_f64 f64x2_splat f64x2
    [i32; 4] to_i32 from_i32 i32x4_splat i32x4
    [i64; 2] to_i64 from_i64 i64x2_splat i64x2
}

macro_rules! unary {
    ($($name:ident $to:ident $from:ident |$x:ident| $e:expr;)+) => {$(
        pub fn $name(a: v128) -> v128 {
            $from($to(a).map(|$x| $e))
        }
    )+};
}
unary! {
    f32x4_abs to_f32 from_f32 |x| x.abs();
    f32x4_neg to_f32 from_f32 |x| -x;
    f32x4_sqrt to_f32 from_f32 |x| libm::sqrtf(x);
    f32x4_floor to_f32 from_f32 |x| libm::floorf(x);
    f32x4_ceil to_f32 from_f32 |x| libm::ceilf(x);
    f32x4_trunc to_f32 from_f32 |x| libm::truncf(x);
    f32x4_nearest to_f32 from_f32 |x| libm::rintf(x);
    f64x2_abs to_f64 from_f64 |x| x.abs();
    f64x2_neg to_f64 from_f64 |x| -x;
    f64x2_sqrt to_f64 from_f64 |x| libm::sqrt(x);
    f64x2_floor to_f64 from_f64 |x| libm::floor(x);
    f64x2_ceil to_f64 from_f64 |x| libm::ceil(x);
    f64x2_trunc to_f64 from_f64 |x| libm::trunc(x);
    f64x2_nearest to_f64 from_f64 |x| libm::rint(x);
    i32x4_trunc_sat_f32x4 to_f32 from_i32 |x| x as i32;
    f32x4_convert_i32x4 to_i32 from_f32 |x| x as f32;
}

macro_rules! binary {
    ($($name:ident $to:ident $from:ident |$x:ident, $y:ident| $e:expr;)+) => {$(
        pub fn $name(a: v128, b: v128) -> v128 {
            let ($x, $y) = ($to(a), $to(b));
            $from(core::array::from_fn(|i| { let ($x, $y) = ($x[i], $y[i]); $e }))
        }
    )+};
}
binary! {
    f32x4_add to_f32 from_f32 |x, y| x + y;
    f32x4_sub to_f32 from_f32 |x, y| x - y;
    f32x4_mul to_f32 from_f32 |x, y| x * y;
    f32x4_div to_f32 from_f32 |x, y| x / y;
    f32x4_pmin to_f32 from_f32 |x, y| if y < x { y } else { x };
    f32x4_pmax to_f32 from_f32 |x, y| if x < y { y } else { x };
    f32x4_lt to_f32 from_i32 |x, y| -((x < y) as i32);
    f32x4_gt to_f32 from_i32 |x, y| -((x > y) as i32);
    f32x4_ge to_f32 from_i32 |x, y| -((x >= y) as i32);
    f32x4_eq to_f32 from_i32 |x, y| -((x == y) as i32);
    f32x4_ne to_f32 from_i32 |x, y| -((x != y) as i32);
    f64x2_add to_f64 from_f64 |x, y| x + y;
    f64x2_sub to_f64 from_f64 |x, y| x - y;
    f64x2_mul to_f64 from_f64 |x, y| x * y;
    f64x2_div to_f64 from_f64 |x, y| x / y;
    f64x2_pmin to_f64 from_f64 |x, y| if y < x { y } else { x };
    f64x2_pmax to_f64 from_f64 |x, y| if x < y { y } else { x };
    f64x2_lt to_f64 from_i64 |x, y| -((x < y) as i64);
    f64x2_gt to_f64 from_i64 |x, y| -((x > y) as i64);
    f64x2_ge to_f64 from_i64 |x, y| -((x >= y) as i64);
    f64x2_eq to_f64 from_i64 |x, y| -((x == y) as i64);
    f64x2_ne to_f64 from_i64 |x, y| -((x != y) as i64);
    i64x2_eq to_i64 from_i64 |x, y| -((x == y) as i64);
    i32x4_add to_i32 from_i32 |x, y| x.wrapping_add(y);
    i32x4_sub to_i32 from_i32 |x, y| x.wrapping_sub(y);
    i64x2_add to_i64 from_i64 |x, y| x.wrapping_add(y);
    i64x2_sub to_i64 from_i64 |x, y| x.wrapping_sub(y);
    v128_and to_i64 from_i64 |x, y| x & y;
    v128_andnot to_i64 from_i64 |x, y| x & !y;
    v128_or to_i64 from_i64 |x, y| x | y;
    v128_xor to_i64 from_i64 |x, y| x ^ y;
}

pub fn v128_bitselect(a: v128, b: v128, mask: v128) -> v128 {
    v128(a.0 & mask.0 | b.0 & !mask.0)
}

pub fn i32x4_all_true(a: v128) -> bool {
    to_i32(a).iter().all(|&x| x != 0)
}

pub fn i64x2_all_true(a: v128) -> bool {
    to_i64(a).iter().all(|&x| x != 0)
}

pub fn i32x4_shl(a: v128, by: u32) -> v128 {
    from_i32(to_i32(a).map(|x| x << by))
}

pub fn i32x4_shr(a: v128, by: u32) -> v128 {
    from_i32(to_i32(a).map(|x| x >> by))
}

pub fn i64x2_shl(a: v128, by: u32) -> v128 {
    from_i64(to_i64(a).map(|x| x << by))
}

pub fn i64x2_shr(a: v128, by: u32) -> v128 {
    from_i64(to_i64(a).map(|x| x >> by))
}

pub fn u64x2_shr(a: v128, by: u32) -> v128 {
    from_i64(to_i64(a).map(|x| (x as u64 >> by) as i64))
}

pub fn f64x2_promote_low_f32x4(a: v128) -> v128 {
    let x = to_f32(a);
    from_f64([x[0] as f64, x[1] as f64])
}

pub fn f64x2_convert_low_i32x4(a: v128) -> v128 {
    let x = to_i32(a);
    from_f64([x[0] as f64, x[1] as f64])
}

pub fn f32x4_demote_f64x2_zero(a: v128) -> v128 {
    let x = to_f64(a);
    from_f32([x[0] as f32, x[1] as f32, 0.0, 0.0])
}

/// Lanes of `a` (0 and 1) and `b` (2 and 3).
pub fn i64x2_shuffle<const I: usize, const J: usize>(a: v128, b: v128) -> v128 {
    let lanes = [to_i64(a)[0], to_i64(a)[1], to_i64(b)[0], to_i64(b)[1]];
    from_i64([lanes[I], lanes[J]])
}

/// Lanes of `a` (0 to 3) and `b` (4 to 7).
pub fn i32x4_shuffle<const I: usize, const J: usize, const K: usize, const L: usize>(
    a: v128,
    b: v128,
) -> v128 {
    let (a, b) = (to_i32(a), to_i32(b));
    from_i32([I, J, K, L].map(|i| if i < 4 { a[i] } else { b[i - 4] }))
}

pub fn f64x2_extract_lane<const I: usize>(a: v128) -> f64 {
    to_f64(a)[I]
}

pub fn f32x4_extract_lane<const I: usize>(a: v128) -> f32 {
    to_f32(a)[I]
}
