import Foundation

/// Uniformity of one side, ln mean_{i<j} exp(−2‖x_i − x_j‖²).
///
/// 0 where all rows are equal; for points spread evenly over the sphere of d dimensions ln(e⁻⁴ ₀F₁(d/2; 4)), −3.984 for
/// d = 512. Source: Wang and Isola 2020, arXiv:2005.10242, with t = 2.
struct Uniformity: GapMetric {
  let card = GapMetricCard(
    "uniformity", "Uniformity", formula: "ln mean_{i<j} exp(−2‖x_i − x_j‖²)",
    source: "Wang and Isola 2020, arXiv:2005.10242", range: -8...0, reading: "rows less evenly spread",
    sides: GapSide.each, needs: [.uniformity], equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let sums = try sample.pairs().uniformity
    return [(GapSide.x, PairPass.Relation.xx), (.y, .yy)].map { side, relation in
      let others = Double(sample.count - 1)
      let means = (sums[relation] ?? []).map { ($0 - 1) / others }
      let mean = means.mean
      return GapMeasure(side, log(mean), notes: sample.notes) { means.map { 2 * ($0 - mean) / mean } }
    }
  }
}
