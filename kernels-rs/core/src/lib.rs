//! Kernels of Denum: loops over contiguous or strided blocks of one memory.
//!
//! TypeScript owns the memory and validates every argument; a kernel never
//! allocates and never panics on what it is given. Exported names are
//! `<op>_<type>`. Generic bodies are safe and take slices; the edge macros in
//! `edge.rs` turn addresses into slices.
#![cfg_attr(target_arch = "wasm32", no_std)]

#[macro_use]
mod edge;
#[macro_use]
mod simd;
mod cast;
mod complex;
mod element;
mod fill;
mod half;
mod index;
#[cfg(test)]
mod kernel_tests;
mod loops;
mod map;
mod math;
mod matmul;
mod pack;
mod reduce;
mod scan;
mod sort;
