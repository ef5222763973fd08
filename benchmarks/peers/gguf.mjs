// Writes GGUF version 3, the file format of llama.cpp. Source: docs/gguf.md in github.com/ggml-org/ggml.

import fs from "node:fs";

const MAGIC = 0x46554747; // "GGUF", little-endian
const VERSION = 3;
const ALIGNMENT = 32;

/** Types of metadata values. */
export const U32 = 4, I32 = 5, F32 = 6, BOOL = 7, STRING = 8, ARRAY = 9;

/** Types of tensors, with the bytes of one block and the elements in it. */
export const TENSOR_F32 = {id: 0, blockBytes: 4, blockElements: 1};
export const TENSOR_Q8_0 = {id: 8, blockBytes: 34, blockElements: 32};

/**
 * Writes a file.
 *
 * @param metadata list of `[key, type, value]`; an array's value is `{of, items}`
 * @param tensors list of `{name, rows, columns, type, bytes}`; columns vary fastest, rows 0 stands for a vector, and
 *     `bytes()` is called once, in order
 */
export function writeGguf(file, metadata, tensors) {
    const out = fs.openSync(file, "w");
    const header = new Bytes();
    header.u32(MAGIC).u32(VERSION).u64(tensors.length).u64(metadata.length);
    metadata.forEach(([key, type, value]) => header.string(key).u32(type).value(type, value));
    let offset = 0;
    for (const tensor of tensors) {
        const dimensions = tensor.rows === 0 ? [tensor.columns] : [tensor.columns, tensor.rows];
        header.string(tensor.name).u32(dimensions.length);
        dimensions.forEach((size) => header.u64(size));
        header.u32(tensor.type.id).u64(offset);
        offset += aligned(sizeOf(tensor));
    }
    writePadded(out, header.toBuffer());
    for (const tensor of tensors) {
        const bytes = tensor.bytes();
        if (bytes.length !== sizeOf(tensor)) {
            throw new Error(`${tensor.name} must have ${sizeOf(tensor)} bytes, but has ${bytes.length}`);
        }
        writePadded(out, bytes);
    }
    fs.closeSync(out);
}

function sizeOf(tensor) {
    const elements = tensor.columns * Math.max(1, tensor.rows);
    return (elements / tensor.type.blockElements) * tensor.type.blockBytes;
}

function aligned(size) {
    return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function writePadded(out, bytes) {
    fs.writeSync(out, bytes);
    fs.writeSync(out, Buffer.alloc(aligned(bytes.length) - bytes.length));
}

class Bytes {
    #parts = [];

    u32(number) {
        const part = Buffer.alloc(4);
        part.writeUInt32LE(number);
        return this.#add(part);
    }

    u64(number) {
        const part = Buffer.alloc(8);
        part.writeBigUInt64LE(BigInt(number));
        return this.#add(part);
    }

    string(text) {
        const utf8 = Buffer.from(text, "utf8");
        return this.u64(utf8.length).#add(utf8);
    }

    value(type, value) {
        const part = Buffer.alloc(4);
        switch (type) {
            case U32:
                return this.u32(value);
            case I32:
                part.writeInt32LE(value);
                return this.#add(part);
            case F32:
                part.writeFloatLE(value);
                return this.#add(part);
            case BOOL:
                return this.#add(Buffer.from([value ? 1 : 0]));
            case STRING:
                return this.string(value);
            case ARRAY:
                this.u32(value.of).u64(value.items.length);
                value.items.forEach((item) => this.value(value.of, item));
                return this;
            default:
                throw new Error(`metadata type must be one of U32, I32, F32, BOOL, STRING, ARRAY, but is ${type}`);
        }
    }

    toBuffer() {
        return Buffer.concat(this.#parts);
    }

    #add(part) {
        this.#parts.push(part);
        return this;
    }
}
