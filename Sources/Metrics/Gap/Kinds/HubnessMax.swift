/// The greatest k-occurrence: how many queries of the other side have the same candidate among their k nearest.
///
/// Source: Radovanović et al. 2010, Hubs in Space, JMLR 11.
struct HubnessMax: GapMetric {
  let card = GapMetricCard(
    "hubness-max", "Greatest k-occurrence", formula: "max_j N_k(j)",
    source: "Radovanović et al. 2010, JMLR 11:2487",
    range: 0...Double.greatestFiniteMagnitude, reading: "a stronger hub", sides: GapSide.directions,
    needs: [.across],
    withoutInterval: Hubness.withoutInterval, leastPairs: { $0.k + 1 })

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try Hubness.occurrences(study.sample).map { side, counts in
      GapMeasure(side, Double(counts.max() ?? 0), notes: study.sample.notes)
    }
  }
}
