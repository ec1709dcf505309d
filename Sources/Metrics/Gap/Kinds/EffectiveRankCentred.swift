/// The effective rank of one side after its mean is subtracted: e^H of the singular values of x_i − x̄.
///
/// Source: Roy and Vetterli 2007, The Effective Rank, EUSIPCO.
struct EffectiveRankCentred: GapMetric {
  let card = GapMetricCard(
    "effective-rank-centred", "Effective rank about the mean",
    formula: "exp(−Σ p_k ln p_k), p_k = σ_k/Σσ, σ singular values of the rows less their mean",
    source: "Roy and Vetterli 2007, EUSIPCO", range: 0...Double.greatestFiniteMagnitude,
    reading: "more dimensions in use", sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map {
      try study.effectiveRank($0, of: study.spectra($0).centred, about: study.moments().mean($0))
    }
  }
}
