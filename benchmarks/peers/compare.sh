#!/usr/bin/env bash
# compare.sh MODEL_FOLDER [ROUNDS] [TOKENS] [THREADS] > report.md
#
# Measures TiDAR and llama.cpp on the same weights, prompts, token counts and threads, in turn: in each round one process of
# the one, then one of the other. The report goes to standard output, progress to standard error.
set -euo pipefail

model=${1:?usage: compare.sh MODEL_FOLDER [ROUNDS] [TOKENS] [THREADS] > report.md}
rounds=${2:-5}
tokens=${3:-64}
threads=${4:-$(node -p 'os.availableParallelism()')}

here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../../tidar-cli/target/tidar.jar
prompts=$here/prompts.jsonl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -d "$here/node_modules/node-llama-cpp" ] || { echo "compare.sh: run $here/setup.sh first" >&2; exit 1; }
[ -f "$jar" ] || { echo "compare.sh: run mvn -pl tidar-cli -am -DskipTests package first" >&2; exit 1; }

# Both engines wait for their slowest thread, so a machine that does something else measures the something else.
note_idle() {
    idle=$(node "$here/idle.mjs")
    echo "$idle" >> "$work/idle"
    [ "$idle" -ge 90 ] || echo "compare.sh: only $idle % idle before this run; its figures mean little" >&2
}

measure_tidar() { # weights, output
    note_idle
    java -jar "$jar" bench --model "$model" --weights "$1" --prompts "$prompts" --limit 100 --modes autoregressive \
        --repeats 1 --max-tokens "$tokens" --ignore-eos --threads "$threads" --json > "$2" 2>> "$work/log"
}

measure_llama_cpp() { # GGUF, output
    note_idle
    node "$here/measure.mjs" "$1" "$prompts" "$tokens" "$threads" > "$2" 2>> "$work/log"
}

for pair in int8:q8_0 f32:f32; do
    weights=${pair%:*}
    format=${pair#*:}
    node "$here/write-gguf.mjs" "$model" "$work/$format.gguf" "$format" >&2
    for round in $(seq "$rounds"); do
        echo "$pair, round $round of $rounds" >&2
        measure_tidar "$weights" "$work/$weights.$round.tidar.json"
        measure_llama_cpp "$work/$format.gguf" "$work/$weights.$round.llama.json"
    done
    rm "$work/$format.gguf"
done

node "$here/report.mjs" "$work" "$rounds" "$tokens" "$threads" "$(git -C "$here" rev-parse --short HEAD)"
