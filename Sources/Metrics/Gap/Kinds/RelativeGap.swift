import Kernels

/// The relative modality gap, m/(m + ½(d_x + d_y)) with distances (1 − cos)/2: m is the mean within pairs, d the mean of all
/// pairs of different rows of a side.
///
/// ½ where both sides are drawn from one distribution and pairs mean nothing; 0 where pairs coincide. Source: Schrodi et al. 2025, arXiv:2404.07983.
struct RelativeGap: GapMetric {
  let card = GapMetricCard(
    "rmg", "Relative modality gap",
    formula: "m/(m + ½(d_x + d_y)), m = mean (1 − x_i·y_i)/2, d = mean_{i≠j} (1 − cos)/2",
    source: "Schrodi et al. 2025, arXiv:2404.07983", range: 0...1,
    reading: "pairs farther apart than rows of a side are", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let halves = try study.pairCosines().map { (1 - $0) / 2 }
    let (m, dx, dy) = (halves.mean, try study.spread(.x), try study.spread(.y))
    let apart = (dx + dy) / 2
    guard m + apart > 0 else { return [.undefined(.both, "all rows of both sides are equal")] }
    let value = m / (m + apart)
    let shuffled = try study.sample.shuffles().meanCosines.map { (1 - $0) / 2 }.map { $0 / ($0 + apart) }
    let (null, p) = shuffled.null { $0 <= value }
    return [
      GapMeasure(.both, value, null: null, p: p) {
        let (ofX, ofY) = (try study.spreadInfluence(.x, dx), try study.spreadInfluence(.y, dy))
        let scale = 1 / ((m + apart) * (m + apart))
        return halves.indices.map { i in
          scale * (apart * (halves[i] - m) - m * (ofX[i] + ofY[i]) / 2)
        }
      }
    ]
  }
}

extension GapStudy {
  /// d of a side.
  fileprivate func spread(_ side: GapSide) throws -> Double { (1 - (try meanCosine(side))) / 2 }

  /// How d changes with each row's weight.
  fileprivate func spreadInfluence(_ side: GapSide, _ d: Double) throws -> [Double] {
    try rowCosines(side).map { 2 * ((1 - $0) / 2 - d) }
  }

  /// Of each row, the mean of cos with the others of its side: (x_i·Σx − 1)/(n − 1).
  func rowCosines(_ side: GapSide) throws -> [Double] {
    let n = Double(count)
    return try products(side, try moments().mean(side)).map { ($0 * n - 1) / (n - 1) }
  }

  /// The mean of cos over all pairs of different rows: (n²‖x̄‖² − n)/(n(n − 1)).
  func meanCosine(_ side: GapSide) throws -> Double {
    let (n, mean) = (Double(count), try moments().mean(side))
    return (n * dot(mean, mean) - 1) / (n - 1)
  }
}
