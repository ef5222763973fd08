#!/usr/bin/env bash
# compare-serving.sh MODEL_FOLDER [ROUNDS] [REQUESTS] [TOKENS] [THREADS] > report.md
#
# Measures TiDAR and the parallel sequences of llama.cpp with the same requests in flight: weights int8 beside Q8_0, the same
# prompts, token counts and threads. In each round and for each number of requests in flight runs one process of the one, then
# one of the other. The report goes to standard output, progress to standard error. LOADS="1 4" measures fewer.
set -euo pipefail

model=${1:?usage: compare-serving.sh MODEL_FOLDER [ROUNDS] [REQUESTS] [TOKENS] [THREADS] > report.md}
rounds=${2:-3}
requests=${3:-32}
tokens=${4:-64}
threads=${5:-$(node -p 'os.availableParallelism()')}
loads=${LOADS:-1 2 4 8 16}

here=$(cd "$(dirname "$0")" && pwd)
jar=$here/../../tidar-cli/target/tidar.jar
prompts=$here/prompts.jsonl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -d "$here/node_modules/node-llama-cpp" ] || { echo "compare-serving.sh: run $here/setup.sh first" >&2; exit 1; }
[ -f "$jar" ] || { echo "compare-serving.sh: run mvn -pl tidar-cli -am -DskipTests package first" >&2; exit 1; }

# Both engines wait for their slowest thread, so a machine that does something else measures the something else.
note_idle() {
    idle=$(node "$here/idle.mjs")
    echo "$idle" >> "$work/idle"
    [ "$idle" -ge 90 ] || echo "compare-serving.sh: only $idle % idle before this run; its figures mean little" >&2
}

measure_tidar() { # requests in flight, output
    note_idle
    java -jar "$jar" bench-serving --model "$model" --weights int8 --prompts "$prompts" --requests "$requests" \
        --concurrency "$1" --modes autoregressive,auto --repeats 1 --max-tokens "$tokens" --threads "$threads" \
        --json > "$2" 2>> "$work/log" || { tail -5 "$work/log" >&2; exit 1; }
}

measure_llama_cpp() { # requests in flight, output
    note_idle
    node "$here/measure-parallel.mjs" "$work/q8_0.gguf" "$prompts" "$requests" "$tokens" "$threads" "$1" \
        > "$2" 2>> "$work/log" || { tail -5 "$work/log" >&2; exit 1; }
}

node "$here/write-gguf.mjs" "$model" "$work/q8_0.gguf" q8_0 >&2
for round in $(seq "$rounds"); do
    for load in $loads; do
        echo "round $round of $rounds, $load in flight" >&2
        measure_tidar "$load" "$work/$load.$round.tidar.json"
        measure_llama_cpp "$load" "$work/$load.$round.llama.json"
    done
done

# shellcheck disable=SC2086 # the loads are a list
node "$here/report-serving.mjs" "$work" "$rounds" "$(git -C "$here" rev-parse --short HEAD)" $loads
