//! Complex numbers as interleaved pairs, with NumPy's special values.

/// A complex number in memory: real part, imaginary part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Complex<F> {
    pub re: F,
    pub im: F,
}

#[allow(non_camel_case_types)]
pub type c64 = Complex<f32>;
#[allow(non_camel_case_types)]
pub type c128 = Complex<f64>;

impl<F> Complex<F> {
    #[inline(always)]
    pub fn new(re: F, im: F) -> Self {
        Self { re, im }
    }
}

macro_rules! arithmetic {
    ($($f:ty)+) => {$(
        impl core::ops::Add for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn add(self, o: Self) -> Self {
                Self::new(self.re + o.re, self.im + o.im)
            }
        }

        impl core::ops::Sub for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn sub(self, o: Self) -> Self {
                Self::new(self.re - o.re, self.im - o.im)
            }
        }

        impl core::ops::Mul for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn mul(self, o: Self) -> Self {
                Self::new(self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re)
            }
        }

        impl core::ops::Neg for Complex<$f> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self::new(-self.re, -self.im)
            }
        }
    )+};
}
arithmetic!(f32 f64);
