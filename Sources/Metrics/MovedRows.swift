import Contracts
import Foundation
import Kernels

/// The rows of one modality of one member of a family: base rows in float64, normalised, then moved.
///
/// Nothing is computed before `fill` asks for rows, so a sweep of 40 shifts holds no 40 copies.
package struct MovedRows: Sendable {
  package let matrix: Matrix
  package let modality: Modality
  private let steps: [Step]

  /// A move as this modality sees it.
  private enum Step: Sendable {
    case shift(by: [Double], renormalize: Bool)
    case rotate(RealMatrix)
    case elevate(radians: Double)
  }

  package init(_ matrix: Matrix, _ modality: Modality, moves: [Move]) throws {
    guard matrix.rows > 0 else { throw MetricFailure.noRows }
    guard matrix.columns > 0 else { throw MetricFailure.noDimensions(modality) }
    self.matrix = matrix
    self.modality = modality
    self.steps = try moves.compactMap { try Self.step($0, modality, dimension: matrix.columns) }
  }

  package var rows: Int { matrix.rows }
  package var columns: Int { matrix.columns }

  private static func step(_ move: Move, _ modality: Modality, dimension: Int) throws -> Step? {
    switch move {
    case .along(let gap, let amountX, let amountY, let renormalize):
      try check(gap.count, dimension)
      let amount = modality == .x ? -amountX : amountY
      return .shift(by: gap.map { amount * $0 }, renormalize: renormalize)
    case .subtract(let x, let y):
      let vector = modality == .x ? x : y
      try check(vector.count, dimension)
      return .shift(by: vector.map { -$0 }, renormalize: true)
    case .rotateY(let w):
      guard modality == .y else { return nil }
      try check(w.count, dimension * dimension)
      return .rotate(RealMatrix(rows: dimension, columns: dimension, values: w))
    case .elevation(let degrees):
      guard dimension == 3 else { throw MetricFailure.notOnSphere(dimension: dimension) }
      return modality == .y ? .elevate(radians: degrees * .pi / 180) : nil
    }
  }

  private static func check(_ found: Int, _ expected: Int) throws {
    if found != expected { throw MetricFailure.directionLength(found: found, expected: expected) }
  }

  /// Writes rows `range`, `(range.count, d)`, to `out`.
  /// - Throws: `MetricFailure` naming the row that is not finite or has no direction.
  package func fill(_ range: Range<Int>, into out: UnsafeMutablePointer<Double>) throws {
    try fillNormalized(range, into: out)
    for step in steps { try apply(step, to: out, range) }
  }

  private func fillNormalized(_ range: Range<Int>, into out: UnsafeMutablePointer<Double>) throws {
    try matrix.withPointer { source in
      for (place, row) in range.enumerated() {
        let from = source + row * columns
        let to = out + place * columns
        for column in 0..<columns { to[column] = Double(from[column]) }
        try normalize(to, row: row)
      }
    }
  }

  /// Divides the row by its Euclidean norm.
  private func normalize(_ values: UnsafeMutablePointer<Double>, row: Int) throws {
    let square = dot(values, values, columns)
    guard square.isFinite else { throw notFinite(row) }
    guard square > 0 else { throw MetricFailure.zeroNorm(modality, row: row) }
    let scale = 1 / square.squareRoot()
    for column in 0..<columns { values[column] *= scale }
  }

  private func notFinite(_ row: Int) -> MetricFailure {
    let values = matrix.row(row)
    let place = values.firstIndex { !$0.isFinite } ?? values.startIndex
    return .notFinite(modality, row: row, column: place - values.startIndex, value: values[place])
  }

  private func apply(_ step: Step, to out: UnsafeMutablePointer<Double>, _ range: Range<Int>) throws {
    switch step {
    case .shift(let vector, let renormalize): try shift(out, by: vector, renormalize, range)
    case .rotate(let w): rotate(out, by: w, count: range.count)
    case .elevate(let radians): elevate(out, to: radians, count: range.count)
    }
  }

  private func shift(
    _ out: UnsafeMutablePointer<Double>, by vector: [Double], _ renormalize: Bool, _ range: Range<Int>
  ) throws {
    for (place, row) in range.enumerated() {
      let values = out + place * columns
      add(1, times: vector, to: values, columns)
      if renormalize { try normalizeMoved(values, row: row) }
    }
  }

  /// A row that lies on the point it is moved to keeps rounding noise only, and no direction.
  private func normalizeMoved(_ values: UnsafeMutablePointer<Double>, row: Int) throws {
    guard dot(values, values, columns) > 1e-28 else { throw MetricFailure.zeroNorm(modality, row: row) }
    try normalize(values, row: row)
  }

  /// Rows ← rows·Wᵀ.
  private func rotate(_ out: UnsafeMutablePointer<Double>, by w: RealMatrix, count: Int) {
    let copy = Array(UnsafeBufferPointer(start: out, count: count * columns))
    copy.withUnsafeBufferPointer { rows in
      w.values.withUnsafeBufferPointer { w in
        guard let rows = rows.baseAddress, let w = w.baseAddress else { return }
        BLAS.multiply(
          ProductShape(rows: count, columns: columns, inner: columns), Operand(rows, stride: columns),
          Operand(w, stride: columns, transposed: true), into: out, stride: columns)
      }
    }
  }

  /// Row ← (cos θ cos φ, cos θ sin φ, sin θ) with the azimuth φ that the row has.
  private func elevate(_ out: UnsafeMutablePointer<Double>, to radians: Double, count: Int) {
    for place in 0..<count {
      let point = out + 3 * place
      let azimuth = atan2(point[1], point[0])
      point[0] = cos(radians) * cos(azimuth)
      point[1] = cos(radians) * sin(azimuth)
      point[2] = sin(radians)
    }
  }
}

