// node report.mjs FOLDER ROUNDS TOKENS THREADS COMMIT
//
// Turns the measurements that compare.sh left in FOLDER into a report. Fails if the first tokens of the f32 runs differ: then
// one of the two engines does not run the weights that it should.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const SURE_TOKENS = 8; // behind these, rounding may turn a near-tie
const PAIRS = [["int8", "Q8_0"], ["f32", "F32"]];

const [folder, roundsText, tokens, threads, commit] = process.argv.slice(2);
const rounds = Array.from({length: Number(roundsText)}, (_, i) => i + 1);
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));

const idle = fs.readFileSync(path.join(folder, "idle"), "utf8").trim().split("\n").map(Number);

const results = PAIRS.map(([weights, format]) => {
    const ours = rounds.map((round) => read(`${weights}.${round}.tidar.json`));
    const theirs = rounds.map((round) => read(`${weights}.${round}.llama.json`));
    const row = ours.map((report) => report.layouts[0]);
    return {
        weights,
        format,
        ours,
        theirs,
        decode: compare(row, theirs, "decode_tokens_per_second"),
        prompt: compare(row, theirs, "prompt_tokens_per_second"),
        agreed: row[0].tokens.map((answer, i) => leadingEqual(answer, theirs[0].tokens[i])),
    };
});

print();
const f32 = results.find((result) => result.weights === "f32");
if (f32.agreed.some((count) => count < SURE_TOKENS)) {
    console.error(`report.mjs: the first ${SURE_TOKENS} tokens in f32 must be equal, but ${f32.agreed} are`);
    process.exit(1);
}

function compare(ours, theirs, figure) {
    const speeds = {
        ours: ours.map((one) => one[figure]),
        theirs: theirs.map((one) => one[figure]),
        theirOwn: theirs.map((one) => one[`own_${figure}`]),
    };
    const ratio = median(speeds.ours) / median(speeds.theirs);
    const ratioToOwn = median(speeds.ours) / median(speeds.theirOwn);
    return {...speeds, ratio, ratioToOwn};
}

function leadingEqual(a, b) {
    const differing = a.findIndex((token, i) => token !== b[i]);
    return differing < 0 ? a.length : differing;
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function print() {
    const {ours, theirs} = results[0];
    const verdicts = results.map(({weights, format, decode, prompt}) =>
        `${weights} reaches ${decode.ratio.toFixed(2)} of ${format} in decode and ${prompt.ratio.toFixed(2)} on the prompt`);
    console.log(`# TiDAR beside llama.cpp on one CPU

${verdicts.join("; ")}.

| | |
| --- | --- |
| date | ${new Date().toISOString().slice(0, 10)} |
| commit | ${commit} |
| machine | ${os.cpus()[0].model}, ${os.cpus().length} processors, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()} |
| idle | ${Math.min(...idle)} % at least in the second before each run, median ${median(idle)} % |
| TiDAR | ${ours[0].backend} kernels, Java ${ours[0].jvm}, autoregressive |
| peer | ${theirs[0].engine}, Node ${process.version}; ${theirs[0].system.replace(/ = 1|\s*\|\s*$/g, "").replace(/\s*\|\s*/g, " ")} |
| model | ${ours[0].model}; the GGUF is written from the same folder |
| work | ${ours[0].prompts} prompts of ${ours[0].prompt_tokens} tokens together, ${tokens} tokens an answer, greedy, stop ids ignored |
| threads | ${threads} |
| method | \`benchmarks/peers/compare.sh MODEL ${rounds.length} ${tokens} ${threads}\`: both in turn, a process each; medians of ${rounds.length} |

Tokens a second, as the caller's clock counts them: prompt until the first token, decode from the first token to the last. The
last two columns take llama.cpp's own counters instead, which leave out its binding to Node and the picking of tokens.

| weights | | TiDAR | llama.cpp | ratio | llama.cpp's own counters | ratio |
| --- | --- | --- | --- | --- | --- | --- |
${results.flatMap(rows).join("\n")}

Equal tokens from the first on, a prompt each (of ${tokens}): ${results.map(({weights, format, agreed}) => `${weights} and ${format} ${agreed.join(", ")}`).join("; ")}. Before int8 weights llama.cpp rounds activations to int8 by 32, TiDAR by 64 where its kernels are named int8, and not at all elsewhere.

## Raw output

\`\`\`json
${results.flatMap(({ours, theirs}) => [...ours.map(withoutTokens), ...theirs.map(withoutTokens)]).join("\n")}
\`\`\``);
}

function rows({weights, format, decode, prompt}) {
    return [["decode", decode], ["prompt", prompt]].map(([what, speeds]) => {
        const cells = [
            `${weights} beside ${format}`,
            what,
            shown(speeds.ours),
            shown(speeds.theirs),
            speeds.ratio.toFixed(2),
            shown(speeds.theirOwn),
            speeds.ratioToOwn.toFixed(2),
        ];
        return `| ${cells.join(" | ")} |`;
    });
}

function shown(values) {
    return `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
}

function withoutTokens(report) {
    return JSON.stringify(report, (key, value) => (key === "tokens" ? undefined : value));
}
