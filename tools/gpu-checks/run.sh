#!/usr/bin/env bash
# Checks the CUDA backend on this machine's GPU and writes report.md beside itself. Needs a driver and the folder that
# bundle.sh made, nothing else; every part has a limit of its own, all together ten minutes.
# Usage: ./run.sh [SHAPE:TYPE ...]     shapes that are timed; default 135M:int8 135M:bf16 1.5B:bf16 8B:bf16
set -uo pipefail
cd "$(dirname "$0")"
report=$PWD/report.md
failed=0
fence=
shapes=("$@")
[ "${#shapes[@]}" -gt 0 ] || shapes=(135M:int8 135M:bf16 1.5B:bf16 8B:bf16)
java=(jre/bin/java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED)
tests=classes:test-classes:$(echo lib/*.jar | tr ' ' ':')

# section TITLE SECONDS COMMAND...: runs a command whose output is Markdown, adds it to the report, notes whether it failed.
section() {
    local title=$1 limit=$2 began=$SECONDS status
    shift 2
    printf '\n## %s\n\n' "$title" >>"$report"
    echo "== $title"
    timeout "$limit" "$@" >out 2>err
    status=$?
    [ -z "$fence" ] || printf '%stext\n' "$fence" >>"$report"
    cat out >>"$report"
    [ -z "$fence" ] || printf '%s\n' "$fence" >>"$report"
    if [ "$status" -ne 0 ]; then
        failed=$((failed + 1))
        printf '\n**failed with exit code %s** (124: stopped after %s s)\n\n```text\n' "$status" "$limit" >>"$report"
        tail -n 60 err >>"$report"
        printf '```\n' >>"$report"
    fi
    printf '\n%s s\n' "$((SECONDS - began))" >>"$report"
}

# plain TITLE SECONDS COMMAND...: the same for a command whose output is plain text.
plain() {
    fence='```' section "$@"
}

# skipped TITLE REASON: what was left out is in the report as well.
skipped() {
    printf '\n## %s\n\nNOT RUN: %s\n' "$1" "$2" >>"$report"
}

{
    echo "# GPU checks"
    echo
    echo "Commit $(cat commit), $(date -u +%Y-%m-%dT%H:%MZ), $(uname -srm), $(nproc) cores."
} >"$report"

if command -v nvidia-smi >/dev/null; then
    plain "Device" 20 nvidia-smi --query-gpu=index,name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,power.limit --format=csv
else
    skipped "Device" "no nvidia-smi"
fi
plain "What the engine finds: driver, load, choice of layout" 60 \
    "${java[@]}" -jar tidar.jar inspect --device cuda --model model

if [ -x native/kernel_test ]; then
    plain "Every kernel against its definition" 60 env -C native ./kernel_test ../tidar-sm80.ptx
else
    skipped "Every kernel against its definition" "kernel_test is not in the bundle"
fi
section "Verbs, bits, goldens and decoding against the CPU backend" 150 \
    "${java[@]}" -Xmx2g -Dtidar.test.gpu=real -cp "$tests" dev.tidar.GpuChecks

for shape in "${shapes[@]}"; do
    section "Time of a step: $shape" 120 "${java[@]}" -Xmx4g -cp "$tests" dev.tidar.model.StepBench gpu "$shape"
done
if [ -x native/kernel_bench ]; then
    plain "Products and attention beside a copy of memory" 60 env -C native ./kernel_bench ../tidar-sm80.ptx 8b
else
    skipped "Products and attention beside a copy of memory" "kernel_bench is not in the bundle"
fi

if python3 -c 'import torch, transformers; assert torch.cuda.is_available()' 2>/dev/null; then
    for shape in "${shapes[@]}"; do
        case $shape in
            *:bf16) section "The same in PyTorch with transformers: $shape" 120 python3 pytorch_steps.py "$shape" ;;
        esac
    done
else
    skipped "The same in PyTorch with transformers" "python3 here has no torch with CUDA and transformers"
fi

prompt="Write three sentences about the sea."
for mode in autoregressive single-pass two-pass; do
    plain "Embedded model, $mode" 30 "${java[@]}" -jar tidar.jar generate --device cuda --model model \
        --chat "$prompt" --max-tokens 128 --mode "$mode" --json
done

if command -v compute-sanitizer >/dev/null && [ -x native/kernel_test ]; then
    plain "compute-sanitizer memcheck" 90 env -C native compute-sanitizer --tool memcheck --error-exitcode 9 ./kernel_test ../tidar-sm80.ptx
else
    skipped "compute-sanitizer memcheck" "compute-sanitizer or kernel_test is not here"
fi

printf '\n---\n\n%s parts failed; %s s in all.\n' "$failed" "$SECONDS" >>"$report"
rm -f out err
tail -n 1 "$report"
echo "report: $report"
[ "$failed" -eq 0 ]
