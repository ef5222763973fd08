// node measure.mjs MODEL.gguf PROMPTS.jsonl MAX_TOKENS THREADS
//
// Answers each prompt ({"token_ids": [...]} a line) with llama.cpp on the CPU, greedy, MAX_TOKENS tokens whatever they are,
// and prints one JSON object: tokens, and speeds of the prompt and of the decode. One prompt is answered beforehand to warm up.
//
// Two clocks. The wall clock of this script counts what a caller waits for, as the figures of TiDAR do: prompt until the first
// token, decode from the first token to the last. llama.cpp's own counters leave the binding and the picking of tokens out.

import fs from "node:fs";
import path from "node:path";
import {openLlama, ownMillis} from "./llama.mjs";

const [modelPath, promptsPath, maxTokensText, threadsText] = process.argv.slice(2);
if (!threadsText) {
    console.error("usage: node measure.mjs MODEL.gguf PROMPTS.jsonl MAX_TOKENS THREADS");
    process.exit(2);
}
const maxTokens = Number(maxTokensText);
const threads = Number(threadsText);
const prompts = fs.readFileSync(promptsPath, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line).token_ids);

const llama = await openLlama(threads);
const model = await llama.loadModel({modelPath});
const longest = Math.max(...prompts.map((prompt) => prompt.length));
const context = await model.createContext({
    contextSize: longest + maxTokens + 1,
    batchSize: longest,
    threads: {ideal: threads, min: threads},
    performanceTracking: true,
});
const sequence = context.getSequence();

await answer(prompts[0]);
const answers = [];
for (const prompt of prompts) {
    answers.push(await answer(prompt));
}
console.log(JSON.stringify({
    model: path.basename(modelPath),
    engine: `node-llama-cpp with llama.cpp ${llama.llamaCppRelease.release}`,
    system: llama.systemInfo.trim(),
    threads: context.currentThreads || threads,
    prompt_tokens_per_second: speed("promptTokens", "promptMs"),
    decode_tokens_per_second: speed("decodedTokens", "decodeMs"),
    own_prompt_tokens_per_second: speed("promptTokens", "ownPromptMs"),
    own_decode_tokens_per_second: speed("decodedTokens", "ownDecodeMs"),
    tokens: answers.map((one) => one.tokens),
}));
await llama.dispose();

async function answer(prompt) {
    await sequence.clearHistory();
    const tokens = [];
    const start = performance.now();
    let first = 0;
    for await (const token of sequence.evaluate(prompt, {temperature: 0, yieldEogToken: true})) {
        first ||= performance.now();
        tokens.push(token);
        if (tokens.length === maxTokens) {
            break;
        }
    }
    const end = performance.now();
    const own = await ownMillis(context);
    return {
        tokens,
        promptTokens: prompt.length,
        promptMs: first - start,
        decodedTokens: maxTokens - 1,
        decodeMs: end - first,
        ownPromptMs: own.prompt,
        ownDecodeMs: own.decode,
    };
}

function speed(tokens, millis) {
    const sum = (key) => answers.reduce((total, one) => total + one[key], 0);
    return (sum(tokens) * 1000) / sum(millis);
}
