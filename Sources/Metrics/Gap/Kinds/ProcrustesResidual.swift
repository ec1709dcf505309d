import Kernels

/// What the best rotation leaves: Σ ‖x_i − W·y_i‖²/Σ ‖x_i‖² over held-out pairs, W fitted on the other half of the pairs, drawn at random.
///
/// 0 where the sides are rotations of each other. In sample it overfits with n < 5d: with d ≈ n even shuffled pairs fit. Its null is fitted
/// on, and measured on, shuffled pairs. Its interval is over the held-out pairs with W as it is. Source: Schönemann 1966,
/// doi:10.1007/BF02289451; Liang et al. 2022, Sec. 4.4.
struct ProcrustesResidual: GapMetric {
  let card = GapMetricCard(
    "procrustes-residual", "Residual of the best rotation, held out",
    formula: "Σ ‖x_i − W·y_i‖²/Σ ‖x_i‖² over held-out pairs",
    source: "Schönemann 1966, doi:10.1007/BF02289451; Liang et al. 2022, arXiv:2203.02053", range: 0...4,
    reading: "less alike up to a rotation", sides: [.both], leastPairs: 4)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let order = sample.options.stream("procrustes").permutation(sample.count)
    let half = sample.count / 2
    let residuals = try Self.residuals(sample, order[..<half], order[half...])
    let fitted =
      half < 5 * sample.x.columns ? ["W fitted on \(half) pairs in \(sample.x.columns) dimensions"] : []
    return [
      GapMeasure(
        .both, meanOf: residuals, null: try shuffled(sample, order, half), heldOut: residuals.count,
        notes: sample.notes + fitted)
    ]
  }

  /// The same with the rows of y in another order.
  private func shuffled(_ sample: GapStudy, _ order: [Int], _ half: Int) throws -> Double {
    if sample.options.permutations == 0 { return .nan }
    let other = sample.options.stream("procrustes/null").permutation(sample.count)
    return try Self.residuals(sample, order[..<half], order[half...], ofY: other).mean
  }

  private static func residuals(
    _ sample: GapStudy, _ train: ArraySlice<Int>, _ test: ArraySlice<Int>, ofY order: [Int]? = nil
  ) throws -> [Double] {
    func rows(_ chosen: ArraySlice<Int>) -> (x: Matrix, y: Matrix) {
      (sample.x.picking(Array(chosen)), sample.y.picking(chosen.map { order?[$0] ?? $0 }))
    }
    let (fitted, measured) = (rows(train), rows(test))
    let w = try procrustes(TransformedRows(fitted.x, .x), TransformedRows(fitted.y, .y), sample.budget)
      .rounded
    let d = w.columns
    let turned = Matrix(rows: test.count, columns: d) { out in
      measured.y.withSlice { y in
        w.withSlice { w in
          BLAS.multiply(
            ProductShape(rows: test.count, columns: d, inner: d), Operand(y, stride: d),
            Operand(w, stride: d, transposed: true), into: out, stride: d)
        }
      }
    }
    return measured.x.withSlice { x in
      turned.withSlice { y in
        (0..<test.count).map { squaredDistance(x[$0 * d..<($0 + 1) * d], y.from($0 * d)) }
      }
    }
  }
}
