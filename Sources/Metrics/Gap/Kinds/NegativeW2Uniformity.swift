import Kernels

/// Minus the Wasserstein distance from one side to the normal distribution N(0, I/d), both taken as Gaussian:
/// −√(‖x̄‖² + Σ_k (√λ_k − 1/√d)²), λ the eigenvalues of the covariance.
///
/// Unlike `uniformity` it sees dimensions that are not in use. Source: Fang et al. 2024, arXiv:2403.00642; used in arXiv:2601.18525.
struct NegativeW2Uniformity: GapMetric {
  let card = GapMetricCard(
    "negative-w2-uniformity", "Uniformity by Wasserstein's distance",
    formula: "−√(‖x̄‖² + Σ_k (√λ_k − 1/√d)²)", source: "Fang et al. 2024, arXiv:2403.00642", range: -2...0,
    reading: "rows more evenly spread", sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { side in
      let mean = try study.moments().mean(side)
      let eigen = try study.spectra(side).centred
      let even = 1 / Double(mean.count).squareRoot()
      let square = eigen.spectrum.reduce(dot(mean, mean)) {
        $0 + ($1.squareRoot() - even) * ($1.squareRoot() - even)
      }
      let value = -square.squareRoot()
      return GapMeasure(side, value, notes: study.fewRowsNote(side)) {
        let slopes = eigen.spectrum.map { $0 > 0 ? (1 - even / $0.squareRoot()) / (2 * value) : 0 }
        let moved = try study.products(side, mean)
        let shape = try study.influence(side, about: mean, eigen.derivative(slopes))
        let middle = moved.mean
        return zip(moved, shape).map { value < 0 ? ($0 - middle) / value + $1 : 0 }
      }
    }
  }
}
