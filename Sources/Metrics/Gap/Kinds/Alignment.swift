/// Alignment, the mean squared distance within pairs: (1/n) Σ ‖x_i − y_i‖².
///
/// Its p-value is that of shuffling the pairs. Source: Wang and Isola 2020, arXiv:2005.10242, with α = 2.
struct Alignment: GapMetric {
  let card = GapMetricCard(
    "alignment", "Alignment", formula: "(1/n) Σ ‖x_i − y_i‖²",
    source: "Wang and Isola 2020, arXiv:2005.10242",
    range: 0...4, reading: "pairs farther apart", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let squares = try study.pairDistances()
    let (null, p) = try study.sample.shuffles().meanCosines.map { 2 - 2 * $0 }.null { $0 <= squares.mean }
    return [GapMeasure(.both, meanOf: squares, null: null, p: p)]
  }
}
