#!/bin/sh
# Builds the emulated driver, target/emulated/libcuda.so.1, and the tests of src/test/cpp.
# Does nothing if they are up to date; says so and succeeds if this machine has no g++ or no x86-64 Linux.
set -eu
cd "$(dirname "$0")/../.."
out=target/emulated

if [ "$(uname -s)-$(uname -m)" != "Linux-x86_64" ] || ! command -v g++ >/dev/null; then
    echo "[emulated device] NOT BUILT: it needs g++ on x86-64 Linux. Tests of the CUDA backend will be skipped."
    exit 0
fi

flags="-std=c++17 -O2 -ffp-contract=off -fno-math-errno -fPIC -fvisibility=hidden"
flags="$flags -Wall -Wextra -Werror -Wno-unknown-pragmas -Isrc/emulator -Isrc/main/cuda"
mkdir -p "$out"
exec 9>"$out/lock"
flock 9 # two builds may run at once
stamp=$( (echo "$flags"; g++ --version; cat src/build/emulate.sh src/emulator/* src/main/cuda/* src/test/cpp/*) |
    sha256sum | cut -c1-64)
if [ -f "$out/libcuda.so.1" ] && [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

rm -rf "$out/driver" "$out/test" "$out/stamp"
mkdir -p "$out/driver" "$out/test"
began=$(date +%s)
compile='g++ $0 -c "$1" -o "$2/$(basename "$1" .cpp).o"'
printf '%s\n' src/emulator/*.cpp | xargs -P 2 -I{} sh -c "$compile" "$flags -march=native" {} "$out/driver"
printf '%s\n' src/test/cpp/*.cpp | xargs -P 2 -I{} sh -c "$compile" "$flags" {} "$out/test"
g++ -shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs -o "$out/libcuda.so.1" "$out"/driver/*.o -lpthread
cd "$out/test"
program() { # name, objects beside its own: runs on any x86-64 with libcuda.so.1, so on machines with a GPU, too
    name=$1
    shift
    g++ -o "../$name" "$name.o" "$@" ../libcuda.so.1 -static-libstdc++ -static-libgcc '-Wl,-rpath,$ORIGIN'
}
program kernel_test products_test.o sampling_test.o filtered_sampling_test.o attention_test.o rows_test.o self_test.o
program kernel_bench self_test.o
for name in driver_test ptx_test; do # these look into the emulated driver
    g++ -o ../$name $name.o self_test.o ../driver/*.o -lpthread
done
g++ -o ../mutation_test mutation_test.o mutations.o products_test.o sampling_test.o filtered_sampling_test.o \
    attention_test.o rows_test.o self_test.o ../driver/*.o -lpthread
cd - >/dev/null
echo "$stamp" >"$out/stamp"
echo "[emulated device] built in $(($(date +%s) - began)) s: $out/libcuda.so.1"
