import Kernels

/// The part of the mean squared distance within pairs that is the distance of the means: ‖Δ‖²/((1/n) Σ ‖x_i − y_i‖²).
///
/// Exactly, (1/n) Σ ‖x_i − y_i‖² = ‖Δ‖² + (1/n) Σ ‖(x_i − x̄) − (y_i − ȳ)‖². Source: the bias–variance identity; compare
/// the centroid and the distribution gap of arXiv:2604.00279.
struct GapShare: GapMetric {
  let card = GapMetricCard(
    "gap-share", "Share of the gap in the squared pair distance", formula: "‖x̄ − ȳ‖²/((1/n) Σ ‖x_i − y_i‖²)",
    source: "identity; compare arXiv:2604.00279", range: 0...1,
    reading: "pairs are apart because the means are", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let gap = try study.moments().gap
    let squares = try study.pairDistances()
    let (square, all) = (dot(gap, gap), squares.mean)
    guard all > 1e-12 else { return [.undefined(.both, "the rows of each pair are equal")] }
    let shuffled = try study.sample.shuffles().meanCosines.map { square / (2 - 2 * $0) }
    let (null, p) = shuffled.null { $0 >= square / all }
    return [
      GapMeasure(.both, square / all, null: null, p: p) {
        zip(try study.squaredGapInfluence(), squares).map {
          ($0 - square / all * ($1 - all)) / all
        }
      }
    ]
  }
}
