/// Search in the union of both sides, without the query: the share of queries whose partner is among the k nearest.
///
/// Of equally similar rows those of the own side come first. Its interval is over queries, the candidates as they are. Source: GR-CLIP,
/// 2025, arXiv:2507.19054.
struct UnionRecall: GapMetric {
  let card = GapMetricCard(
    "union-recall", "Recall in the union of both sides",
    formula: "(1/n) #{i : y_i among the k rows of X ∪ Y \\ {x_i} nearest to x_i}",
    source: "GR-CLIP 2025, arXiv:2507.19054", range: 0...1, reading: "partners are found among both sides",
    sides: GapSide.directions, needs: [.within, .across])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let (within, across) = (try sample.neighboursWithin(), try sample.neighboursAcross())
    let orders = try sample.shuffles().orders
    return [(GapSide.xToY, within.x, across.x), (.yToX, within.y, across.y)].map { side, own, other in
      let k = sample.options.k
      let hits = (0..<sample.count).map { Self.finds($0, partner: $0, own, other, k: k) }
      let shuffled = orders.map { order in
        order.indices.map { Self.finds($0, partner: order[$0], own, other, k: k) }.mean
      }
      let (null, p) = shuffled.null { $0 >= hits.mean }
      return GapMeasure(side, meanOf: hits, null: null, p: p, notes: sample.notes)
    }
  }

  /// 1 where fewer than k rows of both lists come before the partner.
  private static func finds(
    _ row: Int, partner: Int, _ own: NeighbourLists, _ other: NeighbourLists, k: Int
  ) -> Double {
    guard let place = other.row(row).firstIndex(of: Int32(partner)) else { return 0 }
    let before = place - other.row(row).startIndex
    let similarity = other.values[place]
    return before + own.similarities(row).count { $0 >= similarity } < k ? 1 : 0
  }
}
