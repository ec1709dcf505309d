"""The peers of the row resnet18: features of 32 pictures of 224 × 224 by a random ResNet-18."""

import io
import warnings


def network():
    """torchvision's ResNet-18 without its classifier, in evaluation mode."""
    from torch import nn
    from torch.nn.functional import max_pool2d, relu

    def convolution(inputs, outputs, kernel, stride):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
        )

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first = convolution(inputs, outputs, 3, stride)
            self.second = convolution(outputs, outputs, 3, 1)
            self.shortcut = nn.Identity() if stride == 1 else convolution(inputs, outputs, 1, stride)

        def forward(self, x):
            return relu(self.second(relu(self.first(x))) + self.shortcut(x))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = convolution(3, 64, 7, 2)
            widths = [64, 64, 128, 256, 512]
            blocks = []
            for layer in range(4):
                blocks.append(Block(widths[layer], widths[layer + 1], 2 if layer else 1))
                blocks.append(Block(widths[layer + 1], widths[layer + 1], 1))
            self.blocks = nn.Sequential(*blocks)

        def forward(self, x):
            return self.blocks(max_pool2d(relu(self.stem(x)), 3, 2, 1)).mean((2, 3))

    return Network().eval()


def torch_default():
    import torch

    made, pictures = network(), torch.randn(32, 3, 224, 224)
    return lambda: made(pictures)


def torch_channels_last():
    import torch

    layout = {"memory_format": torch.channels_last}
    made, pictures = network().to(**layout), torch.randn(32, 3, 224, 224).to(**layout)
    return lambda: made(pictures)


def onnx_runtime(threads):
    def make():
        import onnx  # noqa: F401, which the export needs
        import onnxruntime
        import torch

        file, pictures = io.BytesIO(), torch.randn(32, 3, 224, 224)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(network(), (pictures,), file, dynamo=False, input_names=["x"], opset_version=17)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"x": pictures.numpy()})

    return make


def peers(threads):
    return [
        ("PyTorch", torch_default),
        ("PyTorch, channels last", torch_channels_last),
        ("ONNX Runtime", onnx_runtime(threads)),
    ]
