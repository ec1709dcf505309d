/// The blocks of a ResNet, in the order they run and under torchvision's names.
///
/// Source: He et al. 2016, arXiv:1512.03385, Table 1; the stride of a bottleneck is in its 3 × 3
/// convolution, as torchvision has it.
struct ResidualBlocks: Sendable, Equatable {
  /// One convolution and the batch norm behind it.
  struct Link: Sendable, Equatable {
    let convolution: String
    let norm: String
    let shape: ConvolutionShape
  }

  struct Block: Sendable, Equatable {
    let links: [Link]
    let downsample: Link?
  }

  let stem: Link
  /// Four layers of blocks; the image halves between two of them.
  let layers: [[Block]]
  /// Channels of the last layer.
  let features: Int

  init(_ depth: ResNet.Depth, width: Int) {
    stem = Link(
      convolution: "conv1", norm: "bn1", shape: ConvolutionShape(3, width, kernel: 7, stride: 2))
    var inputs = width
    layers = depth.blocks.enumerated().map { layer, count in
      (0..<count).map { index in
        let block = Block(
          "layer\(layer + 1).\(index)", inputs, width << layer, stride: layer > 0 && index == 0 ? 2 : 1,
          expansion: depth.expansion)
        inputs = (width << layer) * depth.expansion
        return block
      }
    }
    features = inputs
  }

  /// All convolutions, in torchvision's order.
  var links: [Link] {
    [stem] + layers.joined().flatMap { $0.links + ($0.downsample.map { [$0] } ?? []) }
  }
}

extension ResidualBlocks.Block {
  /// Basic where `expansion` is 1: 3 × 3, 3 × 3; else a bottleneck: 1 × 1, 3 × 3, 1 × 1.
  fileprivate init(_ name: String, _ inputs: Int, _ width: Int, stride: Int, expansion: Int) {
    let outputs = width * expansion
    let shapes =
      expansion == 1
      ? [
        ConvolutionShape(inputs, width, kernel: 3, stride: stride), ConvolutionShape(width, width, kernel: 3),
      ]
      : [
        ConvolutionShape(inputs, width, kernel: 1), ConvolutionShape(width, width, kernel: 3, stride: stride),
        ConvolutionShape(width, outputs, kernel: 1),
      ]
    links = shapes.enumerated().map { index, shape in
      ResidualBlocks.Link(
        convolution: "\(name).conv\(index + 1)", norm: "\(name).bn\(index + 1)", shape: shape)
    }
    let isSame = stride == 1 && inputs == outputs
    downsample =
      isSame
      ? nil
      : ResidualBlocks.Link(
        convolution: "\(name).downsample.0", norm: "\(name).downsample.1",
        shape: ConvolutionShape(inputs, outputs, kernel: 1, stride: stride))
  }
}
