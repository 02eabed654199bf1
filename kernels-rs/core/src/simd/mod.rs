//! 128-bit vectors: WebAssembly's intrinsics, and the same functions in plain
//! Rust on other targets, so that vector code is tested natively.

#[cfg(target_arch = "wasm32")]
pub use core::arch::wasm32::*;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub use native::*;

mod doubles;
pub use doubles::F64x4;

/// A constant in all lanes, kept in memory: V8 rebuilds a `v128.const` on every
/// turn of a loop, but reads a link-time address with one unchecked load.
#[repr(C, align(16))]
pub struct Splat<T, const N: usize>([T; N]);

pub type Splat32 = Splat<f32, 4>;
pub type Splat64 = Splat<f64, 2>;

impl Splat32 {
    pub const fn new(x: f32) -> Self {
        Splat([x; 4])
    }
}

impl Splat64 {
    pub const fn new(x: f64) -> Self {
        Splat([x; 2])
    }
}

impl<T, const N: usize> Splat<T, N> {
    /// Its lanes; only a volatile read keeps the compiler from making a constant of it.
    #[inline(always)]
    pub fn get(&'static self) -> v128 {
        const { assert!(size_of::<Self>() == 16) };
        unsafe { (self as *const Self).cast::<v128>().read_volatile() }
    }
}

/// Declares constants of all lanes: `splats! { LN2: Splat32 = 0.693; }`.
macro_rules! splats {
    ($($name:ident: $kind:ident = $x:expr;)+) => {
        $(static $name: $crate::simd::$kind = $crate::simd::$kind::new($x);)+
    };
}

/// `a * b + c`: fused in the build with relaxed SIMD, else rounded twice.
#[inline(always)]
pub fn madd_f32x4(a: v128, b: v128, c: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return f32x4_relaxed_madd(a, b, c);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f32x4_add(f32x4_mul(a, b), c)
}

/// `a * b + c` for two doubles, as `madd_f32x4`.
#[inline(always)]
pub fn madd_f64x2(a: v128, b: v128, c: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return f64x2_relaxed_madd(a, b, c);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f64x2_add(f64x2_mul(a, b), c)
}

/// A float type with vectors of `LANES` elements.
pub trait Lanes: Copy + Default {
    /// Elements of a vector.
    const LANES: usize;
}

impl Lanes for f32 {
    const LANES: usize = 4;
}

impl Lanes for f64 {
    const LANES: usize = 2;
}

/// The first elements of a slice as a vector.
#[inline(always)]
pub fn load<T: Lanes>(from: &[T]) -> v128 {
    assert!(from.len() >= T::LANES);
    unsafe { from.as_ptr().cast::<v128>().read_unaligned() }
}

/// Writes a vector to the first elements of a slice.
#[inline(always)]
pub fn store<T: Lanes>(to: &mut [T], v: v128) {
    assert!(to.len() >= T::LANES);
    unsafe { to.as_mut_ptr().cast::<v128>().write_unaligned(v) }
}
