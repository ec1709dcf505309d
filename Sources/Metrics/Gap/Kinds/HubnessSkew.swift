/// The skewness of the k-occurrence: N_k of a candidate is how many queries of the other side have it among their k nearest.
///
/// High where few candidates are near to most queries (hubs). Source: Radovanović et al. 2010, Hubs in Space, JMLR 11, Equation 1.
struct HubnessSkew: GapMetric {
  let card = GapMetricCard(
    "hubness-skew", "Skewness of the k-occurrence", formula: "mean (N_k − N̄_k)³/sd(N_k)³",
    source: "Radovanović et al. 2010, JMLR 11:2487",
    range: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    reading: "more hubs", sides: GapSide.directions, needs: [.across],
    withoutInterval: Hubness.withoutInterval, leastPairs: { $0.k + 1 })

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    try Hubness.occurrences(study.sample).map { side, counts in
      let values = counts.map { Double($0) }
      let mean = values.mean
      let variance = values.map { ($0 - mean) * ($0 - mean) }.mean
      guard variance > 0 else { return .undefined(side, "all candidates are equally often near") }
      let third = values.map { ($0 - mean) * ($0 - mean) * ($0 - mean) }.mean
      return GapMeasure(side, third / (variance * variance.squareRoot()), notes: study.sample.notes)
    }
  }
}

enum Hubness {
  static let withoutInterval =
    "copies of a row in a bootstrap sample are candidates of equal rank, which makes hubs"

  /// N_k of every candidate: rows of y, then rows of x.
  static func occurrences(_ sample: GapStudy) throws -> [(GapSide, [Int])] {
    let (x, y) = try sample.neighboursAcross()
    return [(.xToY, x.occurrences(sample.count)), (.yToX, y.occurrences(sample.count))]
  }
}
