import Kernels

/// Linear CKA with the unbiased estimates of HSIC, which may be below zero; it does not rise with d/n.
///
/// HSIC(K, L) ∝ tr(K̃L̃) + 1ᵀK̃1·1ᵀL̃1/((n − 1)(n − 2)) − 2/(n − 2)·1ᵀK̃L̃1 with K̃ = K less its diagonal. With linear kernels all of it
/// is second moments: tr(K̃L̃) = ‖XᵀY‖² − n and K̃1 = (x_i·Σx − 1)_i. Source: Song et al. 2012, JMLR 13, Equation 5; Nguyen et al. 2021,
/// arXiv:2010.15327.
struct CKAUnbiased: GapMetric {
  let card = GapMetricCard(
    "cka-unbiased", "Linear CKA, unbiased", formula: "HSIC₁(X,Y)/√(HSIC₁(X,X)·HSIC₁(Y,Y))",
    source: "Song et al. 2012, JMLR 13:1393; Nguyen et al. 2021, arXiv:2010.15327", range: -1...1,
    reading: "more alike relations among rows", sides: [.both], leastPairs: 4, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let moments = try study.moments()
    let hsic = try UnbiasedHSIC(study)
    let bottom = (hsic.value(moments.xx, .x, .x), hsic.value(moments.yy, .y, .y))
    guard bottom.0 > 1e-10, bottom.1 > 1e-10 else {
      return [.undefined(.both, "the rows of a side vary too little")]
    }
    let scale = 1 / (bottom.0 * bottom.1).squareRoot()
    let value = scale * hsic.value(moments.xy, .x, .y)
    let shuffled = try study.shuffledMoments().map { scale * hsic.value($0.xy, .x, .y, order: $0.order) }
    let (null, p) = shuffled.null { $0 >= value }
    return [
      GapMeasure(.both, value, null: null, p: p) {
        try study.ckaInfluence(CKANorms(moments), value: value)
      }
    ]
  }
}

/// Estimates of HSIC of linear kernels, each divided by n².
private struct UnbiasedHSIC {
  private let n: Double
  /// K̃1 of each side.
  private let sums: [GapSide: [Double]]

  init(_ study: GapStudy) throws {
    n = Double(study.count)
    let others = n - 1
    sums = try [.x: study.rowCosines(.x).map { $0 * others }, .y: study.rowCosines(.y).map { $0 * others }]
  }

  /// - Parameter moment: (1/n) Σ a_i·b_iᵀ.
  func value(_ moment: RealMatrix, _ a: GapSide, _ b: GapSide, order: [Int]? = nil) -> Double {
    guard let a = sums[a], let b = sums[b] else { return .nan }
    let trace = n * n * moment.squaredNorm - n
    let product = a.indices.reduce(0) { $0 + a[$1] * b[order?[$1] ?? $1] }
    return (trace + a.sum * b.sum / ((n - 1) * (n - 2)) - 2 * product / (n - 2)) / (n * n)
  }
}
