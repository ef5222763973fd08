"""Writes tiny random checkpoints of every family with what transformers computes from them.

    pip install torch transformers safetensors
    python tools/golden/families.py tidar-engine/src/test/resources/golden/families

One folder a case: config.json in the spelling of the published checkpoints, model.safetensors (bfloat16),
draft_adapter/ (PEFT LoRA; linear_spec_lora/ for Nemotron), and expected.json:

    prompt     token ids, longer than the original context and than every window
    greedy     the tokens that follow, the mask token left out
    margin     the closest that the two best logits come to each other on the way
    mask       id of the mask token
    block      draft block, for the loader
    exact      logits of the last rows of the prompt, [rows][vocab]
    plain      logits of 4 mask rows after the prompt, which see the prompt and each other, [4][vocab]
    adapted    the same with the adapter on these rows

transformers reads config.json itself, so its reading is independent of the engine's too. Nemotron-Labs-Diffusion is
computed by Ministral 3, whose network it has, with the names changed. Weights are rounded to bfloat16 and computed in
float32 with attention in plain matrix products ("eager").
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, Ministral3Config, Ministral3ForCausalLM

VOCAB, MASK, GROUP, EXACT, LENGTH, TOKENS = 61, 60, 4, 3, 150, 24


def base(model_type, architecture, **changes):
    config = dict(
        architectures=[architecture], model_type=model_type, hidden_act="silu", hidden_size=24, intermediate_size=32,
        num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, vocab_size=VOCAB,
        max_position_embeddings=512, rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=False,
        bos_token_id=1, eos_token_id=2, pad_token_id=0, torch_dtype="bfloat16")
    config.update(changes)
    return {key: value for key, value in config.items() if value is not None}


YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32)
MINISTRAL = dict(
    rope_type="yarn", rope_theta=1e6, factor=16.0, original_max_position_embeddings=32, beta_fast=32.0, beta_slow=1.0,
    mscale=1.0, mscale_all_dim=1.0, llama_4_scaling_beta=0.1)

CASES = {
    "llama3": base(
        "llama", "LlamaForCausalLM", head_dim=16, tie_word_embeddings=True, rope_theta=500000.0,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                          original_max_position_embeddings=64)),
    "llama-linear": base(
        "llama", "LlamaForCausalLM", head_dim=16, attention_bias=True, mlp_bias=True,
        rope_scaling=dict(type="linear", factor=4.0)),
    "qwen2": base(
        "qwen2", "Qwen2ForCausalLM", num_hidden_layers=3, num_attention_heads=3, tie_word_embeddings=True,
        use_sliding_window=True, sliding_window=33, max_window_layers=1, rope_scaling=YARN),
    "qwen3": base("qwen3", "Qwen3ForCausalLM", head_dim=16, rope_theta=1e6, rms_norm_eps=1e-6, rope_scaling=YARN),
    "smollm3": base(
        "smollm3", "SmolLM3ForCausalLM", num_hidden_layers=3, head_dim=None, no_rope_layers=[1, 0, 1],
        no_rope_layer_interval=2, tie_word_embeddings=None, rope_theta=None,
        rope_parameters=dict(rope_type="default", rope_theta=2e6), use_sliding_window=False),
    "mistral": base("mistral", "MistralForCausalLM", head_dim=16, sliding_window=40),
    "ministral3": base(
        "ministral3", "Ministral3ForCausalLM", head_dim=16, rope_theta=None, rope_parameters=MINISTRAL,
        sliding_window=None),
    "nemotron-base": base(
        "nemotron_labs_diffusion", "NemotronLabsDiffusionModel", head_dim=16, rope_theta=None,
        rope_parameters=dict(MINISTRAL, type="yarn", factor=0.25), dlm_paradigm="bidirectional", block_size=32,
        mask_token_id=MASK, attention_bias=False, mlp_bias=False),
    "phi3": base("phi3", "Phi3ForCausalLM", sliding_window=47, original_max_position_embeddings=512),
    "phi4-mini": base(
        "phi3", "Phi3ForCausalLM", num_attention_heads=2, hidden_size=32, tie_word_embeddings=True,
        partial_rotary_factor=0.75, original_max_position_embeddings=64, sliding_window=512,
        rope_scaling=dict(type="longrope", short_factor=[1.0] * 6, long_factor=[1.0, 1.1, 1.5, 2.0, 4.0, 7.5])),
    "granite": base(
        "granite", "GraniteForCausalLM", hidden_size=32, tie_word_embeddings=True, embedding_multiplier=12.0,
        residual_multiplier=0.22, attention_multiplier=0.11, logits_scaling=8.0, attention_bias=False, mlp_bias=False),
}
ADAPTED = {"phi3": ["qkv_proj", "gate_up_proj", "o_proj"], "phi4-mini": ["qkv_proj", "down_proj"],
           "nemotron-base": ["o_proj"]}
FOLDERS = {"nemotron-base": "linear_spec_lora"}


def network(case, folder):
    config = CASES[case]
    if case != "nemotron-base":
        return AutoModelForCausalLM.from_config(
            AutoConfig.from_pretrained(folder), attn_implementation="eager", dtype=torch.float32)
    known = {key: value for key, value in config.items() if key not in ("architectures", "model_type", "torch_dtype")}
    rope = {key: value for key, value in known.pop("rope_parameters").items() if key != "type"}
    return Ministral3ForCausalLM._from_config(
        Ministral3Config(rope_parameters=rope, sliding_window=None, **known), attn_implementation="eager",
        dtype=torch.float32)


def file_name(case, name):
    if case != "nemotron-base":
        return name
    return name.replace("model.", "encoder.", 1).replace("lm_head", "diffusion_head")


def window_of(case):
    """The window of sliding layers; 0 where there is none."""
    return CASES[case].get("sliding_window") or 0


def masks(case, rows, prompt):
    """Additive masks [1, 1, rows, rows] of full and of sliding layers: causal, but the last rows see each other."""
    at = torch.arange(rows)
    sees = at[None, :] <= at[:, None]
    window = window_of(case)
    near = at[None, :] > at[:, None] - window if window else torch.ones_like(sees)
    group = (at[:, None] >= prompt) & (at[None, :] >= prompt)

    def additive(visible):
        return torch.zeros(1, 1, rows, rows).masked_fill(~(visible | group), torch.finfo(torch.float32).min)

    return additive(sees), additive(sees & near)


def forward(model, case, tokens, prompt):
    full, sliding = masks(case, len(tokens), prompt)
    by_layer = case in ("qwen2", "qwen3", "smollm3")
    mask = dict(full_attention=full, sliding_attention=sliding) if by_layer else sliding if window_of(case) else full
    return model(torch.tensor([tokens]), attention_mask=mask, position_ids=torch.arange(len(tokens))[None],
                 use_cache=False).logits[0]


def add_adapter(case, model, folder, generator):
    """A LoRA on some linear layers; returns a function that switches it on for rows from one on, or off."""
    rank, alpha, tensors = 2, 4, {}
    targets = ADAPTED.get(case, ["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"])
    first = [None]
    for name, module in model.named_modules():
        if not name.endswith(tuple(targets)):
            continue
        a = torch.randn(rank, module.in_features, generator=generator) * 0.3
        b = torch.randn(module.out_features, rank, generator=generator) * 0.3
        key = "base_model.model." + file_name(case, name)
        tensors[key + ".lora_A.weight"], tensors[key + ".lora_B.weight"] = a, b

        def hook(_, inputs, output, a=a, b=b):
            if first[0] is None:
                return output
            changed = output.clone()
            changed[:, first[0]:] += inputs[0][:, first[0]:] @ a.T @ b.T * (alpha / rank)
            return changed

        module.register_forward_hook(hook)
    folder.mkdir()
    save_file(tensors, str(folder / "adapter_model.safetensors"), metadata={"format": "pt"})
    (folder / "adapter_config.json").write_text(json.dumps(dict(
        peft_type="LORA", task_type="CAUSAL_LM", r=rank, lora_alpha=alpha, lora_dropout=0.0, bias="none",
        use_rslora=False, fan_in_fan_out=False, target_modules=targets), indent=2) + "\n")

    def switch(row):
        first[0] = row

    return switch


def rounded(rows):
    return [[float("%.8g" % value) for value in row] for row in rows.tolist()]


@torch.no_grad()
def make(case, folder, seed):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CASES[case], indent=2) + "\n")
    generator = torch.Generator().manual_seed(seed)
    model = network(case, folder).eval()
    for name, parameter in model.named_parameters():
        if "norm" in name:
            value = 1 + 0.1 * torch.randn(parameter.shape, generator=generator)
        else:
            value = 0.3 * torch.randn(parameter.shape, generator=generator)
        parameter.copy_(value.bfloat16().float())
    tied = model.config.tie_word_embeddings
    tensors = {file_name(case, name): value.bfloat16().clone() for name, value in model.state_dict().items()
               if not (tied and name == "lm_head.weight")}
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    switch = add_adapter(case, model, folder / FOLDERS.get(case, "draft_adapter"), generator)

    prompt = torch.randint(0, VOCAB - 1, (LENGTH,), generator=generator).tolist()
    tokens, margin = list(prompt), float("inf")
    for _ in range(TOKENS):
        logits = forward(model, case, tokens, len(tokens))[-1]
        logits[MASK] = float("-inf")
        best = logits.topk(2).values
        margin = min(margin, float(best[0] - best[1]))
        tokens.append(int(logits.argmax()))
    rows = prompt + [MASK] * GROUP
    plain = forward(model, case, rows, LENGTH)
    switch(LENGTH)
    adapted = forward(model, case, rows, LENGTH)
    (folder / "expected.json").write_text(json.dumps(dict(
        prompt=prompt, greedy=tokens[LENGTH:], margin=round(margin, 6), mask=MASK,
        block=CASES[case].get("block_size", 8),
        exact=rounded(plain[LENGTH - EXACT:LENGTH]), plain=rounded(plain[LENGTH:]),
        adapted=rounded(adapted[LENGTH:]))) + "\n")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    moved = float((plain[LENGTH:] - adapted[LENGTH:]).abs().max())
    print(f"{case}: {size} bytes, margin {margin:.4f}, largest logit {float(plain.abs().max()):.2f}, adapter {moved:.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    for number, case in enumerate(CASES):
        make(case, root / case, 300 + number)
