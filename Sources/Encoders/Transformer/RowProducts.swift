import Kernels

/// How the rows of a batch are handed to matrix products so that what a row comes to does not depend on
/// the rows around it.
///
/// Each number of a product is one sum over `inner`, in the kernel's order. Most of OpenBLAS's kernels keep
/// one order wherever a row lies, as `BLAS.multiply` calls them, those for AVX-512 once the product is too
/// large for their shortcut for small matrices; its AVX2 kernels do not. There, each item is multiplied by
/// itself.
package enum RowProducts {
  /// Whether rows come out alike among any others.
  package static var standAlone: Bool { BLAS.rowPeriod == 1 }

  /// With fewer rows, OpenBLAS may take its shortcut for small products, which sums in another order.
  package static func leastRows(outputs: Int, inputs: Int) -> Int {
    standAlone ? BLAS.leastRows(columns: outputs, inner: inputs) : 0
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
