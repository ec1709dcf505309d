import Kernels

/// How the rows of a batch are handed to matrix products so that what a row comes to does not depend on
/// the rows around it.
///
/// Each number of a product is one sum over `inner`, in the kernel's order. OpenBLAS's AVX-512 kernels
/// keep one order wherever a row lies, once the product is too large for their shortcut for small
/// matrices; its AVX2 kernels do not. There, each item is multiplied by itself.
package enum RowProducts {
  /// Whether rows come out alike among any others.
  package static let standAlone: Bool = {
    [false, true].allSatisfy { transposed in
      [(120, 0), (97, 23), (72, 13), (57, 5), (58, 62)].allSatisfy { count, first in
        probe(transposed, first: first, count: count)
      }
    }
  }()

  /// With fewer rows, OpenBLAS may take its shortcut for at most 10⁶ multiplications, which sums in
  /// another order.
  package static func leastRows(outputs: Int, inputs: Int) -> Int {
    standAlone ? 1_000_000 / max(1, outputs * inputs) + 1 : 0
  }

  /// Whether rows `first ..< first + count`, multiplied alone, are what they are among 120.
  private static func probe(_ transposed: Bool, first: Int, count: Int) -> Bool {
    let (rows, inner, columns) = (120, 160, 113)
    let a = Matrix(
      rows: rows, columns: inner,
      values: (0..<rows * inner).map { Float(($0 &* 7919) % 1013) / 1013 - 0.5 })
    let b = Matrix(
      rows: inner, columns: columns,
      values: (0..<inner * columns).map { Float(($0 &* 104_729) % 997) / 997 - 0.5 })
    func product(_ first: Int, _ count: Int) -> Matrix {
      Matrix(rows: count, columns: columns) { out in
        guard let out = out.baseAddress else { return }
        a.withPointer { a in
          b.withPointer { b in
            BLAS.multiply(
              ProductShape(rows: count, columns: columns, inner: inner),
              Operand(a + first * inner, stride: inner),
              Operand(b, stride: transposed ? inner : columns, transposed: transposed), into: out,
              stride: columns)
          }
        }
      }
    }
    let all = product(0, rows).values[first * columns..<(first + count) * columns]
    return all.elementsEqual(product(first, count).values)
  }
}

/// The rows of a block, cut as products need them: all at once, or one item after the other.
struct RowGroups {
  let ranges: [Range<Int>]

  /// - Parameter counts: rows of each item, which follow one another.
  init(_ counts: [Int]) {
    if RowProducts.standAlone {
      ranges = [0..<counts.reduce(0, +)]
    } else {
      var end = 0
      ranges = counts.map { count in
        defer { end += count }
        return end..<end + count
      }
    }
  }

  var count: Int { ranges.last?.upperBound ?? 0 }
}
