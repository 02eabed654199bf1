//! Exported kernels as TypeScript calls them: pieces, widths and conversions.

use crate::complex::{c64, c128};
use crate::edge::CHUNK;

/// Declares exported kernels as safe functions of slices and vectors.
macro_rules! kernels {
    ($(fn $name:ident($($x:ident: $t:ty),+) -> $r:ty;)+) => {$(
        fn $name($($x: &[$t]),+) -> Vec<$r> {
            unsafe extern "C" {
                fn $name($($x: *const $t,)+ out: *mut $r, n: usize);
            }
            let n = [$($x.len()),+][0];
            let mut out = Vec::with_capacity(n);
            // SAFETY: the kernel writes n elements.
            unsafe {
                $name($($x.as_ptr(),)+ out.as_mut_ptr(), n);
                out.set_len(n);
            }
            out
        }
    )+};
}
kernels! {
    fn add_f32(a: f32, b: f32) -> f32;
    fn add_i8(a: i8, b: i8) -> i8;
    fn less_f64(a: f64, b: f64) -> u8;
    fn exp_f64(a: f64) -> f64;
    fn abs_c64(a: c64) -> f32;
    fn add_c128(a: c128, b: c128) -> c128;
    fn complex_c64(re: f32, im: f32) -> c64;
    fn cast_f32_u8(a: f32) -> u8;
    fn cast_f32_i32(a: f32) -> i32;
    fn cast_f64_i16(a: f64) -> i16;
    fn cast_f64_i64(a: f64) -> i64;
    fn cast_f64_u64(a: f64) -> u64;
    fn cast_f32_bool(a: f32) -> u8;
    fn cast_i32_u8(a: i32) -> u8;
    fn cast_i64_f32(a: i64) -> f32;
    fn cast_i32_f16(a: i32) -> u16;
    fn cast_f64_f16(a: f64) -> u16;
    fn cast_f16_i8(a: u16) -> i8;
    fn cast_c64_bool(a: c64) -> u8;
    fn cast_c128_c64(a: c128) -> c64;
    fn cast_u8_c128(a: u8) -> c128;
}

#[test]
fn kernels_run_over_all_pieces() {
    for n in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 5] {
        let a: Vec<f32> = (0..n).map(|i| i as f32).collect();
        assert!(add_f32(&a, &a).iter().zip(&a).all(|(o, x)| *o == x + x));
        let b: Vec<i8> = a.iter().map(|&x| x as i32 as i8).collect();
        assert!(add_i8(&b, &b).iter().zip(&b).all(|(o, x)| *o == x.wrapping_add(*x)));
        let c: Vec<f64> = a.iter().map(|&x| x as f64).collect();
        let half = vec![n as f64 / 2.0; n];
        assert!(less_f64(&c, &half).iter().zip(&c).all(|(o, x)| *o == (x < &half[0]) as u8));
        let z = complex_c64(&a, &a);
        assert!(z.iter().zip(&a).all(|(z, x)| z.re == *x && z.im == *x));
        let w: Vec<c128> = c.iter().map(|&x| c128::new(x, -x)).collect();
        assert!(add_c128(&w, &w).iter().zip(&c).all(|(z, x)| z.re == 2.0 * x && z.im == -2.0 * x));
        assert!(abs_c64(&z).iter().zip(&a).all(|(o, x)| *o == (2.0 * x * x).sqrt() || *x > 1e3));
    }
}

#[test]
fn results_do_not_depend_on_the_position() {
    let x: Vec<f64> = (0..37).map(|i| i as f64 * 0.37 - 5.0).collect();
    let all = exp_f64(&x);
    for start in 0..x.len() {
        assert_eq!(exp_f64(&x[start..]), all[start..]);
        assert_eq!(exp_f64(&x[..start]), all[..start]);
    }
}

