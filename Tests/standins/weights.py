"""Weights with the names, shapes and types of released files, and random values from a fixed seed."""
import json
import struct

import numpy as np


class Shapes:
    """Names and shapes of the tensors of OpenAI's CLIP, as openai/CLIP and open_clip have them."""

    def __init__(self, patch, image=224, width=768, text_width=512, layers=12, vocabulary=49408, context=77, embedding=512):
        self.all = {}
        grid = image // patch
        self.add("visual.class_embedding", width)
        self.add("visual.positional_embedding", grid * grid + 1, width)
        self.add("visual.proj", width, embedding)
        self.add("visual.conv1.weight", width, 3, patch, patch)
        self.affine("visual.ln_pre", width)
        self.blocks("visual.transformer", width, layers)
        self.affine("visual.ln_post", width)
        self.add("token_embedding.weight", vocabulary, text_width)
        self.add("positional_embedding", context, text_width)
        self.add("text_projection", text_width, embedding)
        self.blocks("transformer", text_width, layers)
        self.affine("ln_final", text_width)
        self.add("logit_scale")

    def add(self, name, *shape):
        self.all[name] = shape

    def affine(self, name, size):
        self.add(name + ".weight", size)
        self.add(name + ".bias", size)

    def linear(self, name, outputs, inputs):
        self.add(name + ".weight", outputs, inputs)
        self.add(name + ".bias", outputs)

    def blocks(self, tower, width, layers):
        for layer in range(layers):
            block = f"{tower}.resblocks.{layer}"
            self.affine(block + ".ln_1", width)
            self.add(block + ".attn.in_proj_weight", 3 * width, width)
            self.add(block + ".attn.in_proj_bias", 3 * width)
            self.linear(block + ".attn.out_proj", width, width)
            self.affine(block + ".ln_2", width)
            self.linear(block + ".mlp.c_fc", 4 * width, width)
            self.linear(block + ".mlp.c_proj", width, 4 * width)


def value(name, shape, random):
    """Scaled so that a network with these values neither vanishes nor overflows."""
    if name == "logit_scale":
        return np.array(np.log(100), np.float32)
    if len(shape) == 1 and name.endswith(".weight"):
        return (1 + 0.1 * random.standard_normal(shape, np.float32)).astype(np.float32)
    if "running_var" in name:
        return (1 + random.random(shape, np.float32)).astype(np.float32)
    inputs = int(np.prod(shape[1:])) if len(shape) > 1 else 2500
    return random.standard_normal(shape, np.float32) * np.float32(inputs ** -0.5)


def clip(patch, seed, **sizes):
    random = np.random.default_rng(seed)
    return {name: value(name, shape, random) for name, shape in Shapes(patch, **sizes).all.items()}


def half(tensors):
    """As OpenAI's checkpoints: linear maps and projections in half precision, norms and embeddings in single."""
    single = ("ln_", "embedding", "logit_scale")
    return {name: tensor if any(part in name for part in single) else tensor.astype(np.float16)
            for name, tensor in tensors.items()}


OUTER = {"ln_pre": "pre_layrnorm", "ln_post": "post_layernorm", "ln_final": "final_layer_norm"}
INNER = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj",
         "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
WHOLE = {"token_embedding.weight": "text_model.embeddings.token_embedding.weight",
         "positional_embedding": "text_model.embeddings.position_embedding.weight",
         "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
         "visual.class_embedding": "vision_model.embeddings.class_embedding",
         "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight", "logit_scale": "logit_scale"}


def hugging_face(tensors):
    """The same network as transformers' CLIPModel names it, with the positions that its files have as buffers."""
    found = {}
    for name, tensor in tensors.items():
        tower, rest = ("vision_model", name[7:]) if name.startswith("visual.") else ("text_model", name)
        stem, _, kind = rest.rpartition(".")
        if name in WHOLE:
            found[WHOLE[name]] = tensor
        elif name in ("visual.proj", "text_projection"):
            side = "visual" if name == "visual.proj" else "text"
            found[f"{side}_projection.weight"] = np.ascontiguousarray(tensor.T)
        elif stem in OUTER:
            found[f"{tower}.{OUTER[stem]}.{kind}"] = tensor
        else:
            _, _, layer, part = rest.split(".", 3)
            block = f"{tower}.encoder.layers.{layer}"
            if part.startswith("attn.in_proj_"):
                for letter, third in zip("qkv", np.split(tensor, 3)):
                    found[f"{block}.self_attn.{letter}_proj.{part[13:]}"] = third
            else:
                inner, _, kind = part.rpartition(".")
                found[f"{block}.{INNER[inner]}.{kind}"] = tensor
    for tower in ("text_model", "vision_model"):
        count = len(found[f"{tower}.embeddings.position_embedding.weight"])
        found[f"{tower}.embeddings.position_ids"] = np.arange(count, dtype=np.int64)[None]
    return found


def resnet18(seed):
    """torchvision's ResNet-18, the classifier and the counters of its batch norms included."""
    random = np.random.default_rng(seed)
    found = {}

    def convolution(name, outputs, inputs, size):
        found[name + ".weight"] = value(name, (outputs, inputs, size, size), random)

    def norm(name, size):
        for kind in ("weight", "bias", "running_mean", "running_var"):
            found[f"{name}.{kind}"] = value(f"{name}.{kind}", (size,), random)
        found[name + ".num_batches_tracked"] = np.array(500, np.int64)

    convolution("conv1", 64, 3, 7)
    norm("bn1", 64)
    for stage in range(4):
        width = 64 << stage
        for block in range(2):
            inputs = width // 2 if stage > 0 and block == 0 else width
            name = f"layer{stage + 1}.{block}"
            convolution(name + ".conv1", width, inputs, 3)
            norm(name + ".bn1", width)
            convolution(name + ".conv2", width, width, 3)
            norm(name + ".bn2", width)
            if inputs != width:
                convolution(name + ".downsample.0", width, inputs, 1)
                norm(name + ".downsample.1", width)
    found["fc.weight"] = value("fc", (1000, 512), random)
    found["fc.bias"] = value("fc.bias", (1000,), random)
    return found


TYPES = {"float32": "F32", "float16": "F16", "int64": "I64"}


def write(path, tensors, metadata=None):
    """A safetensors file: the length of the header, the header as JSON, the values one behind the other.

    The order is that of the safetensors library: with the right names and shapes a file is as long as the real one.
    """
    tensors = dict(sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])))
    header, place = {"__metadata__": metadata} if metadata else {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": TYPES[str(tensor.dtype)], "shape": list(tensor.shape),
                        "data_offsets": [place, place + tensor.nbytes]}
        place += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor).tobytes())
