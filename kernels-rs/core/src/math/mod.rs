//! Elementary functions, and the arithmetic that differs between the builds.

/// `a * b + c`: fused where the build has relaxed SIMD, else rounded twice.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
pub fn madd_f32x4(
    a: core::arch::wasm32::v128,
    b: core::arch::wasm32::v128,
    c: core::arch::wasm32::v128,
) -> core::arch::wasm32::v128 {
    use core::arch::wasm32::*;
    #[cfg(target_feature = "relaxed-simd")]
    return f32x4_relaxed_madd(a, b, c);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f32x4_add(f32x4_mul(a, b), c)
}

/// `madd_f32x4` for two doubles.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
pub fn madd_f64x2(
    a: core::arch::wasm32::v128,
    b: core::arch::wasm32::v128,
    c: core::arch::wasm32::v128,
) -> core::arch::wasm32::v128 {
    use core::arch::wasm32::*;
    #[cfg(target_feature = "relaxed-simd")]
    return f64x2_relaxed_madd(a, b, c);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f64x2_add(f64x2_mul(a, b), c)
}
