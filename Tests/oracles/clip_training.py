"""CLIP in PyTorch, written down from Radford et al. 2021: trains one from a .safetensors file in OpenAI's naming, or
embeds pairs with one, and prints JSON. What modgap's training and its exported models are compared with.

    clip_training.py train  START.safetensors DATA.safetensors OPTIONS.json
    clip_training.py embed  MODEL.safetensors DATA.safetensors OPTIONS.json
"""

import json
import math
import struct
import sys

import torch
import torch.nn.functional as F

# Options may have other values of these.
VARIANT = {"activation": "quick-gelu", "norm_epsilon": 1e-5}

TYPES = {"F32": torch.float32, "I64": torch.int64, "I32": torch.int32}


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(bytearray(data[start:end]), dtype=TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


def attention(x, weights, prefix, heads, mask):
    items, length, width = x.shape
    joined = F.linear(x, weights[prefix + "in_proj_weight"], weights[prefix + "in_proj_bias"])
    query, key, value = (
        part.reshape(items, length, heads, width // heads).transpose(1, 2) for part in joined.split(width, dim=2)
    )
    scores = query @ key.transpose(2, 3) / math.sqrt(width // heads)
    if mask is not None:
        scores = scores + mask
    mixed = (scores.softmax(dim=3) @ value).transpose(1, 2).reshape(items, length, width)
    return F.linear(mixed, weights[prefix + "out_proj.weight"], weights[prefix + "out_proj.bias"])


def norm(x, weights, name):
    return F.layer_norm(x, x.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], VARIANT["norm_epsilon"])


def activation(x):
    if VARIANT["activation"] == "quick-gelu":
        return x * torch.sigmoid(1.702 * x)
    return F.gelu(x, approximate="tanh" if VARIANT["activation"] == "gelu-tanh" else "none")


def transformer(x, weights, prefix, heads, mask=None):
    layer = 0
    while f"{prefix}transformer.resblocks.{layer}.ln_1.weight" in weights:
        block = f"{prefix}transformer.resblocks.{layer}."
        x = x + attention(norm(x, weights, block + "ln_1"), weights, block + "attn.", heads, mask)
        hidden = norm(x, weights, block + "ln_2")
        hidden = F.linear(hidden, weights[block + "mlp.c_fc.weight"], weights[block + "mlp.c_fc.bias"])
        hidden = activation(hidden)
        x = x + F.linear(hidden, weights[block + "mlp.c_proj.weight"], weights[block + "mlp.c_proj.bias"])
        layer += 1
    return x


def embed_images(images, weights, heads):
    kernel = weights["visual.conv1.weight"]
    x = F.conv2d(images, kernel, stride=kernel.shape[-1]).flatten(2).transpose(1, 2)
    start = weights["visual.class_embedding"].expand(len(x), 1, -1)
    x = torch.cat([start, x], dim=1) + weights["visual.positional_embedding"]
    x = transformer(norm(x, weights, "visual.ln_pre"), weights, "visual.", heads)
    return norm(x[:, 0], weights, "visual.ln_post") @ weights["visual.proj"]


def embed_texts(tokens, weights, heads):
    x = weights["token_embedding.weight"][tokens] + weights["positional_embedding"][: tokens.shape[1]]
    mask = torch.full((tokens.shape[1],) * 2, -math.inf, dtype=x.dtype).triu(1)
    x = norm(transformer(x, weights, "", heads, mask), weights, "ln_final")
    return x[torch.arange(len(x)), tokens.argmax(dim=1)] @ weights["text_projection"]


def train(weights, images, tokens, options):
    for name in weights:
        weights[name].requires_grad_()
    scale = torch.tensor(-math.log(options["initial"]), dtype=torch.float64, requires_grad=True)
    groups = [
        {"params": [value for name, value in weights.items() if name != "logit_scale"]},
        {"params": [scale], "weight_decay": 0},
    ]
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[options["kind"]]
    rule = {"lr": options["lr"], "betas": (0.9, 0.98), "eps": 1e-6, "weight_decay": options["weight_decay"]}
    optimiser = kind(groups, **rule)
    batch, rows = options["batch"], []
    for step in range(options["steps"]):
        start = step % (len(images) // batch) * batch
        x = F.normalize(embed_images(images[start : start + batch], weights, options["vision_heads"]), dim=1)
        y = F.normalize(embed_texts(tokens[start : start + batch], weights, options["text_heads"]), dim=1)
        logits = scale.exp() * x @ y.T
        own = torch.arange(batch)
        loss = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
        rows.append({"kind": options["kind"], "loss": loss.item(), "temperature": math.exp(-scale.item())})
        optimiser.zero_grad()
        loss.backward()
        if "clip_norm" in options:
            torch.nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], options["clip_norm"])
        optimiser.step()
        with torch.no_grad():
            scale.clamp_(max=math.log(options["max_scale"]))
    return rows


def main():
    action, model, data, options = sys.argv[1:5]
    options = json.loads(options)
    VARIANT.update((key, options[key]) for key in VARIANT if key in options)
    weights = {name: value.double() for name, value in load(model).items()}
    tensors = load(data)
    images, tokens = tensors["images"].double(), tensors["tokens"].long()
    if action == "train":
        print(json.dumps(train(weights, images, tokens, options)))
        return
    x = embed_images(images, weights, options["vision_heads"])
    y = embed_texts(tokens, weights, options["text_heads"])
    print(json.dumps({"x": x.flatten().tolist(), "y": y.flatten().tolist()}))


main()
