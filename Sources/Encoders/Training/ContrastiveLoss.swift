import Execution
import Foundation
import Kernels

/// The value and the gradients of a `ContrastiveObjective`, in Double: a batch's losses are small beside
/// its towers, and at τ = 1/1000 float32 would lose three digits of a logit.
///
/// All losses are functions of the cosines C = Z·Zᵀ of z = (x_1 … x_N, y_1 … y_N) after normalisation. With
/// G = ∂L/∂C, ∂L/∂Z = (G + Gᵀ)·Z, and through z = f/‖f‖, ∂L/∂f = (∂L/∂z − z·(z·∂L/∂z))/‖f‖. For unit
/// vectors ‖z_i − z_j‖² = 2 − 2·C_ij; what that leaves out is along z, which the last step takes away.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
package final class ContrastiveLoss: @unchecked Sendable {
  let objective: ContrastiveObjective
  private let embedding: Int
  private let capacity: Int
  private let memory: Arena<Double>
  /// `(2N, embedding)`: features of length one, and the gradient by them.
  private let units: MemorySlice<Double>
  private let changes: MemorySlice<Double>
  private let norms: MemorySlice<Double>
  /// C and G, `(2N, 2N)`.
  private let cosines: MemorySlice<Double>
  private let slopes: MemorySlice<Double>
  /// Room for one row.
  let line: MemorySlice<Double>
  /// One a row: its cross-entropy, whether its partner is the best candidate, and its share of ∂/∂ln s.
  let losses: MemorySlice<Double>
  let isBest: MemorySlice<Double>
  let scaleSlopes: MemorySlice<Double>

  /// - Parameter capacity: the most pairs of a batch.
  package init(_ objective: ContrastiveObjective, capacity: Int, embedding: Int) {
    self.objective = objective
    self.embedding = embedding
    self.capacity = max(1, capacity)
    let rows = 2 * self.capacity
    let counts = [rows * embedding, rows * rows, rows].flatMap { [$0, $0] } + [rows, rows, rows]
    let memory = Arena<Double>(counts)
    self.memory = memory
    func take(_ count: Int) -> MemorySlice<Double> { memory.take(count) }
    (units, changes) = (take(rows * embedding), take(rows * embedding))
    (cosines, slopes) = (take(rows * rows), take(rows * rows))
    (line, losses, isBest) = (take(rows), take(rows), take(rows))
    (scaleSlopes, norms) = (take(rows), take(rows))
  }

  /// How many Doubles it keeps.
  static func numbers(capacity: Int, embedding: Int) -> Double {
    let rows = 2 * Double(max(1, capacity))
    return rows * (2 * Double(embedding) + 2 * rows + 5)
  }

  /// - Parameters:
  ///   - x, y: features of `pairs` pairs, `(pairs, embedding)`, before normalisation.
  ///   - pairs: at most the capacity.
  ///   - scale: s = 1/τ.
  ///   - dx, dy: get the gradients by them.
  /// - Throws: `Cancelled`; `MemoryOverrun`.
  package func evaluate(
    x: FloatSlice, y: FloatSlice, pairs: Int, scale: Double, dx: FloatSlice, dy: FloatSlice,
    budget: ThreadBudget
  ) throws -> ContrastiveValue {
    guard pairs > 0 else { return ContrastiveValue() }
    precondition(pairs <= capacity, "a batch of more pairs than the loss was made for")
    let (x, y) = (FloatRows(x, width: embedding), FloatRows(y, width: embedding))
    let (dx, dy) = (FloatRows(dx, width: embedding), FloatRows(dy, width: embedding))
    for row in 0..<2 * pairs { normalize(row, (row < pairs ? x : y)[row % pairs]) }
    try forEachRows(pairs, budget) { self.multiplyUnits($0, pairs) }
    var value = try contrast(pairs, scale, budget)
    addFurtherLosses(pairs, to: &value)
    try forEachRows(pairs, budget) { self.multiplySlopes($0, pairs) }
    for row in 0..<2 * pairs { denormalize(row, into: (row < pairs ? dx : dy)[row % pairs]) }
    try memory.verify()
    return value
  }

  /// Blocks of rows of C.
  func forEachRows(
    _ pairs: Int, _ budget: ThreadBudget, _ body: @escaping @Sendable (Range<Int>) -> Void
  ) throws {
    let size = 32
    try budget.forEachBlock(blockCount(2 * pairs, size: size)) {
      body(blockRange($0, size: size, count: 2 * pairs))
    }
  }

  // MARK: - Normalisation

  private func embeddingRow(_ row: Int, of matrix: MemorySlice<Double>) -> MemorySlice<Double> {
    matrix[row * embedding..<(row + 1) * embedding]
  }

  private func normalize(_ row: Int, _ features: FloatSlice) {
    let (unit, features) = (embeddingRow(row, of: units), features[0..<embedding])
    for column in 0..<embedding { unit[column] = Double(features[column]) }
    let norm = dot(unit, unit).squareRoot()
    norms[row] = norm
    // A feature of zeros has no direction: it stays zero, and gets no gradient.
    let factor = norm > 0 ? 1 / norm : 0
    for column in 0..<embedding { unit[column] *= factor }
    // Infinite features must not pass for zeros.
    if !norm.isFinite { unit.fill(.nan) }
  }

  private func denormalize(_ row: Int, into gradients: FloatSlice) {
    let (unit, change) = (embeddingRow(row, of: units), embeddingRow(row, of: changes))
    let gradients = gradients[0..<embedding]
    let along = dot(unit, change)
    let factor = norms[row] > 0 ? 1 / norms[row] : 0
    for column in 0..<embedding {
      gradients[column] = Float((change[column] - unit[column] * along) * factor)
    }
  }

  // MARK: - Products

  /// Row r of C or G.
  func cosines(_ row: Int, _ pairs: Int) -> MemorySlice<Double> {
    cosines[row * 2 * pairs..<(row + 1) * 2 * pairs]
  }
  func slopes(_ row: Int, _ pairs: Int) -> MemorySlice<Double> {
    slopes[row * 2 * pairs..<(row + 1) * 2 * pairs]
  }

  private func multiplyUnits(_ rows: Range<Int>, _ pairs: Int) {
    BLAS.multiply(
      ProductShape(rows: rows.count, columns: 2 * pairs, inner: embedding),
      Operand(units.from(rows.lowerBound * embedding), stride: embedding),
      Operand(units, stride: embedding, transposed: true), into: cosines.from(rows.lowerBound * 2 * pairs),
      stride: 2 * pairs)
  }

  /// (G + Gᵀ)·Z.
  private func multiplySlopes(_ rows: Range<Int>, _ pairs: Int) {
    let (size, out) = (2 * pairs, changes.from(rows.lowerBound * embedding))
    let shape = ProductShape(rows: rows.count, columns: embedding, inner: size)
    let right = Operand(units, stride: embedding)
    BLAS.multiply(
      shape, Operand(slopes.from(rows.lowerBound * size), stride: size), right, into: out, stride: embedding)
    BLAS.multiply(
      shape, Operand(slopes.from(rows.lowerBound), stride: size, transposed: true), right, into: out,
      stride: embedding, beta: 1)
  }
}
