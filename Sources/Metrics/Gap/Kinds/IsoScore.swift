/// IsoScore of one side: 0 where the rows vary along one line, 1 where they vary alike in all d directions.
///
/// Its authors' formula, with λ̂ = √d·λ/‖λ‖ and δ = ‖λ̂ − 1‖/√(2(d − √d)), is ((d − δ²(d − √d))² − d)/(d(d − 1)), which is
/// (PR − 1)/(d − 1) with the participation ratio PR = (Σλ)²/Σλ². Source: Rudman et al. 2022, arXiv:2108.07344.
struct IsoScore: GapMetric {
  let card = GapMetricCard(
    "isoscore", "IsoScore", formula: "(PR − 1)/(d − 1), PR = (Σλ)²/Σλ²",
    source: "Rudman et al. 2022, arXiv:2108.07344",
    range: 0...1, reading: "variance more alike in all directions", sides: GapSide.each,
    equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try card.sides.map { side in
      let d = study.rows(side).columns
      guard d > 1 else { return .undefined(side, "needs two dimensions") }
      return try study.participation(side, scale: 1 / Double(d - 1), less: 1)
    }
  }
}
