/// The mean share of common neighbours: of the k nearest rows of x_i among x and of y_i among y, those with the same index, (1/n)
/// Σ |N_x(i) ∩ N_y(i)|/k.
///
/// Its interval is over queries, the candidates as they are; shuffled pairs share k/(n − 1). Source: Huh et al. 2024, The Platonic
/// Representation Hypothesis, arXiv:2405.07987, with k = 10.
struct MutualKNN: GapMetric {
  let card = GapMetricCard(
    "mutual-knn", "Mutual nearest neighbours", formula: "(1/n) Σ |N_x(i) ∩ N_y(i)|/k",
    source: "Huh et al. 2024, arXiv:2405.07987", range: 0...1, reading: "more alike neighbourhoods",
    sides: [.both],
    needs: [.within], equalDimensions: false, leastPairs: { $0.k + 1 })

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let (x, y) = try sample.neighboursWithin()
    let shares = (0..<sample.count).map { row in Self.common(x.row(row), y.row(row), k: x.k) }
    let (orders, budget) = (try sample.shuffles().orders, study.budget)
    let shuffled = try budget.map(blocks: orders.count) { shuffle in
      let order = orders[shuffle].map { Int32($0) }
      // Row i of x beside row π(i) of y: of x_i's neighbours j, those whose π(j) is a neighbour of y_π(i).
      return order.indices.map { row in
        Self.common(x.row(row).map { order[Int($0)] }[...], y.row(Int(order[row])), k: x.k)
      }.mean
    }
    let (null, p) = shuffled.null { $0 >= shares.mean }
    return [GapMeasure(.both, meanOf: shares, null: null, p: p, notes: sample.notes)]
  }

  private static func common(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>, k: Int) -> Double {
    Double(a.count { b.contains($0) }) / Double(k)
  }
}

extension GapStudy {
  func neighboursWithin() throws -> (x: NeighbourLists, y: NeighbourLists) {
    let lists = try pairs().neighbours
    let none = NeighbourLists(k: 0)
    return (lists[.xx] ?? none, lists[.yy] ?? none)
  }

  /// Of x's rows among y, and of y's among x.
  func neighboursAcross() throws -> (x: NeighbourLists, y: NeighbourLists) {
    let lists = try pairs().neighbours
    let none = NeighbourLists(k: 0)
    return (lists[.xy] ?? none, lists[.yx] ?? none)
  }
}
