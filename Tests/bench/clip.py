"""The peers of the rows vit-b-32, text-77 and captions: ViT-B/32's towers as openai/CLIP has them, 32 items."""

import io
import warnings

# Start, words, end, padding: 12 to 16 tokens, or all 77.
LENGTHS = {"text-77": [77], "captions": [12, 13, 14, 15, 16]}


def towers():
    import torch
    from torch import nn

    class QuickGELU(nn.Module):
        def forward(self, x):
            return x * torch.sigmoid(1.702 * x)

    class Block(nn.Module):
        def __init__(self, width, heads, mask):
            super().__init__()
            self.attention = nn.MultiheadAttention(width, heads)
            self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), QuickGELU(), nn.Linear(4 * width, width))
            self.mask = mask

        def forward(self, x):
            y = self.norms[0](x)
            x = x + self.attention(y, y, y, need_weights=False, attn_mask=self.mask)[0]
            return x + self.mlp(self.norms[1](x))

    class Vision(nn.Module):
        def __init__(self, width=768):
            super().__init__()
            self.patches = nn.Conv2d(3, width, 32, 32, bias=False)
            self.start = nn.Parameter(torch.randn(width) * width**-0.5)
            self.positions = nn.Parameter(torch.randn(50, width) * width**-0.5)
            self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.blocks = nn.Sequential(*[Block(width, 12, None) for _ in range(12)])
            self.projection = nn.Parameter(torch.randn(width, 512) * width**-0.5)

        def forward(self, x):
            x = self.patches(x).flatten(2).transpose(1, 2)
            start = self.start + torch.zeros(x.shape[0], 1, x.shape[-1])
            x = self.norms[0](torch.cat([start, x], 1) + self.positions)
            x = self.blocks(x.transpose(0, 1)).transpose(0, 1)
            return self.norms[1](x[:, 0]) @ self.projection

    class Text(nn.Module):
        def __init__(self, width=512):
            super().__init__()
            self.tokens = nn.Embedding(49408, width)
            self.positions = nn.Parameter(torch.randn(77, width) * 0.01)
            mask = torch.full((77, 77), float("-inf")).triu(1)
            self.blocks = nn.Sequential(*[Block(width, 8, mask) for _ in range(12)])
            self.norm = nn.LayerNorm(width)
            self.projection = nn.Parameter(torch.randn(width, 512) * width**-0.5)

        def forward(self, ids):
            x = self.tokens(ids) + self.positions
            x = self.norm(self.blocks(x.transpose(0, 1)).transpose(0, 1))
            return x[torch.arange(x.shape[0]), ids.argmax(-1)] @ self.projection

    return Vision, Text


def prepared(row):
    """The tower of a row in evaluation mode, and its batch."""
    import torch

    vision, text = towers()
    if row == "vit-b-32":
        return vision().eval(), torch.randn(32, 3, 224, 224)
    ids = torch.randint(1, 49406, (32, 77))
    for item in range(32):
        end = LENGTHS[row][item % len(LENGTHS[row])] - 1
        ids[item, 0], ids[item, end], ids[item, end + 1 :] = 49406, 49407, 0
    return text().eval(), ids


def pytorch(row):
    def make():
        tower, batch = prepared(row)
        return lambda: tower(batch)

    return make


def onnx_runtime(row, threads):
    def make():
        import onnx  # noqa: F401, which the export needs
        import onnxruntime
        import torch

        (tower, batch), file = prepared(row), io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(tower, (batch,), file, dynamo=False, input_names=["x"], opset_version=17)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"x": batch.numpy()})

    return make


def peers(threads):
    return {
        row: [("PyTorch", pytorch(row)), ("ONNX Runtime", onnx_runtime(row, threads))]
        for row in ["vit-b-32", *LENGTHS]
    }
