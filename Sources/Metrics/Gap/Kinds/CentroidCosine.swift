import Kernels

/// The cosine of the means, x̄·ȳ/(‖x̄‖‖ȳ‖): the gap's direction without the lengths of the means.
///
/// Source: Fahim et al. 2024, arXiv:2405.18570.
struct CentroidCosine: GapMetric {
  let card = GapMetricCard(
    "centroid-cosine", "Cosine of the means", formula: "x̄·ȳ/(‖x̄‖‖ȳ‖)",
    source: "Fahim et al. 2024, arXiv:2405.18570", range: -1...1, reading: "means in more similar directions",
    sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let moments = try study.moments()
    let (x, y) = (moments.meanX, moments.meanY)
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y))
    guard xx > 1e-14, yy > 1e-14 else { return [.undefined(.both, "a mean is zero, so it has no direction")] }
    let value = xy / (xx * yy).squareRoot()
    return [
      GapMeasure(.both, value) {
        let lengths = (xx * yy).squareRoot()
        let ofX = zip(y, x).map { $0 / lengths - value * $1 / xx }
        let ofY = zip(x, y).map { $0 / lengths - value * $1 / yy }
        return zip(try study.products(.x, ofX), try study.products(.y, ofY)).map { $0 + $1 }
      }
    ]
  }
}
