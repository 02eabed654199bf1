//! The exported edge: macros that give kernels their symbols, and the helpers
//! that turn addresses into slices. `unsafe` lives here and in the exported
//! bodies only.

/// Elements a hot loop handles per call: V8 replaces a running function by its
/// optimised code only between calls, so loops run in pieces.
pub const CHUNK: usize = 16384;

/// Exports kernels, one symbol a type.
///
/// `export!(add [f32 f64] (a: *const T, out: *mut T, n: usize) { ... })` gives
/// `add_f32` and `add_f64`, with `T` the type in each. A form with braces names
/// the suffixes: `export!(fill {1: u8, 2: u16} (...) { ... })`. Without types
/// the symbol is the name alone.
macro_rules! export {
    ($op:ident [$($t:ident)+] $args:tt -> $ret:ty $body:block) => {
        $(export!(@one (concat!(stringify!($op), "_", stringify!($t))) $t $args ($ret) $body);)+
    };
    ($op:ident [$($t:ident)+] $args:tt $body:block) => {
        $(export!(@one (concat!(stringify!($op), "_", stringify!($t))) $t $args (()) $body);)+
    };
    ($op:ident {$($s:tt: $t:ty),+ $(,)?} $args:tt -> $ret:ty $body:block) => {
        $(export!(@one (concat!(stringify!($op), "_", stringify!($s))) $t $args ($ret) $body);)+
    };
    ($op:ident {$($s:tt: $t:ty),+ $(,)?} $args:tt $body:block) => {
        $(export!(@one (concat!(stringify!($op), "_", stringify!($s))) $t $args (()) $body);)+
    };
    ($op:ident $args:tt -> $ret:ty $body:block) => {
        export!(@one (stringify!($op)) () $args ($ret) $body);
    };
    ($op:ident $args:tt $body:block) => {
        export!(@one (stringify!($op)) () $args (()) $body);
    };
    (@one ($name:expr) $t:tt ($($arg:ident: $ty:ty),* $(,)?) ($ret:ty) $body:block) => {
        const _: () = {
            #[allow(dead_code)]
            type T = $t;
            #[cfg_attr(not(test), unsafe(export_name = $name))]
            #[allow(dead_code)]
            unsafe extern "C" fn kernel($($arg: $ty),*) -> $ret {
                $body
            }
        };
    };
}

/// The `n` elements at `p`; no elements for any address when `n` is 0.
///
/// # Safety
/// `p` is aligned and `n` elements are readable there.
#[inline(always)]
pub unsafe fn input<'a, T>(p: *const T, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } }
}

/// The `n` elements at `p`, to be written.
///
/// # Safety
/// `p` is aligned, `n` elements are writable there and nothing else refers to them.
#[inline(always)]
pub unsafe fn output<'a, T>(p: *mut T, n: usize) -> &'a mut [T] {
    if n == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(p, n) } }
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    unsafe extern "C" {
        static __heap_base: u8;
    }

    export!(heap_base() -> usize {
        (&raw const __heap_base as usize + 63) & !63
    });
}

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
