/// What a pair of towers is trained to make small: a contrastive loss of the normalised features, and
/// further losses with weights.
package struct ContrastiveObjective: Sendable, Equatable {
  /// Of a batch of N pairs with logits s·x_i·y_j, where s = 1/τ.
  package enum Kind: String, CaseIterable, Sendable {
    /// ½(CE of x_i among all y_j + CE of y_i among all x_j), with the own partner as target. Source:
    /// Radford et al. 2021, Fig. 3.
    case symmetric
    /// CE of x_i among all y_j alone.
    case xToY = "x-to-y"
    /// `symmetric`, where the candidates are all other 2N − 1 items of both modalities. The authors'
    /// `dual_ce_loss`, which takes 10⁴ from an item's logit with itself.
    case dual
    /// `symmetric` over the items whose partner is the best candidate already, which drops hard
    /// negatives: Σ_i c_i·CE_i/(Σ_i c_i + 10⁻⁶) in each direction, where c_i is 1 for those items and 0 for
    /// the others. The first of equal logits is the best. The authors' `simple_ce_loss`.
    case simple
  }

  package var kind: Kind
  /// Weight of ½(U(x) + U(y)), U(x) = log mean_{i<j} exp(−t‖x_i − x_j‖²). Source: Wang & Isola 2020.
  package var uniformity: Double
  /// t.
  package var uniformityScale: Double
  /// Weight of log mean_{i≠j} exp(−2‖x_i − y_j‖²). Source: Fahim et al. 2024.
  package var crossUniformity: Double
  /// Weight of mean_i ‖x_i − y_i‖^α. Source: Wang & Isola 2020.
  package var alignment: Double
  /// α.
  package var alignmentPower: Double

  package init(
    _ kind: Kind = .symmetric, uniformity: Double = 0, uniformityScale: Double = 2,
    crossUniformity: Double = 0, alignment: Double = 0, alignmentPower: Double = 2
  ) {
    self.kind = kind
    self.uniformity = uniformity
    self.uniformityScale = uniformityScale
    self.crossUniformity = crossUniformity
    self.alignment = alignment
    self.alignmentPower = alignmentPower
  }
}

/// What a batch costs.
package struct ContrastiveValue: Sendable, Equatable {
  /// The contrastive part and the further losses times their weights.
  package var total = 0.0
  package var contrastive = 0.0
  /// ½(U(x) + U(y)), the cross-uniformity and the alignment, before their weights; 0 where they have none,
  /// and of a batch of one pair, which has no i ≠ j.
  package var uniformity = 0.0
  package var crossUniformity = 0.0
  package var alignment = 0.0
  /// ∂total/∂ln s, s = 1/τ.
  package var scaleGradient = 0.0
}
