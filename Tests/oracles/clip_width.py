"""Embeddings and gradients of a text tower of width 512 and a vision tower of width 768, CLIP's own, in
PyTorch: what WidthParityTests holds the encoders and the trainers to, on captions that repeat and that do not.

    python3 clip_width.py clip_width.safetensors

Needs torch and numpy alone. Weights and pictures come from a formula that both sides compute, so that the
file holds tokens, embeddings and one slope a tensor only. The modules are torch.nn's, put together as
clip/model.py of Radford et al. 2021 does.
"""

import json
import struct
import sys

import numpy as np
import torch
from torch import nn

VOCABULARY, CONTEXT, EMBEDDING = 259, 12, 32
TEXT = {"width": 512, "heads": 8, "layers": 2}
VISION = {"width": 768, "heads": 12, "layers": 1, "image": 32, "patch": 16}
START, END = 257, 258


def uniform(name, count):
    """Numbers of [-1, 1) by a hash of a name's bytes and a counter, exact in float64."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    h = (np.arange(count, dtype=np.uint64) * 2654435761 + seed) % 2**32
    h ^= h >> 15
    h = h * 2246822519 % 2**32
    h ^= h >> 13
    return h.astype(np.float64) / 2**31 - 1


def weights(name, shape):
    """Norms near one, biases near zero, and maps that keep a variance of one."""
    values = uniform(name, int(np.prod(shape)))
    last = name.split(".")[-1]
    if "ln_" in name and last == "weight":
        values = 1 + 0.1 * values
    elif "bias" in last:
        values = 0.1 * values
    elif name.endswith("proj") or name.endswith("projection"):
        values = values * np.sqrt(3 / shape[0])
    elif "embedding" in name:
        values = 0.5 * values
    else:
        values = values * np.sqrt(3 / np.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32)).double().reshape(tuple(shape))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})
        self.ln_2 = nn.LayerNorm(width)

    def forward(self, x, mask):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        y = self.mlp["c_fc"](self.ln_2(x))
        return x + self.mlp["c_proj"](y * torch.sigmoid(1.702 * y))


class Transformer(nn.Module):
    def __init__(self, width, heads, layers):
        super().__init__()
        self.resblocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])

    def forward(self, x, mask=None):
        x = x.transpose(0, 1)
        for block in self.resblocks:
            x = block(x, mask)
        return x.transpose(0, 1)


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        width = TEXT["width"]
        self.token_embedding = nn.Embedding(VOCABULARY, width)
        self.positional_embedding = nn.Parameter(torch.empty(CONTEXT, width))
        self.transformer = Transformer(width, TEXT["heads"], TEXT["layers"])
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, EMBEDDING))

    def forward(self, tokens):
        mask = torch.full((CONTEXT, CONTEXT), float("-inf"), dtype=torch.float64).triu(1)
        x = self.ln_final(self.transformer(self.token_embedding(tokens) + self.positional_embedding, mask))
        return x[torch.arange(len(x)), tokens.argmax(dim=-1)] @ self.text_projection


class Vision(nn.Module):
    def __init__(self):
        super().__init__()
        width, patch = VISION["width"], VISION["patch"]
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((VISION["image"] // patch) ** 2 + 1, width))
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, VISION["heads"], VISION["layers"])
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, EMBEDDING))

    def forward(self, images):
        x = self.conv1(images).flatten(2).transpose(1, 2)
        start = self.class_embedding.expand(len(x), 1, -1)
        x = self.ln_pre(torch.cat([start, x], dim=1) + self.positional_embedding)
        return self.ln_post(self.transformer(x)[:, 0]) @ self.proj


def made(tower):
    tower = tower.double()
    with torch.no_grad():
        for name, value in tower.named_parameters():
            value.copy_(weights(name, value.shape))
    return tower


def captions():
    """20 times one caption, ones that begin like it, ordinary ones, and ones of a single token."""

    def caption(words):
        return [START, *words, END] + [0] * (CONTEXT - 2 - len(words))

    words = [97, 32, 112, 105, 99, 116, 117, 114, 101]
    rows = [caption(words)] * 20
    rows += [caption(words[:length]) for length in range(len(words))]
    rows += [caption([(7 * row + 13 * place * place) % 256 for place in range(row)]) for row in range(1, 11)]
    rows += [[END] + [0] * (CONTEXT - 1)] * 3
    return torch.tensor(rows)


def slopes(tower, embeddings):
    """Of sum(change * embeddings), along a direction in each tensor."""
    change = torch.from_numpy(uniform("change", embeddings.numel())).reshape(embeddings.shape)
    tower.zero_grad()
    (change * embeddings).sum().backward()
    return {
        name: (value.grad * torch.from_numpy(uniform("along " + name, value.numel())).reshape(value.shape)).sum()
        for name, value in tower.named_parameters()
    }


def save(path, tensors):
    header, data = {}, b""
    for name, (kind, tensor) in sorted(tensors.items()):
        content = tensor.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main(path):
    tokens = captions()
    images = torch.from_numpy(uniform("images", 5 * 3 * 32 * 32).astype(np.float32)).double()
    tensors = {"tokens": ("F32", tokens.float())}
    for side, tower, items in [("text", Text(), tokens), ("vision", Vision(), images.reshape(5, 3, 32, 32))]:
        tower = made(tower)
        embeddings = tower(items)
        tensors[side + ".embeddings"] = ("F32", embeddings.detach().float())
        for name, slope in slopes(tower, embeddings).items():
            tensors[f"{side}.slope.{name}"] = ("F32", slope.detach().float().reshape(1))
    save(path, tensors)


main(sys.argv[1])
