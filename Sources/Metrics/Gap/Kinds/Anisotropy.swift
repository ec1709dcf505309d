/// The mean cosine of different rows of one side, which shows how narrow its cone is.
///
/// In O(n·d): mean_{i≠j} x_i·x_j = (n‖x̄‖² − 1)/(n − 1). Source: Ethayarajh 2019, arXiv:1909.00512; Liang et al. 2022, Fig. 2(a).
struct Anisotropy: GapMetric {
  let card = GapMetricCard(
    "anisotropy", "Anisotropy", formula: "mean_{i≠j} x_i·x_j", source: "Ethayarajh 2019, arXiv:1909.00512",
    range: -1...1, reading: "a narrower cone", sides: GapSide.each, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { side in
      let value = try study.meanCosine(side)
      return GapMeasure(side, value) { try study.rowCosines(side).map { 2 * ($0 - value) } }
    }
  }
}
