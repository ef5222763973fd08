// node write-gguf.mjs MODEL_FOLDER OUT.gguf f32|q8_0
//
// Writes the weights of a Llama-shaped model folder as GGUF, so that llama.cpp runs the weights that TiDAR runs. The draft
// adapter and the mask token's meaning stay behind: llama.cpp decodes one token a forward.

import {Checkpoint} from "./checkpoint.mjs";
import {ARRAY, BOOL, F32, I32, STRING, TENSOR_F32, TENSOR_Q8_0, U32, writeGguf} from "./gguf.mjs";
import {f32Bytes, q8Bytes} from "./quantize.mjs";

const FILE_TYPES = {f32: 0, q8_0: 7};
const NORMAL = 1, CONTROL = 3;

/** The projections of a layer: name in the checkpoint, name in GGUF. */
const PROJECTIONS = [
    ["self_attn.q_proj", "attn_q"],
    ["self_attn.k_proj", "attn_k"],
    ["self_attn.v_proj", "attn_v"],
    ["self_attn.o_proj", "attn_output"],
    ["mlp.gate_proj", "ffn_gate"],
    ["mlp.up_proj", "ffn_up"],
    ["mlp.down_proj", "ffn_down"],
];

const [folder, file, format] = process.argv.slice(2);
if (!folder || !file || !(format in FILE_TYPES)) {
    console.error("usage: node write-gguf.mjs MODEL_FOLDER OUT.gguf f32|q8_0");
    process.exit(2);
}

const checkpoint = new Checkpoint(folder);
const config = checkpoint.config;
if (config.model_type !== "llama") {
    throw new Error(`model_type must be llama, but is ${config.model_type}`);
}
const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
const blocks = {exact: 0, all: 0};

writeGguf(file, [...architecture(), ...vocabulary()], [...tensors()]);
console.log(`${file}: ${format}` + (format === "q8_0" ? `, ${blocks.exact} of ${blocks.all} blocks integer for integer` : ""));

function architecture() {
    return [
        ["general.architecture", STRING, "llama"],
        ["general.name", STRING, checkpoint.name],
        ["general.file_type", U32, FILE_TYPES[format]],
        ["llama.context_length", U32, config.max_position_embeddings],
        ["llama.embedding_length", U32, config.hidden_size],
        ["llama.block_count", U32, config.num_hidden_layers],
        ["llama.feed_forward_length", U32, config.intermediate_size],
        ["llama.attention.head_count", U32, config.num_attention_heads],
        ["llama.attention.head_count_kv", U32, config.num_key_value_heads],
        ["llama.attention.key_length", U32, headDim],
        ["llama.attention.value_length", U32, headDim],
        ["llama.attention.layer_norm_rms_epsilon", F32, config.rms_norm_eps],
        ["llama.rope.dimension_count", U32, headDim],
        ["llama.rope.freq_base", F32, config.rope_theta],
        ["llama.vocab_size", U32, config.vocab_size],
    ];
}

function vocabulary() {
    const {model, added_tokens: added} = checkpoint.tokenizer;
    const tokens = new Array(config.vocab_size);
    const types = new Array(config.vocab_size).fill(NORMAL);
    Object.entries(model.vocab).forEach(([token, id]) => (tokens[id] = token));
    for (const token of added) {
        tokens[token.id] = token.content;
        types[token.id] = token.special ? CONTROL : NORMAL;
    }
    const merges = model.merges.map((merge) => (Array.isArray(merge) ? merge.join(" ") : merge));
    return [
        ["tokenizer.ggml.model", STRING, "gpt2"],
        ["tokenizer.ggml.pre", STRING, "smollm"],
        ["tokenizer.ggml.tokens", ARRAY, {of: STRING, items: tokens}],
        ["tokenizer.ggml.token_type", ARRAY, {of: I32, items: types}],
        ["tokenizer.ggml.merges", ARRAY, {of: STRING, items: merges}],
        ["tokenizer.ggml.bos_token_id", U32, config.bos_token_id],
        ["tokenizer.ggml.eos_token_id", U32, config.eos_token_id],
        ["tokenizer.ggml.add_bos_token", BOOL, false],
        ["tokenizer.chat_template", STRING, checkpoint.tokenizerConfig.chat_template],
    ];
}

function* tensors() {
    yield matrix("model.embed_tokens.weight", "token_embd.weight");
    for (let layer = 0; layer < config.num_hidden_layers; layer++) {
        const from = `model.layers.${layer}`;
        const to = `blk.${layer}`;
        yield vector(`${from}.input_layernorm.weight`, `${to}.attn_norm.weight`);
        yield vector(`${from}.post_attention_layernorm.weight`, `${to}.ffn_norm.weight`);
        for (const [source, target] of PROJECTIONS) {
            yield matrix(`${from}.${source}.weight`, `${to}.${target}.weight`);
        }
    }
    yield vector("model.norm.weight", "output_norm.weight");
    if (!config.tie_word_embeddings) {
        yield matrix("lm_head.weight", "output.weight");
    }
}

function vector(source, name) {
    const {rows, values} = checkpoint.matrix(source);
    return {name, rows: 0, columns: rows, type: TENSOR_F32, bytes: () => f32Bytes(values)};
}

function matrix(source, name) {
    const bytes = () => {
        const read = checkpoint.matrix(source);
        const stored = /attn_[qk]/.test(name) ? interleaved(read) : read;
        if (format === "f32") {
            return f32Bytes(stored.values);
        }
        const quantized = q8Bytes(stored);
        blocks.exact += quantized.exact;
        blocks.all += quantized.bytes.length / TENSOR_Q8_0.blockBytes;
        return quantized.bytes;
    };
    const type = format === "f32" ? TENSOR_F32 : TENSOR_Q8_0;
    return {name, ...checkpoint.shape(source), type, bytes};
}

/** Query and key rows in the order of interleaved RoPE: pairs (i, i + headDim / 2) of a head become (2 i, 2 i + 1). */
function interleaved({rows, columns, values, int8}) {
    const order = Array.from({length: rows}, (_, row) => {
        const inHead = row % headDim;
        return row - inHead + (inHead % 2) * (headDim / 2) + Math.floor(inHead / 2);
    });
    const gather = (source, width) => {
        const target = new source.constructor(source.length);
        order.forEach((from, to) => target.set(source.subarray(from * width, (from + 1) * width), to * width));
        return target;
    };
    return {
        rows,
        columns,
        values: gather(values, columns),
        int8: int8 && {stored: gather(int8.stored, columns), scales: gather(int8.scales, 1)},
    };
}
