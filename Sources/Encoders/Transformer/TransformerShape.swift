import Kernels

/// In what transformers of one architecture and equal sizes differ, though their tensors do not.
package struct TransformerVariant: Sendable, Equatable {
  /// Of the MLPs.
  package var activation: MLPActivation
  /// Added to the variance in the layer norms.
  package var normEpsilon: Double

  package init(activation: MLPActivation = .quickGelu, normEpsilon: Double = 1e-5) {
    self.activation = activation
    self.normEpsilon = normEpsilon
  }
}

/// A stack of pre-norm transformer blocks: x ← x + attention(ln_1 x), x ← x + mlp(ln_2 x), where the MLP
/// is four times as wide and goes through an activation, QuickGELU in OpenAI's CLIP and GELU in open_clip's
/// own models. Source: Radford et al. 2021, clip/model.py.
struct TransformerShape: Sendable, Equatable {
  /// Of its tensors' names: `transformer`, `temporal`.
  let name: String
  let width: Int
  let layers: Int
  let heads: Int
  let activation: MLPActivation
  /// Added to the variance in every layer norm of the tower.
  let epsilon: Float

  init(name: String, width: Int, layers: Int, heads: Int, _ variant: TransformerVariant = .init()) {
    self.name = name
    self.width = width
    self.layers = layers
    self.heads = heads
    activation = variant.activation
    epsilon = Float(variant.normEpsilon)
  }

  /// What weights are drawn from before any training.
  enum Rules {
    /// CLIP's own, `initialize_parameters`: normal, the smaller the deeper.
    case text
    /// PyTorch's defaults, which CLIP leaves its vision tower with.
    case vision
  }

  func tensors(_ rules: Rules) -> [TensorSpec] {
    (0..<max(0, layers)).flatMap { blockTensors("\(name).resblocks.\($0)", rules) }
  }

  private func blockTensors(_ block: String, _ rules: Rules) -> [TensorSpec] {
    let hidden = 4 * width
    let initial = initialValues(rules)
    return [
      TensorSpec("\(block).attn.in_proj_weight", [3 * width, width], initial.input),
      TensorSpec("\(block).attn.in_proj_bias", [3 * width], .constant(0)),
      TensorSpec("\(block).attn.out_proj.weight", [width, width], initial.output),
      TensorSpec("\(block).attn.out_proj.bias", [width], .constant(0)),
      TensorSpec("\(block).mlp.c_fc.weight", [hidden, width], initial.up),
      TensorSpec("\(block).mlp.c_fc.bias", [hidden], .defaultLinear(inputs: width)),
      TensorSpec("\(block).mlp.c_proj.weight", [width, hidden], initial.down),
      TensorSpec("\(block).mlp.c_proj.bias", [width], .defaultLinear(inputs: hidden)),
    ] + TensorSpec.norm("\(block).ln_1", width) + TensorSpec.norm("\(block).ln_2", width)
  }

  private func initialValues(
    _ rules: Rules
  ) -> (input: InitialValues, output: InitialValues, up: InitialValues, down: InitialValues) {
    let (w, l) = (Double(width), Double(max(1, layers)))
    switch rules {
    case .text:
      let deep = InitialValues.normal(std: 1 / (w * 2 * l).squareRoot())
      return (.normal(std: 1 / w.squareRoot()), deep, .normal(std: 1 / (2 * w).squareRoot()), deep)
    case .vision:
      return (
        .uniform(bound: (6 / (4 * w)).squareRoot()), .defaultLinear(inputs: width),
        .defaultLinear(inputs: width), .defaultLinear(inputs: 4 * width)
      )
    }
  }
}

extension TensorSpec {
  /// A layer norm's weight and bias.
  static func norm(_ name: String, _ width: Int) -> [TensorSpec] {
    [
      TensorSpec("\(name).weight", [width], .constant(1)), TensorSpec("\(name).bias", [width], .constant(0)),
    ]
  }
}

extension InitialValues {
  /// PyTorch's for linear maps and convolutions, kaiming-uniform with a = √5: U(±1/√inputs).
  static func defaultLinear(inputs: Int) -> InitialValues {
    .uniform(bound: 1 / Double(max(1, inputs)).squareRoot())
  }
}
