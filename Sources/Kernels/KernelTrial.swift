import Execution

/// Products of the kernel that runs, held against sums in higher precision: OpenBLAS has given wrong results on
/// processors newer than itself.
///
/// An element of A·B, of k terms and with unit roundoff u, is refused beyond γ_k·(|A||B|), which no order of
/// additions exceeds, γ_k = k·u/(1 − k·u); beyond √k·u·(|A||B|) it is more than roundings add up to in practice.
/// Sources: Higham 2002, Sec. 3.1; Higham and Mary 2019.
package struct KernelTrial: Sendable, Codable, Equatable {
  /// Raised when the trial changes: what an older one found is then no longer believed.
  package static let version = 1

  /// One routine's worst element.
  package struct Finding: Sendable, Codable, Equatable {
    package let routine: String
    /// The greatest error over what is certain, γ_k·|A||B|, and over what is usual, √k·u·|A||B|; infinite where a
    /// result is no number, or something beside it was written.
    package let ofCertain: Double
    package let ofUsual: Double
    /// `13 × 7, k = 33, A transposed`: where the former was found.
    package let shape: String

    package init(routine: String, ofCertain: Double, ofUsual: Double, shape: String) {
      self.routine = routine
      self.ofCertain = ofCertain
      self.ofUsual = ofUsual
      self.shape = shape
    }
  }

  package enum Verdict: Sendable, Equatable {
    case trusted
    /// Right, but rounded more coarsely than usual.
    case coarse(Finding)
    case wrong(Finding)
  }

  package let findings: [Finding]

  package init(findings: [Finding]) { self.findings = findings }

  package var verdict: Verdict {
    if let wrong = findings.first(where: { !($0.ofCertain <= 1) }) { return .wrong(wrong) }
    return findings.first { !($0.ofUsual <= 1) }.map { .coarse($0) } ?? .trusted
  }

  package typealias Product<Element> = (
    _ shape: ProductShape, _ a: Operand<Element>, _ b: Operand<Element>, _ c: MemorySlice<Element>,
    _ stride: Int
  ) -> Void

  /// - Parameters:
  ///   - single: C ← op(A)·op(B), whatever C holds, in float32; as is `double` in float64.
  package static func run(
    single: @escaping Product<Float> = { BLAS.multiply($0, $1, $2, into: $3, stride: $4) },
    double: @escaping Product<Double> = { BLAS.multiply($0, $1, $2, into: $3, stride: $4) }
  ) -> KernelTrial {
    KernelTrial(findings: [
      Measurement(routine: "sgemm", roundoff: 0x1p-24, sum: { ExactSum(products: $0, $1) }, product: single)
        .worst(),
      Measurement(routine: "dgemm", roundoff: 0x1p-53, sum: { ExactSum(products: $0, $1) }, product: double)
        .worst(),
    ])
  }
}

/// Σ a_i·b_i of two vectors and Σ |a_i·b_i|, as exact as twice the precision of float64.
/// Source: Ogita, Rump and Oishi 2005, algorithm 5.3 (Dot2).
private struct ExactSum {
  var value = 0.0
  var rest = 0.0
  var size = 0.0

  init(products a: [Float], _ b: [Float]) {
    // Products of two float32 numbers are exact in float64, and their sums as good as that.
    for index in a.indices {
      let product = Double(a[index]) * Double(b[index])
      value += product
      size += abs(product)
    }
  }

  init(products a: [Double], _ b: [Double]) {
    for index in a.indices {
      let product = a[index] * b[index]
      let lost = (-product).addingProduct(a[index], b[index])
      let sum = value + product
      let part = sum - value
      rest += (value - (sum - part)) + (product - part) + lost
      value = sum
      size += abs(product)
    }
  }

  /// The distance of a result, without rounding it before it is compared.
  func error(of result: Double) -> Double { abs((result - value) - rest) }
}

extension KernelTrial {
  /// Shapes around the sizes of tiles, (rows, columns, inner): of kernels, tiles have 2 to 24 rows and columns,
  /// and sums are cut into parts of 128 to 448.
  static let shapes: [(rows: Int, columns: Int, inner: Int)] = [
    (1, 1, 1), (1, 17, 33), (17, 1, 31), (2, 3, 4), (3, 2, 5), (4, 4, 8), (5, 7, 9), (7, 5, 15), (8, 8, 16),
    (9, 12, 17), (12, 9, 64), (13, 16, 65), (16, 13, 127), (15, 24, 129), (24, 23, 32), (25, 33, 48),
    (31, 32, 63),
    (33, 31, 255), (32, 49, 257), (49, 47, 96), (48, 48, 320), (50, 65, 321), (64, 25, 385), (7, 66, 449),
    (65, 6, 769),
  ]
}

