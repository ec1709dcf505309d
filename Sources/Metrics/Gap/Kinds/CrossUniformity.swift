import Foundation

/// Uniformity across the sides, ln mean_{i≠j} exp(−2‖x_i − y_j‖²).
///
/// Source: Fahim et al. 2024, arXiv:2405.18570.
struct CrossUniformity: GapMetric {
  let card = GapMetricCard(
    "cross-uniformity", "Cross-uniformity", formula: "ln mean_{i≠j} exp(−2‖x_i − y_j‖²)",
    source: "Fahim et al. 2024, arXiv:2405.18570", range: -8...0,
    reading: "rows that are no pair are nearer across the sides", sides: [.both], needs: [.uniformity])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let pairs = try sample.pairs()
    let (rows, columns) = (pairs.uniformity[.xy] ?? [], pairs.uniformity[.yx] ?? [])
    let others = Double(sample.count - 1)
    let both = rows.indices.map { (rows[$0] + columns[$0] - 2 * pairs.partnerUniformity[$0]) / others }
    let mean = both.mean / 2
    return [
      GapMeasure(.both, log(mean), notes: sample.notes) { both.map { ($0 - 2 * mean) / mean } }
    ]
  }
}
