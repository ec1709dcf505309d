/// Search in the union of both sides: the share of queries whose nearest other row is of their own side. 1 where the gap
/// keeps the sides apart.
///
/// Of equally similar rows that of the own side counts. Its interval is over queries, the candidates as they are. Source: GR-CLIP, 2025,
/// arXiv:2507.19054.
struct OwnSideTop1: GapMetric {
  let card = GapMetricCard(
    "own-side-top1", "Nearest row of the union is of the own side",
    formula: "(1/n) #{i : max_{j≠i} x_i·x_j ≥ max_j x_i·y_j}",
    source: "GR-CLIP 2025, arXiv:2507.19054", range: 0...1,
    reading: "a search in both sides finds one side only",
    sides: GapSide.each, needs: [.within, .across])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let (within, across) = (try sample.neighboursWithin(), try sample.neighboursAcross())
    return [(GapSide.x, within.x, across.x), (.y, within.y, across.y)].map { side, own, other in
      let hits = (0..<sample.count).map { row in
        (own.similarities(row).first ?? 0) >= (other.similarities(row).first ?? 0) ? 1.0 : 0
      }
      return GapMeasure(side, meanOf: hits, notes: sample.notes)
    }
  }
}