#[test]
fn floats_truncate_and_saturate() {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let x = [1.9, -1.9, 255.9, 256.0, inf, -inf, nan, 3e9, -0.5];
    assert_eq!(cast_f32_u8(&x), [1, 0, 255, 255, 255, 0, 0, 255, 0]);
    let least = i32::MIN;
    let want = [1, -1, 255, 256, i32::MAX, least, 0, i32::MAX, 0];
    assert_eq!(cast_f32_i32(&x), want);
    assert_eq!(cast_f32_bool(&[0.0, -0.0, nan, 1e-45, 2.0]), [0, 0, 1, 1, 1]);
    let x = [-32768.9, 32767.9, 1e300, f64::NAN];
    assert_eq!(cast_f64_i16(&x), [-32768, 32767, 32767, 0]);
    let x = [-9.3e18, 9.3e18, 2e19, -1.0];
    assert_eq!(cast_f64_i64(&x), [i64::MIN, i64::MAX, i64::MAX, -1]);
    assert_eq!(cast_f64_u64(&x), [0, 9_300_000_000_000_000_000, u64::MAX, 0]);
}

#[test]
fn integers_wrap_and_round() {
    assert_eq!(cast_i32_u8(&[-1, 256, 300, 7]), [255, 0, 44, 7]);
    assert_eq!(cast_i64_f32(&[16777217, i64::MAX]), [16777216.0, 9223372036854775808.0]);
    assert_eq!(cast_i32_f16(&[2049, 65519, 65520, -1]), [0x6800, 0x7bff, 0x7c00, 0xbc00]);
    // Rounded to single precision first, it would be a tie and go to 1.
    assert_eq!(cast_f64_f16(&[1.0 + 2f64.powi(-11) + 2f64.powi(-40)]), [0x3c01]);
    assert_eq!(cast_f16_i8(&[0x3c00, 0xc700, 0x7c00, 0x7e00]), [1, -7, 127, 0]);
}

#[test]
fn complex_numbers_lose_or_gain_an_imaginary_part() {
    let z = [c64::new(0.0, 1.0), c64::new(0.0, -0.0), c64::new(f32::NAN, 0.0)];
    assert_eq!(cast_c64_bool(&z), [1, 0, 1]);
    assert_eq!(cast_c128_c64(&[c128::new(0.1, -1e300)]), [c64::new(0.1, -f32::INFINITY)]);
    assert_eq!(cast_u8_c128(&[200]), [c128::new(200.0, 0.0)]);
}

#[test]
fn filling_and_selection_reach_every_element() {
    unsafe extern "C" {
        fn fill_16(out: *mut [u64; 2], n: usize, value: *const [u64; 2]);
        fn iota_f32(out: *mut f32, n: usize, start: f64, step: f64);
        fn iota_i64(out: *mut i64, n: usize, start: i64, step: i64);
        fn iota_u8(out: *mut u8, n: usize, start: f64, step: f64);
        fn select_2(c: *const u8, a: *const u16, b: *const u16, out: *mut u16, n: usize);
    }
    let n = CHUNK + 3;
    let (mut wide, mut floats, mut longs) = (vec![[0; 2]; n], vec![0f32; n], vec![0i64; n]);
    let (mut bytes, mut chosen) = ([0u8; 4], vec![0u16; n]);
    let condition: Vec<u8> = (0..n).map(|i| (i % 3 == 0) as u8).collect();
    let (a, b) = (vec![7u16; n], vec![9u16; n]);
    // SAFETY: all buffers have as many elements as is said.
    unsafe {
        fill_16(wide.as_mut_ptr(), n, &[1, 2]);
        iota_f32(floats.as_mut_ptr(), n, 0.5, 0.1);
        iota_i64(longs.as_mut_ptr(), n, i64::MAX, -2);
        iota_u8(bytes.as_mut_ptr(), 4, 3.0, 2.0);
        select_2(condition.as_ptr(), a.as_ptr(), b.as_ptr(), chosen.as_mut_ptr(), n);
    }
    assert!(wide.iter().all(|x| *x == [1, 2]));
    assert!(floats.iter().enumerate().all(|(i, x)| *x == (0.5 + i as f64 * 0.1) as f32));
    assert!(longs.iter().enumerate().all(|(i, x)| *x == i64::MAX - 2 * i as i64));
    assert_eq!(bytes, [3, 5, 7, 9]);
    assert!(chosen.iter().enumerate().all(|(i, x)| *x == if i % 3 == 0 { 7 } else { 9 }));
}
