"""Time of a forward in PyTorch with transformers, on the shapes, rows and context of StepBench, with random weights.

Usage: python3 pytorch_steps.py 8B:bf16 [...]. The rows are one batch of causal tokens after a cached context: what an
autoregressive or verifying forward computes. Drafting rows see a little more of each other, which costs the same. The
head is computed for as many rows as StepBench samples. Times are medians of CUDA events (of a clock on a CPU).
"""

import statistics
import sys
import time

import torch
import transformers

CONTEXT = 1024
WARM_UP = 5
STEPS = 40
ROWS = (1, 16, 20, 72, 144, 272)

SHAPES = {  # hidden, intermediate, layers, vocabulary, heads, KV heads, head dim
    "tiny": (128, 256, 2, 512, 2, 1, 64),
    "135M": (576, 1536, 30, 49_152, 9, 3, 64),
    "1.5B": (1536, 8960, 28, 151_936, 12, 2, 128),
    "8B": (4096, 12_288, 36, 151_936, 32, 8, 128),
}


def model_of(shape: str, dtype: torch.dtype, device: str):
    hidden, intermediate, layers, vocabulary, heads, kv_heads, head_dim = SHAPES[shape]
    config = transformers.LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        vocab_size=vocabulary,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        max_position_embeddings=4096,
        tie_word_embeddings=False,
        attn_implementation="sdpa",
    )
    torch.set_default_dtype(dtype)
    with torch.device(device):
        return transformers.LlamaForCausalLM(config).eval()


def seconds(model, rows: int, device: str) -> float:
    """Median time of a forward of a number of rows after the context."""
    with torch.inference_mode():
        cache = transformers.DynamicCache(config=model.config)
        model(torch.zeros((1, CONTEXT), dtype=torch.long, device=device), past_key_values=cache, logits_to_keep=1)
        tokens = torch.zeros((1, rows), dtype=torch.long, device=device)
        times = []
        for _ in range(WARM_UP + STEPS):
            begin = mark(device)
            model(tokens, past_key_values=cache, logits_to_keep=min(rows, 16))
            times.append(since(begin, device))
            cache.crop(-rows)
    return statistics.median(times[WARM_UP:])


def mark(device: str):
    if device == "cpu":
        return time.perf_counter()
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


def since(begin, device: str) -> float:
    if device == "cpu":
        return time.perf_counter() - begin
    end = torch.cuda.Event(enable_timing=True)
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) / 1e3


def main() -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    for argument in sys.argv[1:]:
        shape, weights = argument.split(":")
        model = model_of(shape, {"bf16": torch.bfloat16, "f32": torch.float32}[weights], device)
        print(f"\n{argument} on {name}, PyTorch {torch.__version__}, transformers {transformers.__version__}\n")
        print("| rows | ms a forward |\n| --- | --- |")
        for rows in ROWS:
            print(f"| {rows} | {1e3 * seconds(model, rows, device):.2f} |")


if __name__ == "__main__":
    main()