extension KernelTrial {
  /// Each shape read as it lies and transposed, and as A·Aᵀ.
  fileprivate static let forms = [
    (turnsA: false, turnsB: false, isSquare: false), (true, false, false), (false, true, false),
    (true, true, false), (false, true, true),
  ]

  /// Of both routines together.
  package static var productCount: Int { 2 * shapes.count * forms.count }
}

/// One routine on all shapes and transposes, and on A·Aᵀ.
private struct Measurement<Element: BinaryFloatingPoint> {
  let routine: String
  let roundoff: Double
  let sum: ([Element], [Element]) -> ExactSum
  let product: KernelTrial.Product<Element>

  func worst() -> KernelTrial.Finding {
    var (certain, usual, place) = (0.0, 0.0, "")
    for (index, shape) in KernelTrial.shapes.enumerated() {
      let shape = ProductShape(rows: shape.rows, columns: shape.columns, inner: shape.inner)
      let left = Factor<Element>(rows: shape.rows, columns: shape.inner, seed: index)
      let right = Factor<Element>(rows: shape.columns, columns: shape.inner, seed: index + 100)
      for (turnsA, turnsB, isSquare) in KernelTrial.forms {
        let other = isSquare ? left : right
        let size = ProductShape(rows: shape.rows, columns: other.rows, inner: shape.inner)
        let found = ratios(size, left, other, turnsA, turnsB)
        usual = Swift.max(usual, found.usual)
        if found.certain >= certain {
          certain = found.certain
          place =
            "\(size.rows) × \(size.columns), k = \(size.inner)" + (turnsA ? ", A transposed" : "")
            + (turnsB ? ", B transposed" : "")
        }
      }
    }
    return KernelTrial.Finding(routine: routine, ofCertain: certain, ofUsual: usual, shape: place)
  }

  /// The greatest errors of one product over what is certain and what is usual.
  private func ratios(
    _ shape: ProductShape, _ left: Factor<Element>, _ right: Factor<Element>, _ turnsA: Bool, _ turnsB: Bool
  ) -> (certain: Double, usual: Double) {
    let (rows, columns, inner) = (shape.rows, shape.columns, shape.inner)
    let stride = columns + 3
    // What lies in C before is not read, and what lies beside it is not written.
    var out = [Element](repeating: .nan, count: rows * stride)
    left.withOperand(isTransposed: turnsA) { a in
      // The right factor's rows are the product's columns.
      right.withOperand(isTransposed: !turnsB) { b in
        let b = Operand(b.slice, stride: b.stride, transposed: turnsB)
        out.withSlice { product(shape, a, b, $0, stride) }
      }
    }
    let k = Double(inner) * roundoff
    let (gamma, root) = (k / (1 - k), Double(inner).squareRoot() * roundoff)
    var (certain, usual) = (0.0, 0.0)
    for row in 0..<rows {
      for column in 0..<stride {
        let result = Double(out[row * stride + column])
        guard column < columns else {
          if !result.isNaN { certain = .infinity }
          continue
        }
        let sum = sum(left.lines[row], right.lines[column])
        let error = sum.error(of: result)
        guard error.isFinite else { return (.infinity, .infinity) }
        certain = Swift.max(certain, error / (gamma * sum.size))
        usual = Swift.max(usual, error / (root * sum.size))
      }
    }
    return (certain, usual)
  }
}

/// `rows × columns` numbers of both signs, none of them zero, the same on every machine.
private struct Factor<Element: BinaryFloatingPoint> {
  let rows: Int
  let columns: Int
  let lines: [[Element]]

  init(rows: Int, columns: Int, seed: Int) {
    self.rows = rows
    self.columns = columns
    let generator = Philox(key: UInt64(seed))
    lines = (0..<rows).map { row in
      (0..<columns).map { column in
        let words = generator.apply((UInt32(row), UInt32(column), 0, 0))
        let bits = UInt64(words.0) << 32 | UInt64(words.1) | 1
        return Element(Double(Int64(bitPattern: bits)) * 0x1p-63)
      }
    }
  }

  /// As it lies, or with its columns as rows; each followed by numbers that nobody may read.
  func withOperand(isTransposed: Bool, _ body: (Operand<Element>) -> Void) {
    let (count, length) = isTransposed ? (columns, rows) : (rows, columns)
    let stored = (0..<count).flatMap { line in
      (0..<length).map { isTransposed ? lines[$0][line] : lines[line][$0] } + [.nan, .nan]
    }
    stored.withReadSlice { body(Operand($0, stride: length + 2, transposed: isTransposed)) }
  }
}
