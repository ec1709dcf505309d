import Execution
import Kernels

/// The share of at most 1,000 queries whose nearest row of the other side stays the same when noise N(0, σ²) is added to every dimension of
/// the candidates, whose rows are then divided by their norms.
///
/// Its interval is over queries. Source: Chowers et al. 2026, arXiv:2603.29080.
struct Robustness: GapMetric {
  static let queries = 1000

  let card = GapMetricCard(
    "robustness", "Answers that noise leaves as they are",
    formula: "(1/m) #{i : argmax_j x_i·y_j = argmax_j x_i·ỹ_j}, ỹ_j = (y_j + σg_j)/‖y_j + σg_j‖",
    source: "Chowers et al. 2026, arXiv:2603.29080", range: 0...1, reading: "answers less sensitive to noise",
    sides: GapSide.directions, needs: [.across])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let count = min(Self.queries, sample.count)
    let chosen = sample.options.stream("queries").permutation(sample.count).prefix(count).sorted()
    let across = try sample.neighboursAcross()
    var notes = sample.notes
    if count < sample.count { notes.append("\(count) queries, drawn at random") }
    return try [
      (GapSide.xToY, sample.x, sample.y, across.x), (.yToX, sample.y, sample.x, across.y),
    ].map { side, queries, candidates, before in
      let noisy = try noisy(candidates, sample.options, side, study.budget)
      let after = try queries.picking(chosen).nearest(in: noisy, study.budget)
      let kept = zip(chosen, after).map { before.row($0).first == $1 ? 1.0 : 0 }
      return GapMeasure(side, meanOf: kept, notes: notes)
    }
  }

  private func noisy(
    _ rows: Matrix, _ options: GapMetricOptions, _ side: GapSide, _ budget: ThreadBudget
  ) throws -> Matrix {
    var moved = try options.stream("noise/\(side.rawValue)").gaussianMatrix(
      rows: rows.rows, columns: rows.columns, scale: Float(options.noise), budget: budget)
    moved.withMutableSlice { moved in
      rows.withSlice { rows in for index in rows.indices { moved[index] += rows[index] } }
    }
    return try TransformedRows(moved, side == .xToY ? .y : .x).unitFloats(budget)
  }
}

extension Matrix {
  /// Of each row the most similar one of others, of equal ones the first.
  fileprivate func nearest(in others: Matrix, _ budget: ThreadBudget) throws -> [Int32] {
    let parts = try budget.map(blocks: blockCount(rows, size: PairPass.stripRows)) { block in
      let range = blockRange(block, size: PairPass.stripRows, count: rows)
      var lists = NeighbourLists(rows: range.count, k: 1)
      for start in stride(from: 0, to: others.rows, by: PairPass.tileColumns) {
        let width = min(PairPass.tileColumns, others.rows - start)
        tile(range, others, start, width).withReadSlice { tile in
          for place in 0..<range.count {
            lists.offer(tile[place * width..<(place + 1) * width], from: start, to: place)
          }
        }
      }
      return lists.indices
    }
    return parts.flatMap { $0 }
  }

  /// Products of some rows with `width` rows of others.
  private func tile(_ range: Range<Int>, _ others: Matrix, _ start: Int, _ width: Int) -> [Float] {
    [Float](count: range.count * width) { out in
      withSlice { left in
        others.withSlice { right in
          BLAS.multiply(
            ProductShape(rows: range.count, columns: width, inner: columns),
            Operand(left.from(range.lowerBound * columns), stride: columns),
            Operand(right.from(start * columns), stride: columns, transposed: true), into: out, stride: width)
        }
      }
    }
  }
}
