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

  /// Writes rows `range` to `out`, which has room for `(range.count, d)` and no more.
  /// - Throws: `MetricFailure` naming the row that is not finite or has no direction.
  package func fill(_ range: Range<Int>, into out: DoubleSlice) throws {
    precondition(out.count == range.count * columns, "the rows must fit the place they go to")
    try fillNormalized(range, into: out)
    for step in steps { try apply(step, to: out, range) }
  }

  private func fillNormalized(_ range: Range<Int>, into out: DoubleSlice) throws {
    try matrix.withSlice { source in
      for (place, row) in range.enumerated() {
        let from = source[row * columns..<(row + 1) * columns]
        let to = self.row(place, of: out)
        for column in 0..<columns { to[column] = Double(from[column]) }
        try normalize(to, row: row)
      }
    }
  }

  private func row(_ place: Int, of rows: DoubleSlice) -> DoubleSlice {
    rows[place * columns..<(place + 1) * columns]
  }

  /// Divides the row by its Euclidean norm.
  private func normalize(_ values: DoubleSlice, row: Int) throws {
    let square = dot(values, values)
    guard square.isFinite else { throw notFinite(row) }
    guard square > 0 else { throw MetricFailure.zeroNorm(modality, row: row) }
    let scale = 1 / square.squareRoot()
    for column in values.indices { values[column] *= scale }
  }

  private func notFinite(_ row: Int) -> MetricFailure {
    let values = matrix.row(row)
    let place = values.firstIndex { !$0.isFinite } ?? values.startIndex
    return .notFinite(modality, row: row, column: place - values.startIndex, value: values[place])
  }

  private func apply(_ step: Step, to out: DoubleSlice, _ range: Range<Int>) throws {
    switch step {
    case .shift(let vector, let renormalize): try shift(out, by: vector, renormalize, range)
    case .rotate(let w): rotate(out, by: w, count: range.count)
    case .elevate(let radians): elevate(out, to: radians, count: range.count)
    }
  }

  private func shift(
    _ out: DoubleSlice, by vector: [Double], _ renormalize: Bool, _ range: Range<Int>
  ) throws {
    for (place, row) in range.enumerated() {
      let values = self.row(place, of: out)
      for column in values.indices { values[column] += vector[column] }
      if renormalize { try normalizeMoved(values, row: row) }
    }
  }

  /// A row that lies on the point it is moved to keeps rounding noise only, and no direction.
  private func normalizeMoved(_ values: DoubleSlice, row: Int) throws {
    guard dot(values, values) > 1e-28 else { throw MetricFailure.zeroNorm(modality, row: row) }
    try normalize(values, row: row)
  }

  /// Rows ← rows·Wᵀ.
  private func rotate(_ out: DoubleSlice, by w: RealMatrix, count: Int) {
    precondition(out.count == count * columns && w.rows == columns && w.columns == columns, "W is (d, d)")
    out.values.withReadSlice { rows in
      w.withSlice { w in
        BLAS.multiply(
          ProductShape(rows: count, columns: columns, inner: columns), Operand(rows, stride: columns),
          Operand(w, stride: columns, transposed: true), into: out, stride: columns)
      }
    }
  }

  /// Row ← (cos θ cos φ, cos θ sin φ, sin θ) with the azimuth φ that the row has.
  private func elevate(_ out: DoubleSlice, to radians: Double, count: Int) {
    for place in 0..<count {
      let point = row(place, of: out)
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

  /// `fill`, then every row divided by its norm: moves may leave rows as long as they like.
  package func fillUnit(_ range: Range<Int>, into out: DoubleSlice) throws {
    try fill(range, into: out)
    if steps.isEmpty { return }
    for (place, row) in range.enumerated() { try normalizeMoved(self.row(place, of: out), row: row) }
  }
}
