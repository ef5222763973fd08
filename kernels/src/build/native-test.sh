#!/bin/sh
# Builds the tests of src/test/c in target/native. Does nothing if they are up to date; says what it cannot build.
#
#   kernels_test            the tests, over the library that TIDAR_NATIVE_LIBRARY names
#   kernels_test_sanitized  the tests with the kernels' sources, under AddressSanitizer and UBSan: plain C and AVX2
#   kernels_test_aarch64    the tests for arm64, to be run by qemu-aarch64
#   kernels_bench           times of products, by hand
set -eu
cd "$(dirname "$0")/../.."
out=target/native

if [ "$(uname -s)-$(uname -m)" != "Linux-x86_64" ] || ! command -v gcc >/dev/null; then
    echo "[native kernels] TESTS NOT BUILT: they need gcc on x86-64 Linux"
    exit 0
fi

flags="-std=c11 -O2 -g -ffp-contract=off -Wall -Wextra -Werror -Isrc/main/c"
tests="src/test/c/check.c src/test/c/expected.c src/test/c/kernels_test.c src/test/c/products_test.c"
tests="$tests src/test/c/rows_test.c src/test/c/attention_test.c"
mkdir -p "$out"
exec 8>"$out/lock"
flock 8 # two builds may run at once
arm=$(command -v aarch64-linux-gnu-gcc || true)
stamp=$( (echo "$flags $arm"; gcc --version; cat src/build/native-test.sh src/main/c/* src/test/c/*) | sha256sum | cut -c1-64)
if [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

rm -rf "$out/sanitized" "$out/stamp"
mkdir -p "$out/sanitized"
# shellcheck disable=SC2086
gcc $flags -o "$out/kernels_test" $tests src/test/c/library.c -lm -ldl
if [ -n "$arm" ] && [ -d /usr/aarch64-linux-gnu/include ]; then
    # shellcheck disable=SC2086
    "$arm" $flags -o "$out/kernels_test_aarch64" $tests src/test/c/library.c -lm -ldl
else
    rm -f "$out/kernels_test_aarch64"
    echo "[native kernels] TESTS NOT BUILT for arm64: no aarch64-linux-gnu-gcc with a C library here"
fi

# Without optimisation, or instrumenting takes half a minute. The other levels need processors that few have; a table
# without functions stands for each.
sanitize="-std=c11 -O0 -g -ffp-contract=off -fno-math-errno -fno-strict-aliasing -DTIDAR_WITH_LIBC -Isrc/main/c"
sanitize="$sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
printf '%s\n' level_plain level_avx2 processor memory |
    xargs -P 2 -I{} sh -c "gcc $sanitize -mavx2 -mfma -c src/main/c/{}.c -o $out/sanitized/{}.o"
echo '#include "kernels.h"
const struct Kernels kernels_avx_vnni, kernels_avx512_vnni;' >"$out/sanitized/others.c"
# shellcheck disable=SC2086
gcc $sanitize -o "$out/kernels_test_sanitized" $tests "$out/sanitized/others.c" "$out"/sanitized/*.o -lm

# shellcheck disable=SC2086
gcc $flags -o "$out/kernels_bench" src/test/c/kernels_bench.c src/test/c/library.c src/test/c/check.c -lm -ldl -lpthread
echo "$stamp" >"$out/stamp"
