// Opens llama.cpp on the CPU, and reads its own counters.

import {getLlama, LlamaLogLevel} from "node-llama-cpp";

/** What llama.cpp has logged since its counters were last asked for. */
const log = [];

/** llama.cpp with so many threads; one in a process, because the counters are read from its log. */
export function openLlama(threads) {
    return getLlama({
        gpu: false,
        build: "never",
        skipDownload: true,
        progressLogs: false,
        maxThreads: threads,
        logLevel: LlamaLogLevel.info,
        logger: (level, message) => log.push(message),
    });
}

/**
 * Milliseconds of the forwards of a context since they were last asked for; it must track its performance. llama.cpp counts
 * forwards of several tokens as those of a prompt.
 */
export async function ownMillis(context) {
    log.length = 0;
    await context.printTimings();
    const text = log.join("\n");
    const prompt = /prompt eval time\s*=\s*([\d.]+) ms/.exec(text);
    const decode = /[^t] eval time\s*=\s*([\d.]+) ms/.exec(text);
    if (!prompt || !decode) {
        throw new Error(`llama.cpp must print its timings, but printed: ${text}`);
    }
    return {prompt: Number(prompt[1]), decode: Number(decode[1])};
}