extension MovedRows {
  /// Rows are worked on in blocks of this many, whatever the number of threads.
  package static let blockSize = 256

  /// All rows in float64.
  package func real(_ budget: ThreadBudget) throws -> RealMatrix {
    try RealMatrix(rows: rows, columns: columns) { out in
      let shared = Shared(out)
      try budget.forEachBlock(blockCount(rows, size: Self.blockSize)) { block in
        let range = blockRange(block, size: Self.blockSize, count: rows)
        try fill(range, into: shared.pointer + range.lowerBound * columns)
      }
    }
  }

  /// All rows, rounded to float32, to `out`.
  package func fillFloats(_ out: UnsafeMutablePointer<Float>, _ budget: ThreadBudget) throws {
    let shared = Shared(out)
    try budget.forEachBlock(blockCount(rows, size: Self.blockSize)) { block in
      let range = blockRange(block, size: Self.blockSize, count: rows)
      try withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * columns) { scratch in
        guard let rows = scratch.baseAddress else { return }
        try fill(range, into: rows)
        let target = shared.pointer + range.lowerBound * columns
        for index in 0..<range.count * columns { target[index] = Float(rows[index]) }
      }
    }
  }

  /// All rows of unit norm, rounded to float32: what cosine similarities are products of.
  package func unitFloats(_ budget: ThreadBudget) throws -> Matrix {
    try Matrix(rows: rows, columns: columns) { buffer in
      guard let base = buffer.baseAddress else { return }
      let shared = Shared(base)
      try budget.forEachBlock(blockCount(rows, size: Self.blockSize)) { block in
        let range = blockRange(block, size: Self.blockSize, count: rows)
        try withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * columns) { scratch in
          guard let rows = scratch.baseAddress else { return }
          try fillUnit(range, into: rows)
          let target = shared.pointer + range.lowerBound * columns
          for index in 0..<range.count * columns { target[index] = Float(rows[index]) }
        }
      }
    }
  }

  /// `fill`, then every row divided by its norm: moves may leave rows as long as they like.
  package func fillUnit(_ range: Range<Int>, into out: UnsafeMutablePointer<Double>) throws {
    try fill(range, into: out)
    if steps.isEmpty { return }
    for (place, row) in range.enumerated() { try normalizeMoved(out + place * columns, row: row) }
  }
}
