// node report-serving.mjs FOLDER ROUNDS COMMIT LOAD...
//
// Turns the measurements that compare-serving.sh left in FOLDER into a report.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const [folder, roundsText, commit, ...loads] = process.argv.slice(2);
const rounds = Array.from({length: Number(roundsText)}, (_, i) => i + 1);
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
const idle = fs.readFileSync(path.join(folder, "idle"), "utf8").trim().split("\n").map(Number);

const ours = loads.map((load) => rounds.map((round) => read(`${load}.${round}.tidar.json`)));
const theirs = loads.map((load) => rounds.map((round) => read(`${load}.${round}.llama.json`)));
const mode = (reports, name) => reports.map((report) => report.loads.find((row) => row.mode === name));

const own = (runs) => runs.map((run) => ({tokens_per_second: run.own_tokens_per_second}));

// One after the other is the load of 1, if it was measured.
const alone = loads.indexOf("1");
const tables = loads.map((load, i) => ({
    load,
    rows: [
        ["TiDAR, autoregressive", mode(ours[i], "autoregressive"), alone < 0 ? undefined : mode(ours[alone], "autoregressive")],
        ["TiDAR, auto", mode(ours[i], "auto"), alone < 0 ? undefined : mode(ours[alone], "auto")],
        ["llama.cpp", theirs[i], alone < 0 ? undefined : theirs[alone]],
        ["llama.cpp, its forwards alone", own(theirs[i]), alone < 0 ? undefined : own(theirs[alone])],
    ],
}));
const [any] = ours[0];
const [peer] = theirs[0];
const ratios = tables.map(({load, rows}) =>
    `${(median(speeds(rows[1][1])) / median(speeds(rows[2][1]))).toFixed(2)} with ${load} in flight`);

console.log(`# Many requests at once, TiDAR beside llama.cpp on one CPU

Tokens per second of auto over those of llama.cpp: ${ratios.join(", ")}.

| | |
| --- | --- |
| date | ${new Date().toISOString().slice(0, 10)} |
| commit | ${commit} |
| machine | ${os.cpus()[0].model}, ${os.cpus().length} processors, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()} |
| idle | ${Math.min(...idle)} % at least in the second before each run, median ${median(idle)} % |
| TiDAR | ${any.backend} kernels, Java ${any.jvm}, ${any.weights} weights, f32 keys and values, no prefix cache |
| peer | ${peer.engine}, Node ${process.version}, Q8_0 weights, f16 keys and values, a sequence for each request in flight; ${peer.system.replace(/ = 1|\s*\|\s*$/g, "").replace(/\s*\|\s*/g, " ")} |
| model | ${any.model}; the GGUF is written from the same folder |
| work | ${any.prompts} requests of ${any.prompt_tokens} prompt tokens together, ${any.max_tokens} tokens an answer, greedy, stop ids ignored |
| threads | ${peer.threads} |
| method | \`benchmarks/peers/compare-serving.sh MODEL ${rounds.length} ${any.prompts} ${any.max_tokens} ${peer.threads}\`: both in turn, a process each; medians and ranges of ${rounds.length} |

Tokens a second count all emitted tokens over all the time, prompts included. Gain is that over the same requests one after the
other. "Its forwards alone" takes llama.cpp's own counters, which leave out its binding to Node and the picking of tokens. Times
are as a caller sees them, in milliseconds: the median over the runs of each run's percentile.

| in flight | | tokens/s | gain | tokens per forward | first token p50 | p99 | gap p50 | gap p99 |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${tables.flatMap(({load, rows}) => rows.map((row) => tableRow(load, ...row))).join("\n")}

TiDAR's tokens equal under all loads: ${ours.flat().every((report) => report.tokens_equal) && sameTokens() ? "yes" : "NO"}.

## Raw output

\`\`\`json
${[...ours.flat(), ...theirs.flat()].map(withoutTokens).join("\n")}
\`\`\``);

function tableRow(load, name, runs, one) {
    const figure = (key, digits) => (runs[0][key] === undefined ? "" : median(runs.map((run) => run[key])).toFixed(digits));
    const speed = speeds(runs);
    const cells = [
        load,
        name,
        `${median(speed).toFixed(1)} (${Math.min(...speed).toFixed(1)} to ${Math.max(...speed).toFixed(1)})`,
        one ? (median(speed) / median(speeds(one))).toFixed(2) : "",
        figure("tokens_per_forward", 2),
        figure("first_token_p50", 0),
        figure("first_token_p99", 0),
        figure("gap_p50", 1),
        figure("gap_p99", 1),
    ];
    return `| ${cells.join(" | ")} |`;
}

/** Whether processes with different loads emitted the same tokens. */
function sameTokens() {
    const all = ours.flat().flatMap((report) => report.loads.map((row) => JSON.stringify(row.tokens)));
    return all.every((tokens) => tokens === all[0]);
}

function speeds(runs) {
    return runs.map((run) => run.tokens_per_second);
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function withoutTokens(report) {
    return JSON.stringify(report, (key, value) => (key === "tokens" ? undefined : value));
}
