import Kernels

/// Fréchet's distance of the sides taken as Gaussian, ‖Δ‖² + tr(Σ_x + Σ_y − 2(Σ_x^½ Σ_y Σ_x^½)^½), covariances with n − 1.
///
/// Source: Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X; as FID in Heusel et al. 2017, arXiv:1706.08500.
struct Frechet: GapMetric {
  let card = GapMetricCard(
    "frechet", "Fréchet distance", formula: "‖x̄ − ȳ‖² + tr(Σ_x + Σ_y − 2(Σ_x^½ Σ_y Σ_x^½)^½)",
    source: "Heusel et al. 2017, arXiv:1706.08500", range: 0...8,
    reading: "sides differ more in mean and shape",
    sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let gap = try study.moments().gap
    let shape = try study.frechet().covariance
    return [
      GapMeasure(.both, dot(gap, gap) + shape, notes: study.fewRowsNote(.x)) {
        zip(try study.squaredGapInfluence(), try study.frechetShapeInfluence()).map { $0 + $1 }
      }
    ]
  }
}

/// What Fréchet's distance says of the covariances.
struct FrechetParts: Sendable {
  /// tr(Σ_x + Σ_y − 2(Σ_x^½ Σ_y Σ_x^½)^½).
  let covariance: Double
  /// By Σ_x and by Σ_y, less the identity: the derivatives of −2 tr(…)^½.
  let slopeX: RealMatrix
  let slopeY: RealMatrix
  /// n/(n − 1).
  let scale: Double

  /// With L = V·Λ^½ of Σ_x = LLᵀ, the eigenvalues of M = Lᵀ·Σ_y·L = U·S²·Uᵀ are those of Σ_x^½ Σ_y Σ_x^½, and tr(…)^½ = Σ S.
  /// Its derivative by Σ_y is ½ L·U·S⁻¹·Uᵀ·Lᵀ, and by Σ_x ½ W·U·S·Uᵀ·Wᵀ with W = V·Λ^−½; directions without variance are left out.
  init(_ moments: SecondMoments, _ x: LAPACK.Eigen, count: Int) throws {
    let y = moments.covariance(.y)
    scale = Double(count) / Double(count - 1)
    let roots = x.spectrum.map { $0.squareRoot() }
    let l = x.vectors.scalingRows(roots)
    let m = l.multiplied(by: y).multiplied(by: l.transposed)
    let eigen = try LAPACK.symmetricEigen(m)
    let s = eigen.spectrum.map { $0.squareRoot() }
    covariance = max(0, scale * (x.spectrum.sum + y.trace - 2 * s.sum))
    let towardsY = eigen.vectors.multiplied(by: l)
    let towardsX = eigen.vectors.multiplied(by: x.vectors.scalingRows(roots.map { $0 > 0 ? 1 / $0 : 0 }))
    let least = (s.first ?? 0) * 1e-5
    slopeY = towardsY.scalingRows(s.map { $0 > least ? -1 / $0 : 0 }).transposed.multiplied(by: towardsY)
    slopeX = towardsX.scalingRows(s.map { $0 > least ? -$0 : 0 }).transposed.multiplied(by: towardsX)
  }
}

extension GapStudy {
  func frechetShapeInfluence() throws -> [Double] {
    let (parts, moments) = (try frechet(), try moments())
    let ofX = try influence(.x, about: moments.meanX, parts.slopeX.addingIdentity)
    let ofY = try influence(.y, about: moments.meanY, parts.slopeY.addingIdentity)
    return zip(ofX, ofY).map { parts.scale * ($0 + $1) }
  }
}

extension RealMatrix {
  fileprivate func scalingRows(_ factors: [Double]) -> RealMatrix {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.values[row * columns + column] *= factors[row] }
    }
    return result
  }

  fileprivate var addingIdentity: RealMatrix {
    var result = self
    for row in 0..<rows { result.values[row * columns + row] += 1 }
    return result
  }
}
