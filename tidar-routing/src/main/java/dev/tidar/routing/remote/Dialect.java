package dev.tidar.routing.remote;

/** Which fields a server understands beyond those of OpenAI's API. */
public enum Dialect {
    /** OpenAI's own. */
    OPENAI,
    /**
     * Those of tidar-openai-api: top_k, min_p, repetition_penalty, min_tokens, stop_token_ids, ignore_eos, thoughts.
     */
    TIDAR,
    /** The same, and cache_salt. */
    VLLM
}
