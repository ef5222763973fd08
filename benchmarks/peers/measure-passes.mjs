// node measure-passes.mjs MODEL.gguf ROWS,ROWS,... THREADS [REPEATS]
//
// The time of a forward of llama.cpp on the CPU by its number of rows, as one JSON object: so many sequences decode beside
// each other after a prompt of one token, which go into one batch. `tidar bench --passes` measures the same of TiDAR.
//
// The binding passes a batch on only when all sequences have asked for their next token, and picks each token in JavaScript,
// so what a caller waits for is more than a forward, and the more so the more rows. `own_millis` are llama.cpp's counters of
// its forwards alone: what it calls evaluation of prompts where a batch has several tokens.

import path from "node:path";
import {openLlama, ownMillis} from "./llama.mjs";

const FORWARDS = 12;

const [modelPath, rowsText, threadsText, repeatsText] = process.argv.slice(2);
if (!threadsText) {
    console.error("usage: node measure-passes.mjs MODEL.gguf ROWS,ROWS,... THREADS [REPEATS]");
    process.exit(2);
}
const counts = rowsText.split(",").map(Number);
const threads = Number(threadsText);
const repeats = Number(repeatsText ?? 3);

const llama = await openLlama(threads);
const model = await llama.loadModel({modelPath});
const context = await model.createContext({
    sequences: Math.max(...counts),
    contextSize: FORWARDS + 8, // of each sequence
    batchSize: 512,
    threads: {ideal: threads, min: threads},
    performanceTracking: true,
});
const sequences = Array.from({length: Math.max(...counts)}, () => context.getSequence());

const best = new Map();
for (let round = 0; round <= repeats; round++) {
    for (const rows of counts) {
        const pass = await measure(rows);
        const known = round > 0 ? best.get(rows) : undefined;
        best.set(rows, known ? least(known, pass) : pass);
    }
}
const first = best.get(counts[0]);
console.log(JSON.stringify({
    model: path.basename(modelPath),
    engine: `node-llama-cpp with llama.cpp ${llama.llamaCppRelease.release}`,
    system: llama.systemInfo.trim(),
    threads: context.currentThreads || threads,
    repeats,
    passes: counts.map((rows) => ({
        rows,
        millis: best.get(rows).millis,
        own_millis: best.get(rows).own,
        own_of_one_row: best.get(rows).own / first.own,
    })),
}));
await llama.dispose();

/**
 * Both times of a forward of so many rows: of the caller, and of llama.cpp. A prompt has one token, so the first forward has
 * as many rows as all others.
 */
async function measure(rows) {
    const used = sequences.slice(0, rows);
    await Promise.all(used.map((sequence) => sequence.clearHistory()));
    await ownMillis(context);
    const begin = performance.now();
    await Promise.all(used.map(decode));
    const millis = performance.now() - begin;
    const own = await ownMillis(context);
    return {millis: millis / FORWARDS, own: (own.prompt + own.decode) / FORWARDS};
}

async function decode(sequence) {
    let emitted = 0;
    for await (const token of sequence.evaluate([1], {temperature: 0, yieldEogToken: true})) {
        if (++emitted === FORWARDS) {
            break;
        }
    }
}

function least(a, b) {
    return {millis: Math.min(a.millis, b.millis), own: Math.min(a.own, b.own)};
}
