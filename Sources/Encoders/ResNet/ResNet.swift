import Contracts
import Execution

/// A ResNet without its classifier: images (3, height, width) of any size to the means over the pixels of
/// the last layer, in evaluation mode; on request, to a linear map of them.
///
/// Tensors have torchvision's names, shapes and order, and its initial values: convolutions
/// N(0, 2/(outputs · kernel²)), batch norms the identity. The map, where there is one, is the tensor
/// `projection` (features, projection), N(0, 1/features), without a bias, as CLIP's.
/// Source: He et al. 2016, arXiv:1512.03385; He et al. 2015, arXiv:1502.01852.
package struct ResNet: Tower, Equatable {
  package enum Depth: Int, Sendable, CaseIterable {
    case eighteen = 18
    case fifty = 50

    /// Blocks of the four layers.
    var blocks: [Int] { self == .eighteen ? [2, 2, 2, 2] : [3, 4, 6, 3] }
    /// Outputs of a block by its width; bottlenecks have 4.
    var expansion: Int { self == .eighteen ? 1 : 4 }
  }

  package let depth: Depth
  package let width: Int
  package let projection: Int?
  /// What batch norms add to the variance.
  package let normEpsilon: Double
  package let layout: ParameterLayout
  let blocks: ResidualBlocks

  /// - Precondition: `width` and `projection` are positive.
  package init(
    depth: Depth, width: Int = 64, projection: Int? = nil, normEpsilon: Double = BatchNorm.usualEpsilon
  ) {
    self.depth = depth
    self.width = width
    self.projection = projection
    self.normEpsilon = normEpsilon
    blocks = ResidualBlocks(depth, width: width)
    var tensors = blocks.links.flatMap(\.tensors)
    if let projection {
      let std = 1 / Double(blocks.features).squareRoot()
      tensors.append(TensorSpec("projection", [blocks.features, projection], .normal(std: std)))
    }
    layout = ParameterLayout(tensors)
  }

  /// Means over the pixels: 512·width/64 at depth 18, 2048·width/64 at depth 50.
  package var features: Int { blocks.features }
  package var embedding: Int { projection ?? features }
  package var input: TowerInput { .images(side: nil) }

  /// Whether a tensor of a file by torchvision or timm has no place here and may be passed over: the
  /// classifier, and how many batches a batch norm has seen.
  package static func ignores(_ tensor: String) -> Bool {
    ["fc.weight", "fc.bias"].contains(tensor) || tensor.hasSuffix(".num_batches_tracked")
  }

  package func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    try PreparedResNet(self, weights, budget)
  }
}

extension ResidualBlocks.Link {
  fileprivate var tensors: [TensorSpec] {
    let kernel = shape.kernel
    let std = (2 / Double(shape.outputs * kernel * kernel)).squareRoot()
    return [
      TensorSpec(
        convolution + ".weight", [shape.outputs, shape.inputs, kernel, kernel], .normal(std: std)),
      TensorSpec(norm + ".weight", [shape.outputs], .constant(1)),
      TensorSpec(norm + ".bias", [shape.outputs], .constant(0)),
      TensorSpec(norm + ".running_mean", [shape.outputs], .constant(0), role: .statistic),
      TensorSpec(norm + ".running_var", [shape.outputs], .constant(1), role: .statistic),
    ]
  }

  func folded(_ weights: NetworkWeights, normEpsilon: Double) -> FoldedConvolution {
    FoldedConvolution(
      shape, weights: weights[convolution + ".weight"],
      norm: BatchNorm(
        weight: Array(weights[norm + ".weight"]), bias: Array(weights[norm + ".bias"]),
        mean: Array(weights[norm + ".running_mean"]), variance: Array(weights[norm + ".running_var"]),
        epsilon: normEpsilon))
  }
}
