"""Writes the tiny models of two families in every quantised format, with what they are when dequantised.

    pip install torch transformers safetensors
    python tools/golden/quantized.py tidar-engine/src/test/resources/golden

The float models are those of `families.py`: `qwen3`, whose matrices are separate, and `phi3`, whose are fused. One
folder a case under `quantized/`, named FAMILY-FORMAT:

    config.json                the family's, with the quantization_config that the format's own tools write
    model.safetensors          linear layers quantised, everything else as it was
    dequantized.safetensors    the same tensors as a float model: linear layers in float32, (code - zero) * scale

Codes, zero points and scales are drawn from the weights by rounding to nearest; how good that is does not matter here.
What is dequantised comes from them and never from the packed tensors, so that reading cannot repeat a mistake of
writing. The layouts were written from the definitions: compressed-tensors (`compressors/pack_quantized`,
`compressors/naive_quantized`, `quantization/lifecycle/forward.py`), AutoGPTQ (`qlinear_cuda_old.py`: zero points less 1)
and GPTQModel (`gptq_v2`: zero points as they are), AutoAWQ (`modules/linear/gemm.py`), transformers
(`integrations/finegrained_fp8.py`). Those packages were not at hand, except transformers, whose `Fp8Dequantize` is held
against the blocks of this script. 8-bit floats are PyTorch's.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "qkv_proj", "gate_up_proj")
AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]


def pack(values, bits, dim, order=None):
    """Unsigned integers into int32 words along a dimension, padded with zeros; `order` says which goes where."""
    values = values.transpose(dim, -1).to(torch.int64)
    per = 32 // bits
    padded = torch.nn.functional.pad(values, (0, -values.shape[-1] % per))
    words = padded.reshape(*padded.shape[:-1], -1, per)[..., order or list(range(per))]
    packed = (words << (torch.arange(per) * bits)).sum(-1)
    packed = torch.where(packed >= 2 ** 31, packed - 2 ** 32, packed).to(torch.int32)
    return packed.transpose(dim, -1).contiguous()


def grouped(weight, group_of, groups):
    """The smallest and the largest weight of each group of columns, [rows, groups]."""
    low = torch.stack([weight[:, group_of == g].min(1).values for g in range(groups)], 1)
    high = torch.stack([weight[:, group_of == g].max(1).values for g in range(groups)], 1)
    return low, high


def integers(weight, bits, group_of, symmetric, scale_type):
    """Unsigned codes, unsigned zero points and scales of groups, and what they stand for in float32."""
    groups = int(group_of.max()) + 1
    low, high = grouped(weight, group_of, groups)
    top = 2 ** bits - 1
    if symmetric:
        scale = (2 * torch.maximum(-low, high) / top).to(scale_type).float()
        zero = torch.full_like(scale, 2 ** (bits - 1))
    else:
        low, high = low.clamp(max=0), high.clamp(min=0)
        scale = ((high - low) / top).to(scale_type).float()
        zero = (-low / scale).round().clamp(1, top)
    code = (weight / scale[:, group_of] + zero[:, group_of]).round().clamp(0, top)
    return code.long(), zero.long(), scale.to(scale_type), (code - zero[:, group_of]) * scale[:, group_of]


def neighbours(weight, group):
    return torch.arange(weight.shape[1]) // (group or weight.shape[1])


def shuffled(weight, group, generator):
    """Groups by activation: columns in the order of some importance, split into groups."""
    index = torch.empty(weight.shape[1], dtype=torch.int64)
    index[torch.randperm(weight.shape[1], generator=generator)] = torch.arange(weight.shape[1]) // group
    return index


def compressed_config(form, **weights):
    activations = weights.pop("activations", None)
    kv = weights.pop("kv", None)
    return dict(
        quant_method="compressed-tensors", format=form, quantization_status="compressed", global_compression_ratio=None,
        ignore=["lm_head"], kv_cache_scheme=kv, sparsity_config={}, transform_config={}, version="0.12.2",
        config_groups=dict(group_0=dict(
            targets=["Linear"], input_activations=activations, output_activations=None,
            weights=dict(dict(actorder=None, block_structure=None, dynamic=False, group_size=None, num_bits=8,
                              observer="minmax", observer_kwargs={}, strategy="channel", symmetric=True, type="int"),
                         **weights))))


def packed_int(bits, group, symmetric, by_activation=False):
    def quantize(weight, generator):
        index = shuffled(weight, group, generator) if by_activation else neighbours(weight, group)
        code, zero, scale, value = integers(weight, bits, index, symmetric, torch.bfloat16)
        tensors = {"weight_packed": pack(code, bits, 1), "weight_scale": scale,
                   "weight_shape": torch.tensor(weight.shape, dtype=torch.int64)}
        if not symmetric:
            tensors["weight_zero_point"] = pack(zero, bits, 0)
        if by_activation:
            tensors["weight_g_idx"] = index.to(torch.int32)
        return tensors, value

    return quantize, compressed_config(
        "pack-quantized", num_bits=bits, strategy="group" if group else "channel", group_size=group,
        symmetric=symmetric, actorder="group" if by_activation else None)


def naive_int8(group, symmetric):
    def quantize(weight, _):
        code, zero, scale, value = integers(weight, 8, neighbours(weight, group), symmetric, torch.bfloat16)
        tensors = {"weight": (code - 128).to(torch.int8), "weight_scale": scale}
        if not symmetric:
            tensors["weight_zero_point"] = (zero - 128).to(torch.int8)
        return tensors, value

    dynamic = dict(num_bits=8, type="int", symmetric=True, strategy="token", dynamic=True)
    return quantize, compressed_config(
        "int-quantized", strategy="group" if group else "channel", group_size=group, symmetric=symmetric,
        activations=dynamic)


def float8(weight, height, width, kind):
    """Codes and scales [tiles down, tiles across], and what they stand for in float32."""
    rows, columns = weight.shape
    down, across = -(-rows // height), -(-columns // width)
    padded = torch.nn.functional.pad(weight, (0, across * width - columns, 0, down * height - rows))
    largest = padded.reshape(down, height, across, width).abs().amax((1, 3))
    scale = largest / torch.finfo(kind).max
    spread = scale.repeat_interleave(height, 0)[:rows].repeat_interleave(width, 1)[:, :columns]
    code = (weight / spread).to(kind)
    return code, scale, code.float() * spread


def compressed_fp8(strategy, static):
    def quantize(weight, _):
        height, width = (1 if strategy == "channel" else weight.shape[0]), weight.shape[1]
        code, scale, _ = float8(weight, height, width, torch.float8_e4m3fn)
        scale = scale.bfloat16()
        tensors = {"weight": code, "weight_scale": scale if strategy == "channel" else scale.reshape(1)}
        if static:
            tensors["input_scale"] = torch.tensor([0.5], dtype=torch.bfloat16)
        return tensors, code.float() * scale.float()

    kind = dict(num_bits=8, type="float", symmetric=True)
    activations = dict(kind, strategy="tensor", dynamic=False) if static else dict(kind, strategy="token", dynamic=True)
    return quantize, compressed_config(
        "float-quantized", type="float", strategy=strategy, activations=activations,
        kv=dict(kind, strategy="tensor", dynamic=False) if static else None)


def block_fp8(height, width, kind):
    def quantize(weight, _):
        code, scale, value = float8(weight, height, width, kind)
        check_blocks(code, scale, value, height, width)
        return {"weight": code, "weight_scale_inv": scale}, value

    return quantize, dict(
        quant_method="fp8", activation_scheme="dynamic", fmt="e4m3" if kind == torch.float8_e4m3fn else "e5m2",
        weight_block_size=[height, width], modules_to_not_convert=["lm_head"])


def check_blocks(code, scale, value, height, width):
    """Holds whole blocks against transformers."""
    from transformers.integrations.finegrained_fp8 import Fp8Dequantize

    if code.shape[0] % height == 0 and code.shape[1] % width == 0:
        theirs = Fp8Dequantize(None)._dequantize_one(code, scale, torch.float32)
        assert torch.equal(theirs, value)


def gptq(bits, group, symmetric, by_activation, form):
    def quantize(weight, generator):
        index = shuffled(weight, group, generator) if by_activation else neighbours(weight, group)
        code, zero, scale, value = integers(weight, bits, index, symmetric, torch.float16)
        stored = zero - 1 if form == "gptq" else zero
        tensors = {"qweight": pack(code.T, bits, 0), "qzeros": pack(stored.T, bits, 1), "scales": scale.T.contiguous(),
                   "g_idx": index.to(torch.int32)}
        if form == "gptq":
            tensors["bias"] = torch.zeros(weight.shape[0], dtype=torch.float16)
        return tensors, value

    return quantize, dict(
        quant_method="gptq", bits=bits, group_size=group or -1, desc_act=by_activation, sym=symmetric,
        checkpoint_format=form, pack_dtype="int32", true_sequential=True, lm_head=False, damp_percent=0.05,
        static_groups=False, meta=dict(quantizer=["any:0.0"]), dynamic=None)


def awq(group):
    def quantize(weight, _):
        code, zero, scale, value = integers(weight, 4, neighbours(weight, group), False, torch.float16)
        return {"qweight": pack(code.T, 4, 1, AWQ_ORDER), "qzeros": pack(zero.T, 4, 1, AWQ_ORDER),
                "scales": scale.T.contiguous()}, value

    return quantize, dict(
        quant_method="awq", bits=4, group_size=group, zero_point=True, version="gemm", modules_to_not_convert=None)


FORMATS = {
    "packed-int4": packed_int(4, 8, True),
    "packed-int4-zeros-by-activation": packed_int(4, 8, False, True),
    "packed-int8-row": packed_int(8, None, False),
    "int8": naive_int8(None, True),
    "int8-groups-zeros": naive_int8(8, False),
    "fp8-row": compressed_fp8("channel", False),
    "fp8-tensor-static": compressed_fp8("tensor", True),
    "fp8-block": block_fp8(16, 8, torch.float8_e4m3fn),
    "fp8-block-e5m2": block_fp8(16, 16, torch.float8_e5m2),
    "gptq": gptq(4, 8, True, False, "gptq"),
    "gptq-by-activation": gptq(4, 8, False, True, "gptq"),
    "gptq-v2-int8-row": gptq(8, None, False, False, "gptq_v2"),
    "awq": awq(8),
}
CASES = {"qwen3": list(FORMATS), "phi3": ["packed-int4", "fp8-block", "gptq-by-activation", "awq"]}


def make(root, family, name, seed):
    base, folder = root / "families" / family, root / "quantized" / f"{family}-{name}"
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(seed)
    quantize, config = FORMATS[name]
    stored, floats = {}, {}
    for tensor, value in load_file(base / "model.safetensors").items():
        module = tensor.removesuffix(".weight")
        if not module.endswith(LINEAR):
            stored[tensor] = floats[tensor] = value
            continue
        parts, floats[tensor] = quantize(value.float(), generator)
        stored.update({f"{module}.{part}": found for part, found in parts.items()})
    if config.get("kv_cache_scheme"):
        stored["model.layers.0.self_attn.k_scale"] = torch.tensor([0.25])
        stored["model.layers.0.self_attn.v_scale"] = torch.tensor([0.25])
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    save_file(floats, folder / "dequantized.safetensors", metadata={"format": "pt"})
    whole = json.loads((base / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(dict(whole, quantization_config=config), indent=2) + "\n")
    print(folder.name, sum(file.stat().st_size for file in folder.iterdir()))


if __name__ == "__main__":
    number = 400
    for family, names in CASES.items():
        for name in names:
            make(Path(sys.argv[1]), family, name, number)
            number += 1
