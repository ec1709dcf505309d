/// What the covariances add to Fréchet's distance, tr(Σ_x + Σ_y − 2(Σ_x^½ Σ_y Σ_x^½)^½), with n − 1.
///
/// Source: Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X.
struct FrechetCovariance: GapMetric {
  let card = GapMetricCard(
    "frechet-covariance", "Fréchet distance, the covariances' part",
    formula: "tr(Σ_x + Σ_y − 2(Σ_x^½ Σ_y Σ_x^½)^½)",
    source: "Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X",
    range: 0...4, reading: "sides differ more in shape", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    [
      GapMeasure(.both, try study.frechet().covariance, notes: study.fewRowsNote(.x)) {
        try study.frechetShapeInfluence()
      }
    ]
  }
}
