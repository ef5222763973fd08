#!/bin/sh
# Compiles the native kernels for each platform whose compiler is here, and writes the manifest beside them.
#
#   native.sh [folder [platform ...]]    writes PLATFORM/LIBRARY and NATIVE-MANIFEST there; without a folder, to
#                                        src/main/resources/dev/tidar/kernels/native; without platforms, for all three
#   native.sh compilers                  prints the compiler of each platform that has one here, as the manifest does
#
# Needs jni.h of a JDK and Debian's gcc, gcc-aarch64-linux-gnu and gcc-mingw-w64-x86-64. A level's file has the flags of
# its instruction sets; everything that runs before a level is chosen is compiled for the base level. The libraries name
# no other that they need: what they take from the C library, the process has already. The script fails if an instruction
# stands in the wrong file, or a symbol is missing or exported that should not be.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-src/main/resources/dev/tidar/kernels/native}
[ $# -eq 0 ] || shift
wanted=${*:-linux-x86_64 linux-aarch64 windows-x86_64}

# No contraction: a fused multiply-add stands where the source says so.
flags="-std=c11 -O2 -ftree-vectorize -fvect-cost-model=dynamic -ffp-contract=off -fno-math-errno -fno-trapping-math"
flags="$flags -fno-strict-aliasing -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-ident"
flags="$flags -fno-asynchronous-unwind-tables -fvisibility=hidden -Wall -Wextra -Werror"
elf="-fPIC"
elf_link="-shared -nostdlib -s -Wl,--build-id=none,-z,now,-z,relro,-z,noexecstack,--hash-style=gnu"
# GCC believes the stack of Windows aligned to its vectors, which it is not: the assembler makes every move unaligned.
windows="-Wa,-muse-unaligned-vector-move"
windows_link="-shared -nostdlib -s -Wl,--no-insert-timestamp,--image-base,0x180000000,--entry,DllMainCRTStartup -lkernel32"

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

# The release of a platform's compiler and linker; fails if there is none here.
release() {
    command -v "$(compiler "$1")" >/dev/null || return 1
    echo "compiler $1 $("$(compiler "$1")" --version | head -n 1), $("$(compiler "$1")" -Wl,--version 2>/dev/null | head -n 1)"
}

# Prints what stands in an object or library that must not, given a pattern of disassembled lines, and fails then.
without() {
    if "$(compiler "$platform" | sed 's/gcc$/objdump/')" -d --insn-width=16 "$1" | grep -E -m 3 -- "$2"; then
        echo "[native kernels] $1 has instructions that must not be there: $3"
        return 1
    fi
}

# EVEX prefixes belong to the AVX-512 level, VEX prefixes to levels. Aligned moves of vectors have no place on Windows.
check_instructions() {
    case $platform in
    *-x86_64)
        for file in level_plain level_avx2 level_avx_vnni processor memory jni; do
            without "$work/$platform/$file.o" '^ *[0-9a-f]+:.62 ' 'AVX-512'
        done
        for file in processor memory jni; do
            without "$work/$platform/$file.o" '^ *[0-9a-f]+:.(c4|c5) ' 'AVX'
        done
        ;;
    esac
    case $platform in
    windows-*)
        for file in level_plain level_avx2 level_avx_vnni level_avx512_vnni; do
            without "$work/$platform/$file.o" 'vmov(aps|apd|dqa[0-9]*) .*([yz]mm.*\(|\(.*[yz]mm)' 'aligned moves'
        done
        ;;
    esac
}

# A library of Linux takes a few functions from the process, needs no other library, and exports those of JNI.
check_symbols() {
    case $platform in
    linux-*)
        tools=$(compiler "$platform" | sed 's/gcc$//')
        if "${tools}readelf" -d "$1" | grep NEEDED ||
            "${tools}nm" -D "$1" | grep -v -E '( U (mmap|munmap|madvise|nice|getauxval)| T Java_dev_tidar_backend_jni_NativeKernels_[a-zA-Z]+)$'; then
            echo "[native kernels] $1 has symbols that must not be there"
            return 1
        fi
        ;;
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
    compile="$(compiler "$platform") $flags $own '-ffile-prefix-map=$PWD=.' '-I$java/include' -Isrc/main/c"
    files "$platform" | while read -r file special; do
        echo "$compile $special -c src/main/c/$file.c -o '$work/$platform/$file.o'"
    done | tr '\n' '\0' | xargs -0 -P "$(nproc)" -I{} sh -c '{}'
    # shellcheck disable=SC2046,SC2086
    "$(compiler "$platform")" -o "$out/$platform/$(library "$platform")" \
        $(files "$platform" | sed "s|^\([a-z0-9_]*\).*|$work/$platform/\1.o|") $link
    check_instructions
    check_symbols "$out/$platform/$(library "$platform")"
}

if [ "$out" = compilers ]; then
    for platform in $wanted; do
        release "$platform" || true
    done
    exit 0
fi
java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
platforms=
for platform in $wanted; do
    if release "$platform" >/dev/null; then
        build "$platform"
        platforms="$platforms $platform"
    else
        echo "[native kernels] NOT BUILT for $platform: no $(compiler "$platform") here"
    fi
done

{
    echo "flags $flags"
    echo "flags linux $elf $elf_link"
    echo "flags windows $windows $windows_link"
    for platform in $platforms; do
        release "$platform"
        files "$platform" | sed "s/^/file $platform /"
    done
    sha256sum src/main/c/* src/build/native.sh | sed 's/  / /; s/^/source /'
    for platform in $platforms; do
        at=$platform/$(library "$platform")
        echo "output $(sha256sum "$out/$at" | cut -d' ' -f1) $at"
    done
} >"$out/NATIVE-MANIFEST"
