/// The squared maximum mean discrepancy of the sides, biased: mean k(x, x') + mean k(y, y') − 2 mean k(x, y) over all n² pairs of
/// rows, with k = exp(−‖·‖²/2σ²).
///
/// Its p-value is that of exchanging the sides of pairs at random. Source: Gretton et al. 2012, A Kernel Two-Sample Test, JMLR 13;
/// with σ = 10 as in CMMD (Jayasumana et al. 2024, arXiv:2401.09603), which gives it times 1000.
struct MMD2Biased: GapMetric {
  let card = GapMetricCard(
    "mmd2-biased", "MMD², biased",
    formula: "(1/n²) Σ_ij (k(x_i,x_j) + k(y_i,y_j) − 2k(x_i,y_j)), k = exp(−‖·‖²/2σ²)",
    source: "Gretton et al. 2012, JMLR 13:723; Jayasumana et al. 2024, arXiv:2401.09603", range: 0...2,
    reading: "sides differ more", sides: [.both], needs: [.kernel])

  func measure(_ study: GapStudy) throws -> [GapMeasure] { [try study.discrepancy(isBiased: true)] }
}

extension GapStudy {
  /// Both estimates: they differ in the terms of rows with themselves.
  func discrepancy(isBiased: Bool) throws -> GapMeasure {
    let (sample, n) = (sample, Double(sample.count))
    let pairs = try sample.pairs()
    let rows = pairs.discrepancies(pairs.kernel)
    let within = ((pairs.kernel[.xx] ?? []).sum + (pairs.kernel[.yy] ?? []).sum) / n
    let biased = max(0, rows.mean / n)
    // Of the n² pairs of rows within a side, the n of a row with itself have the kernel 1.
    let value = isBiased ? biased : rows.mean / n + (within - 2) / (n - 1) - within / n
    let test = pairs.kernelFlips.map { $0 / (n * n) }.null { $0 >= biased }
    return GapMeasure(.both, value, null: test.null, p: test.p, notes: sample.notes) {
      rows.map { 2 * ($0 / n - rows.mean / n) }
    }
  }
}

extension PairPass.Result {
  /// Of each row, the sum over j of the sides' own terms less the others'.
  func discrepancies(_ sums: [PairPass.Relation: [Double]]) -> [Double] {
    guard let xx = sums[.xx], let yy = sums[.yy], let xy = sums[.xy], let yx = sums[.yx] else { return [] }
    return xx.indices.map { (xx[$0] + yy[$0]) - (xy[$0] + yx[$0]) }
  }
}
