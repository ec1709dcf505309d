import Contracts
import Execution
import Kernels

/// The rows of one modality of one member of a family: base rows in float64, normalised, then transformed.
///
/// Nothing is computed before `fill` asks for rows, so a sweep of 40 shifts holds no 40 copies.
package struct TransformedRows: Sendable {
  package let matrix: Matrix
  package let side: Side
  private let steps: [any RowTransform]

  /// - Throws: `MetricFailure` for an empty matrix, and what a transform throws that does not fit it.
  package init(_ matrix: Matrix, _ side: Side, transforms: [any EmbeddingTransform] = []) throws {
    guard matrix.rows > 0 else { throw MetricFailure.noRows }
    guard matrix.columns > 0 else { throw MetricFailure.noDimensions(side) }
    self.matrix = matrix
    self.side = side
    self.steps = try transforms.compactMap { try $0.rowTransform(of: side, columns: matrix.columns) }
  }

  private init(matrix: Matrix, side: Side, steps: [any RowTransform]) {
    (self.matrix, self.side, self.steps) = (matrix, side, steps)
  }

  package var rows: Int { matrix.rows }
  package var columns: Int { matrix.columns }

  /// Writes rows `range` to `out`, which has room for `(range.count, d)` and no more.
  /// - Throws: `MetricFailure` naming the row that is not finite or has no direction, and what transforms throw.
  package func fill(_ range: Range<Int>, into out: DoubleSlice) throws {
    precondition(out.count == range.count * columns, "the rows must fit the place they go to")
    let block = RowBlock(out, columns: columns, of: side, firstRow: range.lowerBound)
    try fillNormalized(block)
    for step in steps { try step.apply(to: block) }
  }

  private func fillNormalized(_ block: RowBlock) throws {
    try matrix.withSlice { source in
      for place in 0..<block.count {
        let row = block.firstRow + place
        let from = source[row * columns..<(row + 1) * columns]
        let to = block[place]
        for column in 0..<columns { to[column] = Double(from[column]) }
        try block.normalize(place)
      }
    }
  }
}

extension TransformedRows {
  /// These rows, in this order, as they are moved.
  package func choosing(_ chosen: [Int]) -> TransformedRows {
    TransformedRows(matrix: matrix.picking(chosen), side: side, steps: steps)
  }

  /// Rows are worked on in blocks of this many, whatever the number of threads.
  package static let blockSize = 256

  /// All rows in float64.
  package func real(_ budget: ThreadBudget) throws -> RealMatrix {
    var values = [Double](repeating: 0, count: rows * columns)
    try values.withSlice { out in
      try budget.forEachBlock(blockCount(rows, size: Self.blockSize)) { block in
        let range = blockRange(block, size: Self.blockSize, count: rows)
        try fill(range, into: part(range, of: out))
      }
    }
    return RealMatrix(rows: rows, columns: columns, values: values)
  }

  /// All rows, rounded to float32, to `out`, which has room for `(rows, columns)` and no more.
  package func fillFloats(_ out: FloatSlice, _ budget: ThreadBudget) throws {
    try fillFloats(out, budget, fill)
  }

  private func fillFloats(
    _ out: FloatSlice, _ budget: ThreadBudget,
    _ fill: @escaping @Sendable (Range<Int>, DoubleSlice) throws -> Void
  ) throws {
    precondition(out.count == rows * columns, "the rows must fit the place they go to")
    try budget.forEachBlock(blockCount(rows, size: Self.blockSize)) { block in
      let range = blockRange(block, size: Self.blockSize, count: rows)
      try withScratch(of: Double.self, count: range.count * columns) { scratch in
        try fill(range, scratch)
        let target = part(range, of: out)
        for index in target.indices { target[index] = Float(scratch[index]) }
      }
    }
  }

  private func part<Number>(_ range: Range<Int>, of rows: MemorySlice<Number>) -> MemorySlice<Number> {
    rows[range.lowerBound * columns..<range.upperBound * columns]
  }

  /// All rows of unit norm, rounded to float32: what cosine similarities are products of.
  package func unitFloats(_ budget: ThreadBudget) throws -> Matrix {
    try Matrix(rows: rows, columns: columns) { try fillFloats($0, budget, fillUnit) }
  }

  /// `fill`, then every row divided by its norm: transforms may leave rows as long as they like.
  package func fillUnit(_ range: Range<Int>, into out: DoubleSlice) throws {
    try fill(range, into: out)
    if steps.isEmpty { return }
    let block = RowBlock(out, columns: columns, of: side, firstRow: range.lowerBound)
    for place in 0..<block.count { try block.normalizeTransformed(place) }
  }
}
