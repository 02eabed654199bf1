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
            #[unsafe(export_name = $name)]
            unsafe extern "C" fn kernel($($arg: $ty),*) -> $ret {
                $body
            }
        };
    };
}

/// Exports elementwise kernels of one operand, `<op>_<t>(a, out, n)`:
/// `map1! { negative [i8 i16] |x| x.wrapping_neg() }`; with another type of results
/// `map1! { isnan [f32] -> u8 |x| ... }`; on slices `map1! { exp [f32] |a, out| ... }`.
/// (In braces: rustfmt takes the lists for indices.)
macro_rules! map1 {
    ($op:ident $types:tt $(-> $r:ty)? |$x:ident| $e:expr) => {
        map1!($op $types $(-> $r)? |a, out| $crate::loops::map1(a, out, |$x| $e));
    };
    ($op:ident $types:tt |$a:ident, $out:ident| $e:expr) => {
        map1!($op $types -> T |$a, $out| $e);
    };
    ($op:ident $types:tt -> $r:ty |$a:ident, $out:ident| $e:expr) => {
        export!($op $types (a: *const T, out: *mut $r, n: usize) {
            unsafe fn piece(a: *const u8, out: *mut u8, n: usize) {
                fn body($a: &[T], $out: &mut [$r]) {
                    $e
                }
                body($crate::edge::input(a.cast(), n), $crate::edge::output(out.cast(), n));
            }
            $crate::edge::drive1(piece, a.cast(), out.cast(), n, [size_of::<T>(), size_of::<$r>()]);
        });
    };
}

/// Exports elementwise kernels of two operands, `<op>_<t>(a, b, out, n)`, as `map1!`.
macro_rules! map2 {
    ($op:ident $types:tt $(-> $r:ty)? |$x:ident, $y:ident| $e:expr) => {
        map2!($op $types $(-> $r)? |a, b, out| $crate::loops::map2(a, b, out, |$x, $y| $e));
    };
    ($op:ident $types:tt |$a:ident, $b:ident, $out:ident| $e:expr) => {
        map2!($op $types -> T |$a, $b, $out| $e);
    };
    ($op:ident $types:tt -> $r:ty |$a:ident, $b:ident, $out:ident| $e:expr) => {
        export!($op $types (a: *const T, b: *const T, out: *mut $r, n: usize) {
            unsafe fn piece(a: *const u8, b: *const u8, out: *mut u8, n: usize) {
                fn body($a: &[T], $b: &[T], $out: &mut [$r]) {
                    $e
                }
                let (a, b) = ($crate::edge::input(a.cast(), n), $crate::edge::input(b.cast(), n));
                body(a, b, $crate::edge::output(out.cast(), n));
            }
            let sizes = [size_of::<T>(), size_of::<$r>()];
            $crate::edge::drive2(piece, a.cast(), b.cast(), out.cast(), n, sizes);
        });
    };
}

/// Runs a loop of one operand piece by piece.
///
/// # Safety
/// `n` elements of the given sizes lie at `a` and `out`, apart from each other.
#[inline(never)]
pub unsafe fn drive1(
    piece: unsafe fn(*const u8, *mut u8, usize),
    a: *const u8,
    out: *mut u8,
    n: usize,
    sizes: [usize; 2],
) {
    let mut start = 0;
    while start < n {
        let len = (n - start).min(CHUNK);
        unsafe { piece(a.add(start * sizes[0]), out.add(start * sizes[1]), len) };
        start += len;
    }
}

/// Runs a loop of two operands piece by piece, as `drive1`.
///
/// # Safety
/// `n` elements of the given sizes lie at `a`, `b` and `out`.
#[inline(never)]
pub unsafe fn drive2(
    piece: unsafe fn(*const u8, *const u8, *mut u8, usize),
    a: *const u8,
    b: *const u8,
    out: *mut u8,
    n: usize,
    sizes: [usize; 2],
) {
    let mut start = 0;
    while start < n {
        let len = (n - start).min(CHUNK);
        let offset = start * sizes[0];
        unsafe { piece(a.add(offset), b.add(offset), out.add(start * sizes[1]), len) };
        start += len;
    }
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
