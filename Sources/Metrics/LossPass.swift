import Contracts
import Execution
import Foundation
import Kernels

/// One pass over all batches for some combinations of member and temperature.
///
/// A strip of rows sees all columns of its batch, so it finishes its rows' log-sum-exps; of the
/// columns it gives a partial log-sum-exp, and the strips of a batch are joined in order afterwards.
struct LossPass: Sendable {
  let group: GapShiftGroup
  let factors: [GapShiftGroup.Factors]
  let combinations: [LossCombination]
  let grid: LossGrid

  /// Columns of a product tile; a multiple of the vector length.
  static let tileColumns = 512

  func run(_ budget: ThreadBudget) throws -> [ContrastiveLossLandscape] {
    var columns = [Double](repeating: 0, count: grid.stripsPerBatch * combinations.count * grid.pairs)
    return try columns.withSlice { store in
      let rowSums = try budget.map(blocks: grid.strips) { strip in runStrip(strip, store) }
      let columnSums = try budget.map(blocks: grid.batches) { batch in joinColumns(batch, store) }
      let xToY = addInOrder(rowSums, count: combinations.count)
      let yToX = addInOrder(columnSums, count: combinations.count)
      return combinations.indices.map { c in
        ContrastiveLossLandscape(xToY: xToY[c] / Double(grid.pairs), yToX: yToX[c] / Double(grid.pairs))
      }
    }
  }

  /// Where a strip keeps the log-sum-exps of its batch's columns for one combination.
  private func place(_ strip: Int, _ combination: Int, _ store: DoubleSlice) -> DoubleSlice {
    let layer = strip % grid.stripsPerBatch * combinations.count + combination
    return store[layer * grid.pairs..<(layer + 1) * grid.pairs]
  }

  /// Σ over the strip's rows of ln Σ_j exp(s_ij/τ) − s_ii/τ, for each combination.
  private func runStrip(_ strip: Int, _ store: DoubleSlice) -> [Double] {
    let rows = grid.rows(strip)
    if rows.isEmpty { return [Double](repeating: 0, count: combinations.count) }
    return zip(combinations, accumulate(strip, store)).map { combination, work in
      let pairs = factors[combination.member].pairs
      return work.finish() - combination.scale * rows.reduce(0) { $0 + pairs[$1] }
    }
  }

  /// Log-sum-exps of the strip's rows, and of the batch's columns in `store`, for each combination.
  private func accumulate(_ strip: Int, _ store: DoubleSlice) -> [LossAccumulator] {
    let rows = grid.rows(strip)
    let batch = grid.batch(strip / grid.stripsPerBatch)
    var work = combinations.map { LossAccumulator($0.scale, factors[$0.member].bound, rows.count) }
    var tile = LossTile(rows: rows.count, columns: min(Self.tileColumns, batch.count))
    for start in stride(from: batch.lowerBound, to: batch.upperBound, by: Self.tileColumns) {
      let columns = start..<min(batch.upperBound, start + Self.tileColumns)
      tile.multiply(group, rows, columns)
      var member = -1
      for (c, combination) in combinations.enumerated() {
        if combination.member != member {
          member = combination.member
          tile.transform(factors[member], rows, columns)
        }
        work[c].add(tile, into: place(strip, c, store)[columns])
      }
    }
    return work
  }

  /// The losses of each pair, for each combination: ln Σ_j exp(s_ij/τ) − s_ii/τ, and the same by columns.
  func runEach(_ budget: ThreadBudget) throws -> [PairLosses] {
    var columns = [Double](repeating: 0, count: grid.stripsPerBatch * combinations.count * grid.pairs)
    return try columns.withSlice { store in
      let rows = try budget.map(blocks: grid.strips) { strip in
        grid.rows(strip).isEmpty ? combinations.map { _ in [] } : accumulate(strip, store).map(\.logs)
      }
      return combinations.enumerated().map { c, combination in
        let pairs = factors[combination.member].pairs
        let logs = rows.flatMap { $0[c] }
        return PairLosses(
          xToY: logs.indices.map { logs[$0] - combination.scale * pairs[$0] },
          yToX: (0..<grid.batches).flatMap { batch in
            let strips = strips(of: batch)
            return grid.batch(batch).map { j in
              join(strips.map { place($0, c, store)[j] }) - combination.scale * pairs[j]
            }
          })
      }
    }
  }

