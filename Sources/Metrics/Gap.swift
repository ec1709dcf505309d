import Contracts
import Execution
import Kernels

/// The modality gap: the vector between the centroids of the two modalities.
///
///     Δ = (1/n) Σ x_i − (1/n) Σ y_i,   ‖x_i‖ = ‖y_i‖ = 1
///
/// Source: Liang et al. 2022, Sec. 4.2.
public struct Gap: Sendable, Equatable {
  public let vector: [Double]

  /// ‖Δ‖, without unit; 0…2 for rows of unit norm.
  public var distance: Double { dot(vector, vector).squareRoot() }

  public init(vector: [Double]) { self.vector = vector }

  /// Δ/‖Δ‖. - Throws: `MetricFailure.noGap` if Δ is zero up to rounding.
  package func unit() throws -> [Double] {
    let length = distance
    guard length > 1e-12 else { throw MetricFailure.noGap }
    return vector.map { $0 / length }
  }

  /// ‖Δ‖ with the sign of its dot product with the gap before any shift (0 counts as positive): it
  /// is negative if a shift has moved the modalities past each other.
  package func signedDistance(original: [Double]) -> Double {
    dot(vector, original) < 0 ? -distance : distance
  }
}

/// The gap of two matrices of embeddings; each row is divided by its norm first.
/// - Parameters:
///   - x: `(n, d)`, the first modality.
///   - y: `(n, d)`, the second.
/// - Throws: an error that names the row if a row is not finite or has norm zero.
public func modalityGap(_ x: Matrix, _ y: Matrix) throws -> Gap {
  guard x.columns == y.columns, x.rows == y.rows else {
    throw MetricFailure.unequalShapes(
      xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
  }
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  return try gap(
    TransformedRows(x, .x), TransformedRows(y, .y), budget)
}

/// Centroid of `x` minus centroid of `y`, as the rows are moved. The numbers of rows may differ.
package func gap(_ x: TransformedRows, _ y: TransformedRows, _ budget: ThreadBudget) throws -> Gap {
  guard x.columns == y.columns else {
    throw MetricFailure.unequalShapes(
      xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
  }
  let a = try x.centroid(budget)
  let b = try y.centroid(budget)
  return Gap(vector: zip(a, b).map { $0 - $1 })
}

extension EmbeddingFamily {
  /// The gap of a member, moved as it is.
  package func gap(of member: Member, _ budget: ThreadBudget) throws -> Gap {
    try Metrics.gap(rows(.x, of: member), rows(.y, of: member), budget)
  }

  /// The gap of a member's base before any move.
  package func originalGap(of member: Member, _ budget: ThreadBudget) throws -> Gap {
    try gap(of: Member(base: member.base), budget)
  }
}

extension TransformedRows {
  /// (1/n) Σ rows, in float64 and fixed order.
  package func centroid(_ budget: ThreadBudget) throws -> [Double] {
    try sum(budget) { range, out in try fill(range, into: out) }.map { $0 / Double(rows) }
  }

  /// Σ rows of unit norm.
  package func unitSum(_ budget: ThreadBudget) throws -> [Double] {
    try sum(budget) { range, out in try fillUnit(range, into: out) }
  }

  /// Sums blocks of rows, then the blocks in order.
  private func sum(
    _ budget: ThreadBudget,
    _ fill: @escaping @Sendable (Range<Int>, DoubleSlice) throws -> Void
  ) throws -> [Double] {
    let partial = try budget.map(blocks: blockCount(rows, size: Self.blockSize)) { block in
      let range = blockRange(block, size: Self.blockSize, count: rows)
      return try sumBlock(range, fill)
    }
    return addInOrder(partial, count: columns)
  }

  private func sumBlock(
    _ range: Range<Int>, _ fill: (Range<Int>, DoubleSlice) throws -> Void
  ) throws -> [Double] {
    var sum = [Double](repeating: 0, count: columns)
    try withScratch(of: Double.self, count: range.count * columns) { rows in
      try fill(range, rows)
      sum.withSlice { sum in
        for place in 0..<range.count { add(1, times: rows[place * columns..<(place + 1) * columns], to: sum) }
      }
    }
    return sum
  }
}

/// Adds vectors of `count` numbers in the order they come in.
package func addInOrder(_ parts: [[Double]], count: Int) -> [Double] {
  var total = [Double](repeating: 0, count: count)
  total.withSlice { total in
    for part in parts { part.withReadSlice { add(1, times: $0, to: total) } }
  }
  return total
}
