/// The squared maximum mean discrepancy, with the means within a side over pairs of different rows; it may be below zero.
///
/// Its null is that of `mmd2-biased`, which has the terms of rows with themselves in addition. Source: Gretton et al. 2012, A Kernel
/// Two-Sample Test, JMLR 13, Equation 3; kernel and width as for `mmd2-biased`.
struct MMD2Unbiased: GapMetric {
  let card = GapMetricCard(
    "mmd2-unbiased", "MMD², unbiased",
    formula: "mean_{i≠j} k(x_i,x_j) + mean_{i≠j} k(y_i,y_j) − 2 mean_ij k(x_i,y_j)",
    source: "Gretton et al. 2012, JMLR 13:723", range: -1...2, reading: "sides differ more", sides: [.both],
    needs: [.kernel])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    var measure = try study.discrepancy(isBiased: false)
    measure.null = measure.null.isNaN ? .nan : 0
    return [measure]
  }
}
