import Kernels

/// Linear centred kernel alignment, ‖X_cᵀY_c‖²/(‖X_cᵀX_c‖·‖Y_cᵀY_c‖), of rows less their means: whether the sides have the same
/// relations among their rows, wherever they lie. From second moments, without n × n matrices.
///
/// Biased upwards where n is not much above d: the null shows by how much. Source: Kornblith et al. 2019, arXiv:1905.00414.
struct CKA: GapMetric {
  let card = GapMetricCard(
    "cka", "Linear CKA", formula: "‖X_cᵀY_c‖²/(‖X_cᵀX_c‖·‖Y_cᵀY_c‖)",
    source: "Kornblith et al. 2019, arXiv:1905.00414",
    range: 0...1, reading: "more alike relations among rows", sides: [.both], equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let moments = try study.moments()
    let norms = CKANorms(moments)
    guard norms.x > 1e-10, norms.y > 1e-10 else {
      return [.undefined(.both, "the rows of a side do not vary")]
    }
    let value = norms.value
    let shuffled = try study.shuffledMoments().map {
      $0.xy.less(outer: moments.meanX, moments.meanY).squaredNorm / (norms.x * norms.y)
    }
    let (null, p) = shuffled.null { $0 >= value }
    return [
      GapMeasure(.both, value, null: null, p: p, notes: study.fewRowsNote(.x)) {
        try study.ckaInfluence(norms, value: value)
      }
    ]
  }
}

/// ‖Σ_xy‖², and ‖Σ_x‖ and ‖Σ_y‖, of covariances.
struct CKANorms {
  let cross: RealMatrix
  let x: Double
  let y: Double

  init(_ moments: SecondMoments) {
    cross = moments.crossCovariance
    x = moments.covariance(.x).squaredNorm.squareRoot()
    y = moments.covariance(.y).squaredNorm.squareRoot()
  }

  var value: Double { cross.squaredNorm / (x * y) }
}

extension GapStudy {
  /// d ln CKA = d‖Σ_xy‖²/‖Σ_xy‖² − ½ d‖Σ_x‖²/‖Σ_x‖² − ½ d‖Σ_y‖²/‖Σ_y‖², each d‖A‖² = 2 tr(AᵀdA).
  func ckaInfluence(_ norms: CKANorms, value: Double) throws -> [Double] {
    let moments = try moments()
    let top = norms.cross.squaredNorm
    guard top > 0 else { return [] }
    let cross = try forms(x, less: moments.meanX, norms.cross, y, less: moments.meanY)
    let ofX = try influence(.x, about: moments.meanX, moments.covariance(.x))
    let ofY = try influence(.y, about: moments.meanY, moments.covariance(.y))
    let middle = cross.mean
    return cross.indices.map { i in
      value * (2 * (cross[i] - middle) / top - ofX[i] / (norms.x * norms.x) - ofY[i] / (norms.y * norms.y))
    }
  }
}
