import Contracts
import Execution
import Foundation
import Kernels

/// Corrections of scores for hubs, candidates that are near to many queries. Each subtracts a bias from a candidate's
/// scores, computed from banks: queries b, and candidates g of the same kind.
package enum HubCorrection: Sendable, Equatable {
  /// s − α · mean of the k greatest s(b, c). Source: NNN, arXiv 2410.24114.
  case nearestNeighbors(k: Int, alpha: Double)
  /// exp(βs)/Σ_b exp(β·s(b, c)) for queries whose first candidate is the first of some b, s for all others (the dynamic
  /// inverted softmax). Its logarithm over β is s − log Σ_b exp(β·s(b, c))/β. Source: QB-Norm, arXiv 2112.12777.
  case queryBank(beta: Double)
  /// exp(β₁s)/Σ_b exp(β₁·s(b, c)) · exp(β₂s)/Σ_g exp(β₂·s(g, c)) (the dual inverted softmax); the logarithm of it over
  /// β₁ + β₂. Source: Wang, Jian and Xue 2023, arXiv 2310.11612.
  case dualBank(beta: Double, galleryBeta: Double)

  /// - Parameters:
  ///   - queries: the bank of queries, of the modality of the queries.
  ///   - gallery: the bank of candidates, of the modality of the candidates.
  package func bias(
    of candidates: RealMatrix, queries: RealMatrix, gallery: RealMatrix, _ budget: ThreadBudget
  ) throws -> HubBias {
    switch self {
    case .nearestNeighbors(let k, let alpha):
      let means = try ScoreLines(candidates, [queries]).map(budget) { _, line in
        let top = line.values.sorted(by: >).prefix(k)
        return top.reduce(0, +) / Double(top.count)
      }
      return HubBias(means.map { alpha * $0 })
    case .queryBank(let beta):
      let lines = ScoreLines(queries, [candidates])
      var activated = [Bool](repeating: false, count: candidates.rows)
      for first in try lines.map(budget, { query, line in lines.first(line) { lines.exact(query, $0) } }) {
        activated[first] = true
      }
      let sums = try Self.logSums(candidates, queries, beta, budget)
      return HubBias(sums.map { $0 / beta }, activated: activated)
    case .dualBank(let beta, let galleryBeta):
      let byQueries = try Self.logSums(candidates, queries, beta, budget)
      let byGallery = try Self.logSums(candidates, gallery, galleryBeta, budget)
      return HubBias(zip(byQueries, byGallery).map { ($0 + $1) / (beta + galleryBeta) })
    }
  }

  /// log Σ_b exp(β·s(b, c)) of each candidate.
  private static func logSums(
    _ candidates: RealMatrix, _ bank: RealMatrix, _ beta: Double, _ budget: ThreadBudget
  ) throws -> [Double] {
    try ScoreLines(candidates, [bank]).map(budget) { _, line in
      let values = line.values
      let top = values.max() ?? 0
      return beta * top + log(values.reduce(0) { $0 + exp(beta * ($1 - top)) })
    }
  }
}

/// What is subtracted from the scores of each candidate.
package struct HubBias: Sendable, Equatable {
  package let values: [Double]
  /// Where given, only of queries whose first candidate, without the bias, is one of these.
  package let activated: [Bool]?

  /// Rounded to 2^−40, so that equal candidates have equal biases, however a product rounds.
  init(_ values: [Double], activated: [Bool]? = nil) {
    self.values = values.map { ($0 * 0x1p40).rounded() * 0x1p-40 }
    self.activated = activated
  }
}
