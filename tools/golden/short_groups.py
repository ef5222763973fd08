"""Adds traces of short groups and of steps without outcomes to the goldens: an implementation of its own, in numpy.

    python short_groups.py tidar-engine/src/test/resources/golden/{llama,llama-adapter,qwen2,qwen3}
    python short_groups.py tidar-engine/src/test/resources/models/stories260k-tidar

It computes the traces that expected.json has already (single pass with all outcomes), fails if one differs, and then
writes beside them

    short_groups[K]             all outcomes, groups without slot 0
    single_pass_k4_no_outcomes  a step of one verify row and a group, then one of four verify rows and none
    short_groups_k4_no_outcomes the same with short groups

in float32, with no cache: each forward computes the whole sequence.
"""
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np

f = np.float32


def tensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    all_ = {}
    for name, t in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            assert t["dtype"] == "F32", name
            begin, end = (8 + size + o for o in t["data_offsets"])
            all_[name] = np.frombuffer(data[begin:end], f).reshape(t["shape"])
    return all_


class Network:
    """A plain decoder of the Llama, Qwen2 and Qwen3 shapes. A draft adapter acts on drafting rows alone."""

    def __init__(self, folder):
        self.c = json.loads((folder / "config.json").read_text())
        self.w = tensors(folder / "model.safetensors")
        self.adapter, adapter = {}, folder / "draft_adapter"
        if adapter.is_dir():
            a = json.loads((adapter / "adapter_config.json").read_text())
            self.scale = f(a["lora_alpha"] / a["r"])
            self.adapter = tensors(adapter / "adapter_model.safetensors")

    def linear(self, x, name, drafting):
        y = x @ self.w[name + ".weight"].T
        if name + ".bias" in self.w:
            y = y + self.w[name + ".bias"]
        a = self.adapter.get(f"base_model.model.{name}.lora_A.weight")
        if a is not None:
            b = self.adapter[f"base_model.model.{name}.lora_B.weight"]
            y = y + (x @ a.T @ b.T) * self.scale * drafting[:, None]
        return y

    def norm(self, x, name):
        eps = f(self.c["rms_norm_eps"])
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * self.w[name + ".weight"]

    def rotate(self, x, positions):
        d = x.shape[-1]
        rope = self.c.get("rope_theta") or self.c["rope_parameters"]["rope_theta"]
        angles = np.array(positions, f)[:, None] * (1 / rope ** (np.arange(0, d, 2, dtype=f) / f(d))).astype(f)
        cos, sin = np.cos(np.hstack((angles, angles)))[:, None], np.sin(np.hstack((angles, angles)))[:, None]
        return x * cos + np.concatenate((-x[..., d // 2:], x[..., :d // 2]), -1) * sin

    def logits(self, tokens, positions, sees, drafting):
        """sees [T, T]: whom each row attends to."""
        c, t = self.c, len(tokens)
        heads, kv = c["num_attention_heads"], c["num_key_value_heads"]
        d = c.get("head_dim") or c["hidden_size"] // heads
        x = self.w["model.embed_tokens.weight"][tokens]
        for i in range(c["num_hidden_layers"]):
            p = f"model.layers.{i}."
            h = self.norm(x, p + "input_layernorm")
            q, k, v = (self.linear(h, f"{p}self_attn.{n}_proj", drafting).reshape(t, -1, d) for n in "qkv")
            if c["model_type"] == "qwen3":
                q, k = self.norm(q, p + "self_attn.q_norm"), self.norm(k, p + "self_attn.k_norm")
            q, k = self.rotate(q, positions), self.rotate(k, positions)
            k, v = (np.repeat(z, heads // kv, 1) for z in (k, v))
            s = np.einsum("thd,shd->hts", q, k) / f(math.sqrt(d))
            s = np.where(sees, s, f(-np.inf))
            s = np.exp(s - s.max(-1, keepdims=True))
            y = np.einsum("hts,shd->thd", s / s.sum(-1, keepdims=True), v).reshape(t, -1)
            x = x + self.linear(y, p + "self_attn.o_proj", drafting)
            h = self.norm(x, p + "post_attention_layernorm")
            gate = self.linear(h, p + "mlp.gate_proj", drafting)
            x = x + self.linear(gate / (1 + np.exp(-gate)) * self.linear(h, p + "mlp.up_proj", drafting),
                                p + "mlp.down_proj", drafting)
        head = self.w["model.embed_tokens.weight"] if c["tie_word_embeddings"] else self.w["lm_head.weight"]
        y = self.norm(x, "model.norm") @ head.T
        y[:, c["mask_token_id"]] = -np.inf
        return y


def forward(net, prefix, rows, groups, k, first):
    """Best tokens of the causal rows after the prefix, and of the groups: one after each count of these rows."""
    n, slots = len(prefix), k - first
    causal = len(prefix) + len(rows)
    total = causal + len(groups) * slots
    sees = np.zeros((total, total), bool)
    sees[:causal, :causal] = np.tri(causal, dtype=bool)
    positions = list(range(causal))
    for g, kept in enumerate(groups):
        r = causal + g * slots
        sees[r:r + slots, :n + kept] = True
        sees[r:r + slots, r:r + slots] = True
        positions += [n + kept + slot for slot in range(first, k)]
    drafting = np.zeros(total, f)
    drafting[causal:] = 1
    tokens = prefix + rows + [net.c["mask_token_id"]] * (len(groups) * slots)
    best = net.logits(np.array(tokens), positions, sees, drafting).argmax(-1).tolist()
    return best[:causal], [best[causal + g * slots:causal + (g + 1) * slots] for g in range(len(groups))]


def decode(net, prompt, limit, stop, k, outcomes=None, first=0):
    """Greedy single pass: tokens, and the trace of prefill and steps. first: the first slot of a group, 1 if short."""
    best, (draft,) = forward(net, prompt, [], [0], k, first)
    out, draft = [best[-1]], [best[-1]] * first + draft
    trace = [{"prefill": len(prompt), "anchor": out[0], "draft": draft}]
    while len(out) < limit and out[-1] not in stop:
        prefix = prompt + out[:-1]
        rows = [out[-1]] + (draft[1:] if draft else [])
        groups = [j for j in range(1, len(rows) + 1) if draft is None or outcomes is None or j in outcomes]
        best, drafts = forward(net, prefix, rows, groups, k, first)
        best = best[len(prefix):]
        kept = 1
        while kept < len(rows) and rows[kept] == best[kept - 1]:
            kept += 1
        emitted = rows[1:kept] + [best[kept - 1]]
        end = next((i + 1 for i, x in enumerate(emitted) if x in stop or len(out) + i + 1 == limit), None)
        out += emitted[:end]
        if end:
            trace.append({"rows": rows, "kept": end})
            break
        draft = [emitted[-1]] * first + drafts[groups.index(kept)] if kept in groups else None
        trace.append({"rows": rows, "kept": kept, "anchor": emitted[-1], "draft": draft})
    return out, trace


def kept_only(trace):
    return {"steps": sum("rows" in s for s in trace), "kept": [s["kept"] for s in trace if "kept" in s]}


def main(folder):
    net, file = Network(folder), folder / "expected.json"
    expected = json.loads(file.read_text())
    is_golden = "max_tokens" not in expected
    limit, stop = (64, []) if is_golden else (expected["max_tokens"], expected["stop_ids"])
    for c in expected["cases"]:
        prompt = c["prompt"] if is_golden else c["prompt_ids"]

        def trace(k, **how):
            tokens, steps = decode(net, prompt, limit, stop, k, **how)
            assert tokens == c["greedy"], (folder, prompt, k, how)
            return steps if is_golden else kept_only(steps)

        for k in (4,) if is_golden else (4, 8):
            assert trace(k) == c["single_pass"][str(k)], (folder, prompt, k)
        if is_golden:
            assert trace(4, outcomes={1, 4}) == c["single_pass_k4_outcomes_1_4"], (folder, prompt)
        c["short_groups"] = {str(k): trace(k, first=1) for k in ((2, 4, 8) if is_golden else (2, 3, 4))}
        c["single_pass_k4_no_outcomes"] = trace(4, outcomes=set())
        c["short_groups_k4_no_outcomes"] = trace(4, outcomes=set(), first=1)
    file.write_text(json.dumps(expected, ensure_ascii=False))


for arg in sys.argv[1:]:
    main(Path(arg))
