#!/bin/sh
# Compiles the native kernels for each platform whose compiler is here, and writes the manifest beside them.
#
#   native.sh [folder [platform ...]]    writes PLATFORM/LIBRARY and NATIVE-MANIFEST there; without a folder, to
#                                        src/main/resources/dev/tidar/kernels/native; without platforms, for all three
#
# Needs jni.h of a JDK and Debian's gcc, gcc-aarch64-linux-gnu and gcc-mingw-w64-x86-64. A level's file has the flags of
# its instruction sets; everything that runs before a level is chosen is compiled for the base level. The libraries name
# no other that they need: what they take from the C library, the process has already.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-src/main/resources/dev/tidar/kernels/native}
[ $# -eq 0 ] || shift
platforms=${*:-linux-x86_64 linux-aarch64 windows-x86_64}

# No contraction: a fused multiply-add stands where the source says so.
flags="-std=c11 -O2 -ftree-vectorize -fvect-cost-model=dynamic -ffp-contract=off -fno-math-errno -fno-trapping-math"
flags="$flags -fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-ident"
flags="$flags -fno-asynchronous-unwind-tables -fvisibility=hidden -Wall -Wextra -Werror"
elf="-fPIC"
elf_link="-shared -nostdlib -s -Wl,--build-id=none,-z,now,-z,relro,-z,noexecstack,--hash-style=gnu"
# GCC believes the stack of Windows aligned to its vectors, which it is not: the assembler makes every move unaligned.
windows="-Wa,-muse-unaligned-vector-move"
windows_link="-shared -nostdlib -s -Wl,--no-insert-timestamp,--entry,DllMainCRTStartup -lkernel32"

avx2="-mavx2 -mfma"
avx512="-mfma -mavx512f -mavx512cd -mavx512vl -mavx512dq -mavx512bw -mavx512vnni"

compiler() {
    case $1 in
    linux-x86_64) echo "${CC_LINUX_X86_64:-x86_64-linux-gnu-gcc}" ;;
    linux-aarch64) echo "${CC_LINUX_AARCH64:-aarch64-linux-gnu-gcc}" ;;
    windows-x86_64) echo "${CC_WINDOWS_X86_64:-x86_64-w64-mingw32-gcc}" ;;
    esac
}

# The files of a platform, each with the flags that it has besides the common ones.
files() {
    case $1 in
    *-x86_64)
        echo "level_plain $avx2"
        echo "level_avx2 $avx2"
        echo "level_avx_vnni $avx2 -mavxvnni"
        echo "level_avx512_vnni $avx512"
        ;;
    *-aarch64)
        echo "level_plain -march=armv8-a"
        echo "level_dotprod -march=armv8.2-a+dotprod"
        echo "level_i8mm -march=armv8.2-a+dotprod+i8mm"
        ;;
    esac
    printf '%s\n' processor memory jni
}

library() {
    case $1 in
    windows-*) echo tidar_kernels.dll ;;
    *) echo libtidar_kernels.so ;;
    esac
}

# Compiles and links one platform.
build() {
    platform=$1
    mkdir -p "$work/$platform" "$out/$platform"
    case $platform in
    windows-*) own=$windows link=$windows_link ;;
    *) own=$elf link=$elf_link ;;
    esac
    files "$platform" | while read -r file special; do
        # shellcheck disable=SC2086
        "$(compiler "$platform")" $flags $own $special "-ffile-prefix-map=$PWD=." "-I$jni" -Isrc/main/c \
            -c "src/main/c/$file.c" -o "$work/$platform/$file.o"
        echo "$work/$platform/$file.o"
    done >"$work/$platform/objects"
    # shellcheck disable=SC2046,SC2086
    "$(compiler "$platform")" -o "$out/$platform/$(library "$platform")" $(cat "$work/$platform/objects") $link
}

java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
jni=$java/include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for platform in $platforms; do
    if command -v "$(compiler "$platform")" >/dev/null; then
        build "$platform"
    else
        echo "[native kernels] NOT BUILT for $platform: no $(compiler "$platform") here"
    fi
done

{
    echo "flags $flags"
    echo "flags linux $elf $elf_link"
    echo "flags windows $windows $windows_link"
    for platform in $platforms; do
        command -v "$(compiler "$platform")" >/dev/null || continue
        echo "compiler $platform $("$(compiler "$platform")" -dumpfullversion) $("$(compiler "$platform")" -Wl,--version 2>/dev/null | head -n 1)"
        files "$platform" | sed "s/^/file $platform /"
    done
    sha256sum src/main/c/* src/build/native.sh | sed 's/  / /; s/^/source /'
    for platform in $platforms; do
        command -v "$(compiler "$platform")" >/dev/null || continue
        at=$platform/$(library "$platform")
        echo "output $(sha256sum "$out/$at" | cut -d' ' -f1) $at"
    done
} >"$out/NATIVE-MANIFEST"
