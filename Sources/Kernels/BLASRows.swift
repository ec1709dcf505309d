import Execution

extension BLAS {
  /// How many rows apart two rows of a product are rounded alike; nil where no such number is known.
  ///
  /// Most of OpenBLAS's kernels add up every row in the same order; Haswell's add up the last six of each
  /// twelve otherwise. It is found out by trial, once, so that it holds for the kernel that runs.
  package static var rowPeriod: Int? { rowRule.period }

  /// With fewer rows, OpenBLAS may take a shortcut for at most 10⁶ multiplications, which sums in another
  /// order; 0 where the kernel has none. Such products need room for as many rows, whose values do not count.
  package static func leastRows(columns: Int, inner: Int) -> Int {
    rowRule.hasShortcut ? 1_000_000 / max(1, columns * inner) + 1 : 0
  }

  /// What rows of a product the kernel rounds alike.
  struct RowRule: Sendable, Equatable {
    let period: Int?
    /// Products are cut, and filled up with rows of zeros, so that they have a multiple of so many rows; 1 where
    /// they are left as they are. Prescott's kernels add up the last odd row otherwise than pairs of rows.
    let padsTo: Int
    let hasShortcut: Bool
  }

  static let rowRule = RowRule { shape, a, b in
    [Float](count: shape.rows * shape.columns) { c in
      a.withReadSlice { a in
        b.withReadSlice { b in
          multiplyAsGiven(
            shape, Operand(a, stride: shape.inner), Operand(b, stride: shape.columns), into: c,
            stride: shape.columns)
        }
      }
    }
  }

  /// The whole multiple of rows as they lie; the rest between rows of zeros, in a place of its own.
  static func multiplyPadded(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: FloatSlice, stride: Int,
    alpha: Float, beta: Float, multiple: Int
  ) {
    let (columns, inner) = (shape.columns, shape.inner)
    // The rest of A is read number by number.
    a.check(rows: shape.rows, columns: inner)
    let whole = shape.rows / multiple * multiple
    if whole > 0 {
      multiplyAsGiven(
        ProductShape(rows: whole, columns: columns, inner: inner), a, b, into: c, stride: stride,
        alpha: alpha, beta: beta)
    }
    let rest = whole..<shape.rows
    withScratch(of: Float.self, count: multiple * (inner + columns)) { room in
      room.fill(0)
      let (rows, out) = (room[0..<multiple * inner], room.from(multiple * inner))
      for (place, row) in rest.enumerated() {
        for i in 0..<inner {
          rows[place * inner + i] = a.slice[a.isTransposed ? i * a.stride + row : row * a.stride + i]
        }
        // With β = 0, C may hold anything.
        if beta != 0 { out.from(place * columns).update(from: c[row * stride..<row * stride + columns]) }
      }
      multiplyAsGiven(
        ProductShape(rows: multiple, columns: columns, inner: inner), Operand(rows, stride: inner), b,
        into: out, stride: columns, alpha: alpha, beta: beta)
      for (place, row) in rest.enumerated() {
        c.from(row * stride).update(from: out[place * columns..<(place + 1) * columns])
      }
    }
  }
}

extension BLAS.RowRule {
  typealias Product = (_ shape: ProductShape, _ a: [Float], _ b: [Float]) -> [Float]

  /// Found by products of equal rows: which of the results are not equal, and for what numbers of rows.
  init(of product: Product) {
    let trials = Self.shapes.map { Trial(columns: $0.columns, inner: $0.inner, product) }
    let multiples = [1, 2, 4, 8, 12, 16, 24].filter { multiple in
      trials.allSatisfy { $0.holds(multiple: multiple, from: Self.beyondShortcut, product) }
    }
    let multiple = multiples.first
    period = multiple.map { multiple in
      // Most kernels that need a multiple of rows round all of these alike.
      trials.allSatisfy { $0.hasPeriod(1) } ? 1 : multiple
    }
    padsTo = period == 1 ? multiple ?? 1 : 1
    hasShortcut =
      BLASKernel.isForAVX512
      || trials.contains { !$0.holds(multiple: multiple ?? 1, from: { _, _ in 1 }, product) }
  }

  /// Sizes of and beside the kernels' tiles; sums longer and shorter than the parts into which they cut them.
  private static let shapes: [(columns: Int, inner: Int)] = [
    (7, 600), (16, 33), (64, 576), (113, 160), (204, 147), (33, 1025),
  ]

  private static func beyondShortcut(columns: Int, inner: Int) -> Int { 1_000_000 / (columns * inner) + 1 }

  /// A product of many equal rows, by which others are judged.
  private struct Trial {
    static let rows = 48
    let columns: Int
    let inner: Int
    let rowCount: Int
    let a: [Float]
    let b: [Float]
    let all: [Float]

    init(columns: Int, inner: Int, _ product: Product) {
      self.columns = columns
      self.inner = inner
      let least = BLAS.RowRule.beyondShortcut(columns: columns, inner: inner)
      rowCount = (least + 2 * Self.rows) / Self.rows * Self.rows
      let row = (0..<inner).map { Float($0 &* 37 % 101) / 101 - 0.5 }
      a = (0..<rowCount).flatMap { _ in row }
      b = (0..<inner * columns).map { Float($0 &* 59 % 103) / 103 - 0.5 }
      all = product(ProductShape(rows: rowCount, columns: columns, inner: inner), a, b)
    }

    func hasPeriod(_ period: Int) -> Bool {
      let shift = period * columns
      return all.dropFirst(shift).elementsEqual(all.dropLast(shift))
    }

    /// Whether rows come out as among all in products of so many rows or a multiple, from some number on.
    func holds(multiple: Int, from least: (Int, Int) -> Int, _ product: Product) -> Bool {
      let first = (least(columns, inner) + multiple - 1) / multiple * multiple
      return hasPeriod(multiple)
        && stride(from: first, to: first + 13, by: multiple).allSatisfy { rows in
          product(ProductShape(rows: rows, columns: columns, inner: inner), a, b)
            .elementsEqual(all.prefix(rows * columns))
        }
    }
  }
}
