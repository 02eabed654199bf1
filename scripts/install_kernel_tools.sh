#!/bin/bash
# Installs what scripts/build_kernels.ts needs and does not find: a core library for
# wasm32 (from rustup, else Debian's compiler with its sources), wasm-pack, and the
# wasm-bindgen that Cargo.lock names. Run as often as you like.
set -euo pipefail
cd "$(dirname "$0")/../kernels-rs"

target=wasm32-unknown-unknown
has_core() { ls "$(rustc --print sysroot)/lib/rustlib/$target/lib/"libcore-*.rlib; }
has_sources() { ls "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock"; }

if ! has_core >/dev/null 2>&1 && ! has_sources >/dev/null 2>&1; then
  timeout 300 rustup target add $target || {
    apt-get update
    apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src
  }
fi

bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
wasm-pack --version >/dev/null 2>&1 || cargo install wasm-pack --locked
[ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $bindgen" ] ||
  cargo install wasm-bindgen-cli --version "$bindgen" --locked