  /// Σ over the batch's columns of ln Σ_i exp(s_ij/τ) − s_jj/τ, for each combination.
  private func joinColumns(_ batch: Int, _ store: DoubleSlice) -> [Double] {
    let columns = grid.batch(batch)
    let strips = strips(of: batch)
    return combinations.enumerated().map { c, combination in
      let pairs = factors[combination.member].pairs
      return columns.reduce(0) { sum, j in
        sum + join(strips.map { place($0, c, store)[j] }) - combination.scale * pairs[j]
      }
    }
  }

  /// Of a smaller last batch, those that have rows; by their places in a batch.
  private func strips(of batch: Int) -> [Int] {
    (0..<grid.stripsPerBatch).filter { !grid.rows(batch * grid.stripsPerBatch + $0).isEmpty }
  }

  private func join(_ parts: [Double]) -> Double {
    parts.count == 1 ? parts[0] : parts.withReadSlice { Softmax.logSumExp($0) }
  }
}

/// A tile of similarities: `rows × stride`, columns padded to whole vectors with a value so low that
/// its exponential vanishes.
struct LossTile {
  let rows: Int
  let stride: Int
  private var products: [Double]
  private(set) var similarities: [Double]
  private var offsets: [Double]
  private var scales: [Double]

  init(rows: Int, columns: Int) {
    self.rows = rows
    stride = (columns + 7) & ~7
    products = [Double](repeating: -.infinity, count: rows * stride)
    similarities = products
    offsets = [Double](repeating: 0, count: stride)
    scales = [Double](repeating: 1, count: stride)
  }

  /// Gives the similarities of a strip of rows and all columns to `body`, a tile of columns and a shift at a time.
  static func forEach(
    _ group: GapShiftGroup, _ factors: [GapShiftGroup.Factors], _ rows: Range<Int>, width: Int,
    _ body: (_ shift: Int, _ tile: LossTile, _ columns: Range<Int>) -> Void
  ) {
    var tile = LossTile(rows: rows.count, columns: width)
    for start in Swift.stride(from: 0, to: group.y.rows, by: width) {
      let columns = start..<min(group.y.rows, start + width)
      tile.multiply(group, rows, columns)
      for shift in factors.indices {
        tile.transform(factors[shift], rows, columns)
        body(shift, tile, columns)
      }
    }
  }

  /// x·y of these rows and columns.
  mutating func multiply(_ group: GapShiftGroup, _ rows: Range<Int>, _ columns: Range<Int>) {
    let inner = group.x.columns
    let stride = stride
    group.x.withSlice { x in
      group.y.withSlice { y in
        products.withSlice { out in
          BLAS.multiply(
            ProductShape(rows: rows.count, columns: columns.count, inner: inner),
            Operand(x.from(rows.lowerBound * inner), stride: inner),
            Operand(y.from(columns.lowerBound * inner), stride: inner, transposed: true), into: out,
            stride: stride)
          for row in 0..<rows.count {
            for column in columns.count..<stride { out[row * stride + column] = -.infinity }
          }
        }
      }
    }
  }

  /// s_ij = (x_i·y_j + offsetX_i + offsetY_j)·scaleX_i·scaleY_j.
  mutating func transform(_ factors: GapShiftGroup.Factors, _ rows: Range<Int>, _ columns: Range<Int>) {
    for (place, column) in columns.enumerated() {
      offsets[place] = factors.offsetY[column]
      scales[place] = factors.scaleY[column]
    }
    let (stride, offsets, scales) = (stride, offsets, scales)
    products.withReadSlice { from in
      offsets.withReadSlice { offsets in
        scales.withReadSlice { scales in
          similarities.withSlice { to in
            for (place, row) in rows.enumerated() {
              let line = place * stride..<(place + 1) * stride
              affine(
                from[line], offsets, factors.offsetX[row], scales, factors.scaleX[row], into: to[line])
            }
          }
        }
      }
    }
  }
}
