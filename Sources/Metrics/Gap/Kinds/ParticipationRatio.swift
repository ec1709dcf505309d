import Kernels

/// The participation ratio of one side, (Σλ)²/Σλ² of the eigenvalues of its covariance; without any eigenvalue it is
/// (tr Σ)²/‖Σ‖².
///
/// Source: Gao et al. 2017, A theory of multineuronal dimensionality, doi:10.1101/214262.
struct ParticipationRatio: GapMetric {
  let card = GapMetricCard(
    "participation-ratio", "Participation ratio", formula: "(Σλ)²/Σλ², λ eigenvalues of the covariance",
    source: "Gao et al. 2017, doi:10.1101/214262", range: 0...Double.greatestFiniteMagnitude,
    reading: "more dimensions in use", sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { try study.participation($0, scale: 1, less: 0) }
  }
}

extension GapStudy {
  /// scale·(PR − less).
  func participation(_ side: GapSide, scale: Double, less: Double) throws -> GapMeasure {
    let covariance = try moments().covariance(side)
    let (trace, square) = (covariance.trace, covariance.squaredNorm)
    guard trace > 1e-10 else { return .undefined(side, "the rows do not vary") }
    let value = trace * trace / square
    return GapMeasure(side, scale * (value - less), notes: fewRowsNote(side)) {
      var slope = covariance
      let d = slope.columns
      for index in slope.values.indices { slope.values[index] *= -2 * scale * value / square }
      for row in 0..<d { slope.values[row * d + row] += 2 * scale * trace / square }
      return try self.influence(side, about: self.moments().mean(side), slope)
    }
  }
}
