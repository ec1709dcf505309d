/// One named tensor of a network: its shape, and what it holds before any training.
package struct TensorSpec: Sendable, Equatable {
  package enum Role: Sendable, Equatable {
    /// Changed by the optimiser.
    case weight
    /// Measured, not learnt: a batch norm's running mean and variance.
    case statistic
  }

  /// Within its tower, as the field's files spell it: `transformer.resblocks.0.attn.in_proj_weight` (CLIP),
  /// `layer1.0.conv1.weight` (ResNet).
  package let name: String
  /// As PyTorch has it: a linear map `(outputs, inputs)`, a convolution `(outputs, inputs, height, width)`.
  package let shape: [Int]
  package let initial: InitialValues
  package let role: Role

  package init(_ name: String, _ shape: [Int], _ initial: InitialValues, role: Role = .weight) {
    self.name = name
    self.shape = shape
    self.initial = initial
    self.role = role
  }

  package var count: Int { shape.reduce(1, *) }
}

/// The distribution that a tensor's values are drawn from.
package enum InitialValues: Sendable, Equatable {
  case constant(Double)
  /// N(0, std²).
  case normal(std: Double)
  /// U(−bound, bound).
  case uniform(bound: Double)
}
