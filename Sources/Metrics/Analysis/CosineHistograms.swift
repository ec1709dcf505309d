import Execution
import Kernels

/// The cosines of pairs, of rows of x and y that are no pairs, and within each side, on one axis.
package struct CosineHistograms: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case paired, unpaired
    case withinX = "x–x"
    case withinY = "y–y"
  }

  /// The share of the pairs of rows in each bin: bin k holds −1 + k/50 ≤ s < −1 + (k + 1)/50, the last one 1, too.
  package let shares: [Kind: [Double]]
  /// How many rows of each side were compared with one another.
  package let rows: Int

  package static let binCount = 100
  private static let mostRows = 1000

  /// The middle of a bin.
  package static func middle(_ bin: Int) -> Double { (Double(bin) + 0.5) * 2 / Double(binCount) - 1 }

  /// - Parameters:
  ///   - x: `(n, d)`, rows of unit norm. Of more than 1,000 rows, so many are taken at equal distances.
  ///   - y: the other side; nil for x alone.
  package init(_ x: Matrix, _ y: Matrix?) {
    let rows = min(x.rows, Self.mostRows)
    let chosen = (0..<rows).map { $0 * x.rows / rows }
    let (a, b) = (x.picking(chosen), y?.picking(chosen))
    var counts: [Kind: [Int]] = [.withinX: Self.counts(a, a) { $0 < $1 }]
    if let b {
      counts[.withinY] = Self.counts(b, b) { $0 < $1 }
      counts[.unpaired] = Self.counts(a, b) { $0 != $1 }
      counts[.paired] = Self.counts(a, b) { $0 == $1 }
    }
    self.rows = rows
    shares = counts.mapValues { bins in
      let total = bins.reduce(0, +)
      return bins.map { total > 0 ? Double($0) / Double(total) : 0 }
    }
  }

  private static func counts(_ a: Matrix, _ b: Matrix, where isWanted: (Int, Int) -> Bool) -> [Int] {
    let n = a.rows
    let products = [Float](count: n * n) { out in
      a.withSlice { left in
        b.withSlice { right in
          BLAS.multiply(
            ProductShape(rows: n, columns: n, inner: a.columns), Operand(left, stride: a.columns),
            Operand(right, stride: a.columns, transposed: true), into: out, stride: n)
        }
      }
    }
    var bins = [Int](repeating: 0, count: binCount)
    for row in 0..<n {
      for column in 0..<n where isWanted(row, column) {
        let place = (Double(products[row * n + column]) + 1) * Double(binCount) / 2
        bins[min(binCount - 1, max(0, Int(place)))] += 1
      }
    }
    return bins
  }
}
