// node measure-parallel.mjs MODEL.gguf PROMPTS.jsonl REQUESTS MAX_TOKENS THREADS CONCURRENCY
//
// Answers REQUESTS prompts ({"token_ids": [...]} a line, used again where there are fewer) with llama.cpp on the CPU, greedy,
// MAX_TOKENS tokens whatever they are, in CONCURRENCY parallel sequences of one context: whatever they have to compute goes into
// the same batch, and a sequence whose answer has ended takes the next prompt. Prints one JSON object. As many requests as there
// are sequences are answered beforehand to warm up.
//
// The clock is that of this script, as a caller's would be: tokens over all the time, prompts included; time to the first token
// from when the request was begun; gaps between a token and the next. llama.cpp's own counters are beside it: tokens over the
// time of its forwards alone, without the binding and the picking of tokens.

import fs from "node:fs";
import path from "node:path";
import {openLlama, ownMillis} from "./llama.mjs";

const [modelPath, promptsPath, ...numbers] = process.argv.slice(2);
if (numbers.length !== 4) {
    console.error("usage: node measure-parallel.mjs MODEL.gguf PROMPTS.jsonl REQUESTS MAX_TOKENS THREADS CONCURRENCY");
    process.exit(2);
}
const [requests, maxTokens, threads, concurrency] = numbers.map(Number);
const lines = fs.readFileSync(promptsPath, "utf8").split("\n").filter(Boolean);
const given = lines.map((line) => JSON.parse(line).token_ids);
const prompts = Array.from({length: requests}, (_, i) => given[i % given.length]);
const longest = Math.max(...prompts.map((prompt) => prompt.length));

const llama = await openLlama(threads);
const model = await llama.loadModel({modelPath});
const context = await model.createContext({
    sequences: concurrency,
    contextSize: longest + maxTokens + 1, // of each sequence
    batchSize: Math.max(512, longest),
    threads: {ideal: threads, min: threads},
    performanceTracking: true,
});
const sequences = Array.from({length: concurrency}, () => context.getSequence());

await answerAll(prompts.slice(0, concurrency));
await ownSeconds();
const start = performance.now();
const answers = await answerAll(prompts);
const seconds = (performance.now() - start) / 1000;
const own = await ownSeconds();

const firstToken = answers.map((one) => one.firstToken);
const gaps = answers.flatMap((one) => one.gaps);
console.log(JSON.stringify({
    model: path.basename(modelPath),
    engine: `node-llama-cpp with llama.cpp ${llama.llamaCppRelease.release}`,
    system: llama.systemInfo.trim(),
    threads: context.currentThreads || threads,
    concurrency,
    requests,
    tokens_per_second: (requests * maxTokens) / seconds,
    own_tokens_per_second: (requests * maxTokens) / own,
    first_token_p50: percentile(firstToken, 50),
    first_token_p99: percentile(firstToken, 99),
    gap_p50: percentile(gaps, 50),
    gap_p99: percentile(gaps, 99),
    tokens: answers.map((one) => one.tokens),
}));
await llama.dispose();

/** Answers in the order of the prompts; each sequence takes the next prompt as soon as it is free. */
async function answerAll(todo) {
    const answered = new Array(todo.length);
    let next = 0;
    await Promise.all(sequences.map(async (sequence) => {
        while (next < todo.length) {
            const mine = next++;
            answered[mine] = await answer(sequence, todo[mine]);
        }
    }));
    return answered;
}

async function answer(sequence, prompt) {
    const begun = performance.now();
    await sequence.clearHistory();
    const tokens = [];
    const times = [];
    for await (const token of sequence.evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
        times.push(performance.now());
        tokens.push(token);
        if (tokens.length === maxTokens) {
            break;
        }
    }
    return {tokens, firstToken: times[0] - begun, gaps: times.slice(1).map((time, i) => time - times[i])};
}

/** Time of llama.cpp's forwards since it was last asked for. */
async function ownSeconds() {
    const own = await ownMillis(context);
    return (own.prompt + own.decode) / 1000;
}

/** The smallest value that at least so many per cent do not exceed. */
function percentile(values, percent) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
}
