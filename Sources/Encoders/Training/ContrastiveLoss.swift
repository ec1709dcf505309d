import Foundation
import Kernels

/// The value and the gradients of a `ContrastiveObjective`, in Double: a batch's losses are small beside
/// its towers, and at τ = 1/1000 float32 would lose three digits of a logit.
///
/// All losses are functions of the cosines C = Z·Zᵀ of z = (x_1 … x_N, y_1 … y_N) after normalisation. With
/// G = ∂L/∂C, ∂L/∂Z = (G + Gᵀ)·Z, and through z = f/‖f‖, ∂L/∂f = (∂L/∂z − z·(z·∂L/∂z))/‖f‖. For unit
/// vectors ‖z_i − z_j‖² = 2 − 2·C_ij; what that leaves out is along z, which the last step takes away.
package final class ContrastiveLoss: @unchecked Sendable {
  let objective: ContrastiveObjective
  private let embedding: Int
  private let memory: UnsafeMutablePointer<Double>
  /// `(2N, embedding)`: features of length one, and the gradient by them.
  private let units: UnsafeMutablePointer<Double>
  private let changes: UnsafeMutablePointer<Double>
  private let norms: UnsafeMutablePointer<Double>
  /// C and G, `(2N, 2N)`.
  let cosines: UnsafeMutablePointer<Double>
  let slopes: UnsafeMutablePointer<Double>
  /// Room for one row.
  let line: UnsafeMutablePointer<Double>
  /// One a row: its cross-entropy, whether its partner is the best candidate, and its share of ∂/∂ln s.
  let losses: UnsafeMutablePointer<Double>
  let isBest: UnsafeMutablePointer<Double>
  let scaleSlopes: UnsafeMutablePointer<Double>

  /// - Parameter capacity: the most pairs of a batch.
  package init(_ objective: ContrastiveObjective, capacity: Int, embedding: Int) {
    self.objective = objective
    self.embedding = embedding
    let rows = 2 * max(1, capacity)
    let count = rows * (2 * embedding + 2 * rows + 5)
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    units = memory
    changes = units + rows * embedding
    cosines = changes + rows * embedding
    slopes = cosines + rows * rows
    line = slopes + rows * rows
    losses = line + rows
    isBest = losses + rows
    scaleSlopes = isBest + rows
    norms = scaleSlopes + rows
  }

  /// How many Doubles it keeps.
  static func numbers(capacity: Int, embedding: Int) -> Double {
    let rows = 2 * Double(max(1, capacity))
    return rows * (2 * Double(embedding) + 2 * rows + 5)
  }

  deinit { memory.deallocate() }

  /// - Parameters:
  ///   - x, y: features of `pairs` pairs, `(pairs, embedding)`, before normalisation.
  ///   - scale: s = 1/τ.
  ///   - dx, dy: get the gradients by them.
  package func evaluate(
    x: UnsafePointer<Float>, y: UnsafePointer<Float>, pairs: Int, scale: Double,
    dx: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>, budget: ThreadBudget
  ) throws -> ContrastiveValue {
    guard pairs > 0 else { return ContrastiveValue() }
    for row in 0..<2 * pairs { normalize(row, row < pairs ? x : y, row % pairs) }
    try forEachRows(pairs, budget) { self.multiplyUnits($0, pairs) }
    var value = try contrast(pairs, scale, budget)
    addFurtherLosses(pairs, to: &value)
    try forEachRows(pairs, budget) { self.multiplySlopes($0, pairs) }
    for row in 0..<2 * pairs { denormalize(row, row < pairs ? dx : dy, row % pairs) }
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

  private func normalize(_ row: Int, _ features: UnsafePointer<Float>, _ item: Int) {
    let unit = units + row * embedding
    for column in 0..<embedding { unit[column] = Double(features[item * embedding + column]) }
    norms[row] = dot(unit, unit, embedding).squareRoot()
    // A feature of zeros has no direction: it stays zero, and gets no gradient.
    let factor = norms[row] > 0 ? 1 / norms[row] : 0
    for column in 0..<embedding { unit[column] *= factor }
    // Infinite features must not pass for zeros.
    if !norms[row].isFinite { unit.update(repeating: .nan, count: embedding) }
  }

  private func denormalize(_ row: Int, _ gradients: UnsafeMutablePointer<Float>, _ item: Int) {
    let (unit, change) = (units + row * embedding, changes + row * embedding)
    let along = dot(unit, change, embedding)
    let factor = norms[row] > 0 ? 1 / norms[row] : 0
    for column in 0..<embedding {
      gradients[item * embedding + column] = Float((change[column] - unit[column] * along) * factor)
    }
  }

  // MARK: - Products

  private func multiplyUnits(_ rows: Range<Int>, _ pairs: Int) {
    BLAS.multiply(
      ProductShape(rows: rows.count, columns: 2 * pairs, inner: embedding),
      Operand(units + rows.lowerBound * embedding, stride: embedding),
      Operand(units, stride: embedding, transposed: true), into: cosines + rows.lowerBound * 2 * pairs,
      stride: 2 * pairs)
  }

  /// (G + Gᵀ)·Z.
  private func multiplySlopes(_ rows: Range<Int>, _ pairs: Int) {
    let (size, out) = (2 * pairs, changes + rows.lowerBound * embedding)
    let shape = ProductShape(rows: rows.count, columns: embedding, inner: size)
    let right = Operand<Double>(units, stride: embedding)
    BLAS.multiply(
      shape, Operand(slopes + rows.lowerBound * size, stride: size), right, into: out, stride: embedding)
    BLAS.multiply(
      shape, Operand(slopes + rows.lowerBound, stride: size, transposed: true), right, into: out,
      stride: embedding, beta: 1)
  }
}
