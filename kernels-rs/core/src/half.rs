//! The two 16-bit floats. They have no arithmetic: kernels calculate in `f32`.
#![allow(non_camel_case_types)]

/// IEEE 754 half precision: 5 bits of exponent, 10 of fraction.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct f16(pub u16);

/// The upper half of an `f32`: 8 bits of exponent, 7 of fraction.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct bf16(pub u16);

impl f16 {
    /// The same number as an `f32`. Free of branches, so that loops vectorise.
    #[inline(always)]
    pub fn to_f32(self) -> f32 {
        let bits = self.0 as u32;
        let sign = (bits & 0x8000) << 16;
        // Fraction and exponent in place, the exponent too low by 112; subnormals come out
        // of the multiplication as well.
        let size = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
        let special = if bits & 0x7c00 == 0x7c00 { 0x7f80_0000 } else { 0 };
        f32::from_bits(size.to_bits() | special | sign)
    }

    /// `to_f32` for loops that need not be fast: not inlined.
    #[inline(never)]
    pub fn widen(self) -> f32 {
        self.to_f32()
    }

    /// The nearest number, the even one of two. Free of branches.
    #[inline(always)]
    pub fn from_f32(x: f32) -> Self {
        let bits = x.to_bits();
        let size = bits & 0x7fff_ffff;
        // Adding half lets the addition of floats round the subnormal ones.
        let subnormal = (f32::from_bits(size) + 0.5).to_bits().wrapping_sub(0x3f00_0000);
        let odd = size >> 13 & 1;
        let normal = size.wrapping_sub(112 << 23).wrapping_add(0xfff + odd) >> 13;
        let special = if size > 0x7f80_0000 { 0x7e00 } else { 0x7c00 };
        let finite = if size < 113 << 23 { subnormal } else { normal };
        let half = if size >= 0x4780_0000 { special } else { finite };
        Self((half | bits >> 16 & 0x8000) as u16)
    }

    /// The nearest number, rounded once. Not inlined: rarely used, and long.
    #[inline(never)]
    pub fn from_f64(x: f64) -> Self {
        Self::from_f32(to_odd(x))
    }
}

impl bf16 {
    /// The same number as an `f32`.
    #[inline(always)]
    pub fn to_f32(self) -> f32 {
        f32::from_bits((self.0 as u32) << 16)
    }

    /// The nearest number, the even one of two. Free of branches.
    #[inline(always)]
    pub fn from_f32(x: f32) -> Self {
        let bits = x.to_bits();
        let odd = bits >> 16 & 1;
        let rounded = bits.wrapping_add(0x7fff + odd) >> 16;
        let nan = bits >> 16 | 0x40;
        Self(if bits & 0x7fff_ffff > 0x7f80_0000 { nan } else { rounded } as u16)
    }

    /// The nearest number, rounded once. Not inlined: rarely used, and long.
    #[inline(never)]
    pub fn from_f64(x: f64) -> Self {
        Self::from_f32(to_odd(x))
    }
}

/// A double as a float rounded to odd: what is not exact gets an odd last bit, so
/// that rounding it further gives what rounding the double would (Boldo and
/// Melquiond 2008).
#[inline(always)]
fn to_odd(x: f64) -> f32 {
    let near = x as f32;
    let back = near as f64;
    if back == x || x.is_nan() {
        return near;
    }
    let toward_zero = near.to_bits() - (back.abs() > x.abs()) as u32;
    f32::from_bits(toward_zero | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a half from its definition.
    fn value(bits: u16) -> f64 {
        let (exponent, fraction) = ((bits >> 10 & 31) as i32, (bits & 0x3ff) as f64 / 1024.0);
        let size = match exponent {
            0 => fraction * 2f64.powi(-14),
            31 => return if fraction == 0.0 { f64::INFINITY } else { f64::NAN },
            _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
        };
        if bits >> 15 == 1 { -size } else { size }
    }

    #[test]
    fn every_half_is_widened_and_comes_back() {
        for bits in 0..=u16::MAX {
            let wide = f16(bits).to_f32();
            let want = value(bits);
            if want.is_nan() {
                assert!(wide.is_nan() && f16::from_f32(wide).0 & 0x7fff > 0x7c00);
                continue;
            }
            assert_eq!((wide as f64).abs(), want.abs());
            assert_eq!(f16::from_f32(wide).0, bits);
            assert_eq!(f16::from_f64(wide as f64).0, bits);
        }
    }

    #[test]
    fn halves_are_rounded_once_to_even() {
        for bits in 0..0x7bffu16 {
            let (low, high) = (value(bits), value(bits + 1));
            let middle = (low + high) / 2.0;
            let even = bits + (bits & 1);
            assert_eq!(f16::from_f32(middle as f32).0, even);
            assert_eq!(f16::from_f64(-middle).0, even | 0x8000);
            assert_eq!(f16::from_f64(middle * (1.0 + f64::EPSILON)).0, bits + 1);
            assert_eq!(f16::from_f64(middle * (1.0 - f64::EPSILON)).0, bits);
        }
        assert_eq!((f16::from_f64(65519.99).0, f16::from_f64(65520.0).0), (0x7bff, 0x7c00));
        assert_eq!((f16::from_f64(1e300).0, f16::from_f64(-1e-300).0), (0x7c00, 0x8000));
        assert_eq!((f16::from_f32(1e30).0, f16::from_f32(f32::NEG_INFINITY).0), (0x7c00, 0xfc00));
    }

    #[test]
    fn brain_floats_are_rounded_once_to_even() {
        for bits in (0..0x7f7fu16).step_by(7) {
            let (low, high) = (bf16(bits).to_f32() as f64, bf16(bits + 1).to_f32() as f64);
            let middle = (low + high) / 2.0;
            assert_eq!(bf16::from_f32(low as f32).0, bits);
            assert_eq!(bf16::from_f64(middle).0, bits + (bits & 1));
            if bits > 0x80 {
                assert_eq!(bf16::from_f64(middle * (1.0 + f64::EPSILON)).0, bits + 1);
                assert_eq!(bf16::from_f64(middle * (1.0 - f64::EPSILON)).0, bits);
            }
        }
        assert_eq!((bf16::from_f64(1e300).0, bf16::from_f32(f32::MAX).0), (0x7f80, 0x7f80));
        assert!(bf16::from_f32(f32::from_bits(0x7f80_0001)).to_f32().is_nan());
    }
}
