import Kernels

/// What the means add to Fréchet's distance, ‖x̄ − ȳ‖². Source: Heusel et al. 2017, arXiv:1706.08500.
struct FrechetMean: GapMetric {
  let card = GapMetricCard(
    "frechet-mean", "Fréchet distance, the means' part", formula: "‖x̄ − ȳ‖²",
    source: "Heusel et al. 2017, arXiv:1706.08500", range: 0...4, reading: "a wider gap", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let gap = try study.moments().gap
    return [GapMeasure(.both, dot(gap, gap)) { try study.squaredGapInfluence() }]
  }
}
