#!/bin/sh
# Compiles all kernels to one PTX module for sm_80, writes the manifest beside it, and has cubins.sh compile the PTX for
# the common architectures. Needs nvcc and ptxas; see README.md.
#
#   compile.sh [folder [ptx]]    writes there; without a folder, to src/main/resources; with "ptx", without the cubins
#
# The .version line is set to 8.0, which drivers from 525 (CUDA 12.0) on accept: the kernels use nothing newer. The pragma
# used_bytes_mask is a hint of nvcc that needs a newer version, and compilers from CUDA 12.3 on reject it under 8.0.
# Comments are stripped, because they hold paths and build numbers of the compiler.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-src/main/resources/dev/tidar/kernels}
nvcc=${NVCC:-nvcc}
flags="-std=c++17 -arch=compute_80 -fmad=false"

mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in src/main/cuda/*.cu; do
    echo "#include \"$(basename "$source")\""
done >"$work/tidar.cu"
"$nvcc" $flags -ptx -Isrc/main/cuda -o "$work/tidar.ptx" "$work/tidar.cu"
sed -e 's|//.*$||' -e 's/[ \t]*$//' -e '/\.pragma "used_bytes_mask /d' -e '/^$/d' -e 's/^\.version .*/.version 8.0/' \
    "$work/tidar.ptx" >"$out/tidar-sm80.ptx"

{
    echo "compiler $("$nvcc" --version | sed -n 's/.*release \(.*\), V.*/\1/p')"
    echo "flags $flags"
    sha256sum src/main/cuda/*.cu src/main/cuda/*.cuh src/build/compile.sh | sed 's/  / /; s/^/source /'
    echo "output $(sha256sum "$out/tidar-sm80.ptx" | cut -d' ' -f1) tidar-sm80.ptx"
} >"$out/MANIFEST"

[ "${2:-}" = ptx ] || sh src/build/cubins.sh "$out/tidar-sm80.ptx" "$out"
