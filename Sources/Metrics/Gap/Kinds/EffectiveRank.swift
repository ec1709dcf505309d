import Foundation
import Kernels

/// The effective rank of one side, e^H with H = −Σ p_k ln p_k and p_k = σ_k/Σσ, σ the singular values of its rows.
///
/// Source: Roy and Vetterli 2007, The Effective Rank, EUSIPCO; as RankMe in Garrido et al. 2023, arXiv:2210.02885.
struct EffectiveRank: GapMetric {
  let card = GapMetricCard(
    "effective-rank", "Effective rank",
    formula: "exp(−Σ p_k ln p_k), p_k = σ_k/Σσ, σ singular values of the rows",
    source: "Roy and Vetterli 2007; Garrido et al. 2023, arXiv:2210.02885",
    range: 0...Double.greatestFiniteMagnitude,
    reading: "more dimensions in use", sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { try study.effectiveRank($0, of: study.spectra($0).raw, about: nil) }
  }
}

extension GapStudy {
  func effectiveRank(_ side: GapSide, of eigen: LAPACK.Eigen, about mean: [Double]?) throws -> GapMeasure {
    let singular = eigen.spectrum.map { $0.squareRoot() }
    let sum = singular.sum
    guard sum > 1e-6 else { return .undefined(side, "the rows do not vary") }
    let logs = singular.map { $0 > 0 ? log($0 / sum) : 0 }
    let entropy = -zip(singular, logs).reduce(0) { $0 + $1.0 / sum * $1.1 }
    return GapMeasure(side, exp(entropy), notes: fewRowsNote(side)) {
      let slopes = zip(singular, logs).map { sigma, log in
        sigma > 0 ? -exp(entropy) * (log + entropy) / (2 * sigma * sum) : 0
      }
      return try self.influence(side, about: mean, eigen.derivative(slopes))
    }
  }

  /// Spectra of few rows are too steep, by more than an interval says.
  func fewRowsNote(_ side: GapSide) -> [String] {
    let d = rows(side).columns
    return count < 5 * d ? ["\(count) rows in \(d) dimensions: biased, as n < 5d"] : []
  }
}
