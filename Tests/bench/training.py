"""The peers of the rows train-step and train-vit-b-16: a step of contrastive training of CLIP's towers."""

import math

# Pixels a picture and a patch; width, layers and heads of both towers; vocabulary, context, embedding.
SIZES = {
    "train-step": ((64, 8), (192, 6, 3), (192, 6, 3), (512, 32, 128)),
    "train-vit-b-16": ((224, 16), (768, 12, 12), (512, 12, 8), (49408, 77, 512)),
}
PAIRS = 64


def network(row, recomputes):
    import torch
    from torch import nn
    from torch.nn import functional
    from torch.utils.checkpoint import checkpoint

    (image, patch), vision, text, (vocabulary, context, embedding) = SIZES[row]

    class Block(nn.Module):
        def __init__(self, width, heads, causal):
            super().__init__()
            self.heads, self.causal = heads, causal
            self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.joined, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            items, rows, width = x.shape
            parts = self.joined(self.norms[0](x)).view(items, rows, 3, self.heads, width // self.heads)
            q, k, v = parts.permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
            x = x + self.mixed(mixed.transpose(1, 2).reshape(items, rows, width))
            hidden = self.up(self.norms[1](x))
            return x + self.down(hidden * torch.sigmoid(1.702 * hidden))

    class Tower(nn.Module):
        def __init__(self, width, layers, heads, rows, causal):
            super().__init__()
            self.positions = nn.Parameter(torch.randn(rows, width) * width**-0.5)
            self.blocks = nn.ModuleList([Block(width, heads, causal) for _ in range(layers)])
            self.norm = nn.LayerNorm(width)
            self.projection = nn.Parameter(torch.randn(width, embedding) * width**-0.5)

        def transform(self, x):
            for block in self.blocks:
                x = checkpoint(block, x, use_reentrant=False) if recomputes else block(x)
            return x

    class Vision(Tower):
        def __init__(self, width, layers, heads):
            super().__init__(width, layers, heads, (image // patch) ** 2 + 1, False)
            self.patches = nn.Conv2d(3, width, patch, patch, bias=False)
            self.start = nn.Parameter(torch.randn(width) * width**-0.5)
            self.first = nn.LayerNorm(width)

        def forward(self, x):
            x = self.patches(x).flatten(2).transpose(1, 2)
            x = torch.cat([self.start.expand(len(x), 1, -1), x], 1)
            return self.norm(self.transform(self.first(x + self.positions))[:, 0]) @ self.projection

    class Text(Tower):
        def __init__(self, width, layers, heads):
            super().__init__(width, layers, heads, context, True)
            self.tokens = nn.Embedding(vocabulary, width)

        def forward(self, ids):
            x = self.transform(self.tokens(ids) + self.positions)
            return self.norm(x[torch.arange(len(x)), ids.argmax(-1)]) @ self.projection

    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.vision, self.text = Vision(*vision), Text(*text)
            self.scale = nn.Parameter(torch.tensor(math.log(14)))

        def forward(self, pictures, texts):
            x = functional.normalize(self.vision(pictures), dim=-1)
            y = functional.normalize(self.text(texts), dim=-1)
            logits, own = self.scale.exp() * x @ y.t(), torch.arange(len(x))
            return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.t(), own)) / 2

    return Pair().train()


def batch(row):
    import torch

    (image, _), _, _, (vocabulary, context, _) = SIZES[row]
    texts = torch.randint(0, vocabulary - 2, (PAIRS, context))
    texts[:, 0], texts[:, -1] = vocabulary - 2, vocabulary - 1
    return torch.randn(PAIRS, 3, image, image), texts


def pytorch(row, recomputes, fused=True):
    def make():
        import torch

        torch.set_grad_enabled(True)
        made, (pictures, texts) = network(row, recomputes), batch(row)
        scale = [made.scale]
        rest = [tensor for name, tensor in made.named_parameters() if name != "scale"]
        groups = [{"params": rest, "weight_decay": 0.2}, {"params": scale, "weight_decay": 0.0}]
        optimiser = torch.optim.Adam(groups, lr=1e-4, betas=(0.9, 0.98), eps=1e-6, fused=fused)

        def step():
            optimiser.zero_grad()
            made(pictures, texts).backward()
            optimiser.step()

        return step

    return make


def peers():
    return {
        "train-step": [("PyTorch", pytorch("train-step", False))],
        "train-vit-b-16": [
            ("PyTorch", pytorch("train-vit-b-16", False)),
            ("PyTorch, checkpoints", pytorch("train-vit-b-16", True)),
        ],
    }
