import Kernels

/// The part of ‖Δ‖² that the dimensions of greatest |Δ_k| have; the note names them.
///
/// Source: Schrodi et al. 2025, arXiv:2404.07983, Fig. 4.
struct TopDimensionsShare: GapMetric {
  let card = GapMetricCard(
    "top-dimensions-share", "Share of the gap in its greatest dimensions",
    formula: "Σ_{k in the m greatest} Δ_k²/‖Δ‖², Δ = x̄ − ȳ", source: "Schrodi et al. 2025, arXiv:2404.07983",
    range: 0...1, reading: "fewer dimensions have the gap", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let gap = try study.moments().gap
    let square = dot(gap, gap)
    guard square > 1e-14 else {
      return [.undefined(.both, "the means are equal, so there is no gap to share")]
    }
    let top = gap.indices.sorted { (abs(gap[$0]), $1) > (abs(gap[$1]), $0) }.prefix(study.options.dimensions)
    let share = top.reduce(0) { $0 + gap[$1] * gap[$1] } / square
    let names = top.map(String.init).joined(separator: ", ")
    return [
      GapMeasure(.both, share, notes: ["dimensions \(names), counted from 0"]) {
        var chosen = [Double](repeating: 0, count: gap.count)
        for index in top { chosen[index] = gap[index] }
        let slope = gap.indices.map { 2 * (chosen[$0] - share * gap[$0]) / square }
        return try study.along(slope)
      }
    ]
  }
}
