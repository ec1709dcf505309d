"""Three steps of AdamW on a pair of towers, a ResNet-18 written out in PyTorch and a linear map, under the
symmetric contrastive loss of their normalised features: what ResNetTrainingTests holds the trainer to.

    python3 resnet_training.py resnet_training.safetensors

Needs torch and numpy alone. The file holds the weights before and after, the pictures and vectors, the loss
and the gradient norm of each step, and the embeddings in evaluation, by running statistics, afterwards.
"""

import json
import struct
import sys

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, EMBEDDING, VECTOR, PAIRS, STEPS, SCALE = 2, 6, 5, 4, 3, 5.0


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    def __init__(self, width, embedding):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for layer in range(4):
            outputs = width << layer
            blocks = [Block(inputs, outputs, 2 if layer else 1), Block(outputs, outputs, 1)]
            setattr(self, f"layer{layer + 1}", nn.Sequential(*blocks))
            inputs = outputs
        self.projection = nn.Parameter(torch.randn(inputs, embedding) * inputs**-0.5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return x.mean((2, 3)) @ self.projection


def loss(x, y):
    logits = SCALE * F.normalize(x, dim=-1) @ F.normalize(y, dim=-1).t()
    target = torch.arange(len(x))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2


def named(prefix, module):
    return {
        f"{prefix}.{name}": value.detach().clone()
        for name, value in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def save(path, tensors):
    header, data = {}, b""
    for name, tensor in sorted(tensors.items()):
        content = tensor.to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main(path):
    torch.manual_seed(7)
    # From numbers that float32 holds on in float64, so that the rounding to be seen is the trainer's alone.
    tower = ResNet18(WIDTH, EMBEDDING)
    line = torch.randn(VECTOR, EMBEDDING).double().requires_grad_()
    for module in tower.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.5)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    tower = tower.double()
    tensors = named("before", tower) | {"before.w": line.detach().clone()}
    images, vectors = torch.randn(PAIRS, 3, 33, 40).double(), torch.randn(PAIRS, VECTOR).double()
    parameters = [*tower.parameters(), line]
    optimiser = torch.optim.AdamW(parameters, lr=1e-2, betas=(0.9, 0.98), eps=1e-3, weight_decay=0.2)
    losses, norms = [], []
    for _ in range(STEPS):
        optimiser.zero_grad()
        value = loss(tower(images), vectors @ line)
        value.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0))
        optimiser.step()
        losses.append(value.detach())
    tower.eval()
    with torch.no_grad():
        evaluated = tower(images)
    tensors |= named("after", tower) | {"after.w": line.detach()}
    tensors |= {"images": images, "vectors": vectors, "evaluated": evaluated}
    tensors |= {"losses": torch.stack(losses), "norms": torch.stack(norms)}
    save(path, tensors)
    print("losses", losses, "norms", norms)


main(sys.argv[1])
