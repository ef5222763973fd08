// Matrices as the bytes of a GGUF tensor.

const BLOCK = 32;
const BLOCK_BYTES = 2 + BLOCK;

export function f32Bytes(values) {
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * Q8_0: blocks of 32 integers behind one f16 scale.
 *
 * A checkpoint of int8 rows is carried over integer for integer, with the scale of the row in each of its blocks: the file
 * then holds exactly the weights that TiDAR runs. Where a scale is no f16, or the checkpoint is not int8, each block gets the
 * scale max / 127.
 *
 * @returns `{bytes, exact}`: exact counts the blocks carried over as they are
 */
export function q8Bytes({rows, columns, values, int8}) {
    if (columns % BLOCK !== 0) {
        throw new Error(`columns of a Q8_0 matrix must be a multiple of ${BLOCK}, but are ${columns}`);
    }
    const bytes = Buffer.alloc((rows * columns / BLOCK) * BLOCK_BYTES);
    let exact = 0;
    for (let block = 0; block < rows * columns / BLOCK; block++) {
        const from = block * BLOCK;
        const at = block * BLOCK_BYTES;
        const rowScale = int8?.scales[Math.floor(from / columns)];
        const half = rowScale === undefined ? null : toHalf(rowScale);
        if (half !== null && fromHalf(half) === rowScale) {
            bytes.writeUInt16LE(half, at);
            for (let i = 0; i < BLOCK; i++) {
                bytes.writeInt8(int8.stored[from + i], at + 2 + i);
            }
            exact++;
        } else {
            requantize(values.subarray(from, from + BLOCK), bytes, at);
        }
    }
    return {bytes, exact};
}

function requantize(block, bytes, at) {
    const largest = block.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const half = toHalf(largest / 127);
    const scale = largest / 127;
    bytes.writeUInt16LE(half, at);
    block.forEach((value, i) => bytes.writeInt8(scale === 0 ? 0 : Math.round(value / scale), at + 2 + i));
}

/** The nearest f16 of a number that is not negative and below 65504, ties to even. */
export function toHalf(value) {
    if (value < 2 ** -14) {
        return roundHalfEven(value * 2 ** 24); // subnormal: steps of 2^-24
    }
    const exponent = Math.floor(Math.log2(value));
    const mantissa = roundHalfEven((value / 2 ** exponent - 1) * 1024);
    return ((exponent + 15) << 10) + mantissa; // a mantissa of 1024 carries into the exponent
}

export function fromHalf(half) {
    const exponent = half >> 10;
    const mantissa = half & 1023;
    return exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundHalfEven(value) {
    const floor = Math.floor(value);
    const rest = value - floor;
    return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
