/// The mean distance within pairs, (1/n) Σ ‖x_i − y_i‖.
///
/// Its p-value is that of shuffling the pairs: how seldom these are as near. Source: Schrodi et al. 2025, arXiv:2404.07983.
struct L2I: GapMetric {
  let card = GapMetricCard(
    "l2i", "Mean distance within pairs", formula: "(1/n) Σ ‖x_i − y_i‖",
    source: "Schrodi et al. 2025, arXiv:2404.07983", range: 0...2, reading: "pairs farther apart",
    sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let distances = try study.pairDistances().map { $0.squareRoot() }
    let (null, p) = try study.sample.shuffles().meanDistances.null { $0 <= distances.mean }
    return [GapMeasure(.both, meanOf: distances, null: null, p: p)]
  }
}
