import Execution
import Kernels

/// Whether row i of x belongs with row i of y, or with another row nearby: one id too many or too few in a file shifts all
/// rows behind it.
///
/// In runs of consecutive rows, the nearest row of y (by cosine) of each row of x is looked for. Of a row i, i + o is that of the
/// offset o; for each offset, `hits` is how many rows have it.
package struct RowOrder: Sendable {
  package struct Offset: Sendable, Equatable {
    package let offset: Int
    package var hits: Int
    /// Rows that have a row of y at this offset.
    package var queries: Int

    package var recall: Double { queries > 0 ? Double(hits) / Double(queries) : 0 }
  }

  /// A run of consecutive rows.
  package struct Run: Sendable, Equatable {
    package let rows: Range<Int>
    package let offsets: [Offset]

    /// The offset with the most hits; of equal ones the smallest, so that 0 is the first.
    package var best: Int {
      offsets.max { ($0.hits, -abs($0.offset)) < ($1.hits, -abs($1.offset)) }?.offset ?? 0
    }
  }

  package static let farthest = 5
  private static let mostRows = 1000
  private static let mostRuns = 5

  package let runs: [Run]

  /// The runs that are looked at, of so many rows: all of at most 1,000, else five at equal distances, the first at the
  /// beginning and the last at the end.
  package static func runs(of rows: Int) -> [Range<Int>] {
    let count = min(mostRuns, (rows + mostRows - 1) / mostRows)
    let size = min(rows, mostRows)
    return (0..<count).map { run in
      let start = count > 1 ? (rows - size) * run / (count - 1) : 0
      return start..<start + size
    }
  }

  /// - Parameters:
  ///   - x: rows of unit norm, run after run, each in the order of its file; the same of y.
  ///   - runs: which rows of the files they are.
  package init(_ x: Matrix, _ y: Matrix, runs: [Range<Int>]) {
    var place = 0
    self.runs = runs.map { rows in
      defer { place += rows.count }
      return Run(rows: rows, offsets: Self.offsets(x, y, place..<place + rows.count))
    }
  }

  /// All runs together.
  package var offsets: [Offset] {
    (runs.first?.offsets ?? []).map { first in
      let same = runs.flatMap(\.offsets).filter { $0.offset == first.offset }
      return Offset(
        offset: first.offset, hits: same.reduce(0) { $0 + $1.hits },
        queries: same.reduce(0) { $0 + $1.queries })
    }
  }

  /// What a random order would give.
  package var chance: Double { runs.first.map { 1 / Double($0.rows.count) } ?? 0 }

  private static func offsets(_ x: Matrix, _ y: Matrix, _ range: Range<Int>) -> [Offset] {
    let nearest = nearest(x, y, range)
    let reach = min(farthest, range.count - 1)
    return (-reach...reach).map { offset in
      Offset(
        offset: offset, hits: nearest.enumerated().count { $0.element == $0.offset + offset },
        queries: range.count - abs(offset))
    }
  }

  /// Of each row of x, the place in the range of the nearest row of y.
  private static func nearest(_ x: Matrix, _ y: Matrix, _ range: Range<Int>) -> [Int] {
    let (n, d) = (range.count, x.columns)
    let products = [Float](count: n * n) { out in
      x.withSlice { x in
        y.withSlice { y in
          BLAS.multiply(
            ProductShape(rows: n, columns: n, inner: d), Operand(x.from(range.lowerBound * d), stride: d),
            Operand(y.from(range.lowerBound * d), stride: d, transposed: true), into: out, stride: n)
        }
      }
    }
    return (0..<n).map { row in
      let line = products[row * n..<(row + 1) * n]
      return (line.indices.max { line[$0] < line[$1] } ?? row * n) - row * n
    }
  }
}
