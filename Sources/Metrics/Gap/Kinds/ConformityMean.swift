import Kernels

/// The mean conformity of one side, (1/n) Σ x_i·x̄/‖x̄‖ = ‖x̄‖: how near the rows are to the direction of their mean.
///
/// Source: Levi and Gilboa 2025, The Double-Ellipsoid Geometry of CLIP, arXiv:2411.14517.
struct ConformityMean: GapMetric {
  let card = GapMetricCard(
    "conformity-mean", "Mean conformity", formula: "(1/n) Σ x_i·x̄/‖x̄‖",
    source: "Levi and Gilboa 2025, arXiv:2411.14517", range: 0...1, reading: "rows nearer to their mean",
    sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { side in
      let mean = try study.moments().mean(side)
      let length = dot(mean, mean).squareRoot()
      guard length > 1e-7 else { return .undefined(side, "the mean is zero, so it has no direction") }
      return GapMeasure(side, length) { try study.products(side, mean).map { $0 / length - length } }
    }
  }
}
