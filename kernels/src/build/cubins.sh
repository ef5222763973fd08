#!/bin/sh
# Compiles the PTX for the common architectures, so that no driver has to. Writes a cubin for each of them, and CUBINS:
# the compiler, hashes of what it read and wrote, and what each kernel takes on each architecture. Needs ptxas.
#
#   cubins.sh PTX FOLDER
set -eu
ptx=$1
out=$2
ptxas=${PTXAS:-ptxas}
architectures="80 86 89 90 100 120"

mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for a in $architectures; do
    "$ptxas" -v -arch=sm_$a -o "$out/tidar-sm$a.cubin" "$ptx" >"$work/sm_$a" 2>&1 || touch "$work/failed-sm_$a" &
done
wait
if ls "$work"/failed-* >/dev/null 2>&1; then
    for failed in "$work"/failed-*; do
        sed "s/^/${failed##*failed-}: /" "$work/${failed##*failed-}" >&2
    done
    exit 1
fi

{
    echo "compiler $("$ptxas" --version | sed -n 's/.*release .*, V\(.*\)/\1/p')"
    echo "source $(sha256sum "$ptx" | cut -d' ' -f1) tidar-sm80.ptx"
    for a in $architectures; do
        echo "output $(sha256sum "$out/tidar-sm$a.cubin" | cut -d' ' -f1) tidar-sm$a.cubin"
    done
    echo
    echo "registers of a thread / bytes of static shared memory of a block / bytes that a thread spills and reloads"
    (cd "$work" && LC_ALL=C awk '
        /Compiling entry function/ { split($0, quoted, "\047"); kernel = quoted[2]; kernels[kernel] }
        /bytes spill stores/ { spilled[kernel, FILENAME] = $5 + $9 }
        /: Used [0-9]+ registers/ {
            shared = match($0, /[0-9]+ bytes smem/) ? substr($0, RSTART, RLENGTH) + 0 : 0
            match($0, /Used [0-9]+/)
            cell[kernel, FILENAME] = substr($0, RSTART + 5, RLENGTH - 5) "/" shared "/" spilled[kernel, FILENAME]
        }
        END {
            line = sprintf("%-26s", "kernel")
            for (i = 1; i < ARGC; i++) line = line sprintf(" %-11s", ARGV[i])
            sub(/ +$/, "", line); print line
            for (kernel in kernels) {
                line = sprintf("%-26s", kernel)
                for (i = 1; i < ARGC; i++) line = line sprintf(" %-11s", cell[kernel, ARGV[i]])
                sub(/ +$/, "", line); print line | "LC_ALL=C sort"
            }
        }' $(for a in $architectures; do echo sm_$a; done))
} >"$out/CUBINS"
