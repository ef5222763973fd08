// Reads a model folder: config.json, tokenizer.json and the safetensors files.

import fs from "node:fs";
import path from "node:path";

/** The matrices of a folder, read one at a time. Element types F32, BF16 and I8 with one scale a row. */
export class Checkpoint {
    #tensors = new Map();

    constructor(folder) {
        this.config = readJson(folder, "config.json");
        this.tokenizer = readJson(folder, "tokenizer.json");
        this.tokenizerConfig = readJson(folder, "tokenizer_config.json");
        this.name = path.basename(path.resolve(folder));
        for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".safetensors")).sort()) {
            this.#index(path.join(folder, file));
        }
    }

    #index(file) {
        const handle = fs.openSync(file, "r");
        const length = Number(readAt(handle, 0, 8).readBigUInt64LE());
        const header = JSON.parse(readAt(handle, 8, length).toString("utf8"));
        for (const [name, tensor] of Object.entries(header)) {
            if (name !== "__metadata__") {
                const [start, end] = tensor.data_offsets;
                const read = () => readAt(handle, 8 + length + start, end - start);
                this.#tensors.set(name, {dtype: tensor.dtype, shape: tensor.shape, read});
            }
        }
    }

    shape(name) {
        const [rows, columns = 1] = this.#tensor(name).shape;
        return {rows, columns};
    }

    /** A tensor as `{rows, columns, values, int8}`: values in f32, and for I8 also the stored integers with their scales. */
    matrix(name) {
        const tensor = this.#tensor(name);
        const {rows, columns} = this.shape(name);
        const bytes = tensor.read();
        if (tensor.dtype !== "I8") {
            return {rows, columns, values: toFloats(name, tensor.dtype, bytes), int8: null};
        }
        const scaleTensor = this.#tensor(`${name}_scale`);
        const scales = toFloats(`${name}_scale`, scaleTensor.dtype, scaleTensor.read());
        const stored = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
        const values = new Float32Array(stored.length);
        for (let i = 0; i < stored.length; i++) {
            values[i] = stored[i] * scales[Math.floor(i / columns)];
        }
        return {rows, columns, values, int8: {stored, scales}};
    }

    #tensor(name) {
        const tensor = this.#tensors.get(name);
        if (tensor === undefined) {
            throw new Error(`the checkpoint must have the tensor ${name}, but has not`);
        }
        return tensor;
    }
}

function readJson(folder, name) {
    return JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
}

function readAt(handle, position, length) {
    const buffer = Buffer.alloc(length);
    const count = fs.readSync(handle, buffer, 0, length, position);
    if (count !== length) {
        throw new Error(`a safetensors file must have ${length} bytes at ${position}, but has ${count}`);
    }
    return buffer;
}

function toFloats(name, dtype, bytes) {
    if (dtype === "F32") {
        return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    }
    if (dtype === "BF16") {
        const halves = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        const bits = new Uint32Array(halves.length);
        for (let i = 0; i < halves.length; i++) {
            bits[i] = halves[i] << 16;
        }
        return new Float32Array(bits.buffer);
    }
    throw new Error(`${name} must be F32, BF16 or I8, but is ${dtype}`);
}
