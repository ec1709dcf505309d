import Execution
import Kernels

/// The nearest other points of every point, nearest first; equal distances: lower index first.
package struct Neighbors: Sendable, Equatable {
  /// How many points.
  package let count: Int
  /// How many neighbours each has.
  package let width: Int
  /// `(count, width)`.
  package var indices: [Int32]
  /// Euclidean distances, `(count, width)`.
  package var distances: [Float]
  /// The share of true neighbours that are here: 1 where the search was exact, else measured on a sample.
  package var recall: Double

  /// Up to this many points every pair is looked at.
  package static let exactLimit = 20_000

  /// The `width` nearest others of every point, or all of them where there are fewer: exactly up to
  /// `exactLimit` points, beyond through `InvertedFileIndex`.
  package static func search(
    _ points: PointSet, width: Int, random: RandomStream, _ budget: ThreadBudget
  ) throws -> Neighbors {
    points.count <= exactLimit
      ? try exact(points, width: width, budget)
      : try InvertedFileIndex.neighbors(of: points, width: width, random: random, budget)
  }

  package static func exact(_ points: PointSet, width: Int, _ budget: ThreadBudget) throws -> Neighbors {
    let width = max(0, min(width, points.count - 1))
    let search = BlockSearch(points: points, width: width)
    var result = Neighbors(count: points.count, width: width, recall: 1)
    let size = max(16, min(BlockSearch.blockRows, points.count / 16))
    try result.fill(blocks: blockCount(points.count, size: size), budget) { block, place in
      let queries = blockRange(block, size: size, count: points.count)
      place(queries, try search.run(Array(queries), among: [0..<points.count]))
    }
    return result
  }

  init(count: Int, width: Int, recall: Double) {
    self.count = count
    self.width = width
    self.recall = recall
    indices = [Int32](repeating: -1, count: count * width)
    distances = [Float](repeating: 0, count: count * width)
  }

  /// Runs blocks that each place the neighbours of rows of their own; row i goes to `rows[i]` where given.
  mutating func fill(
    blocks: Int, rows: [Int32] = [], _ budget: ThreadBudget,
    _ body: @escaping @Sendable (Int, (Range<Int>, BlockSearch.Found) -> Void) throws -> Void
  ) throws {
    let width = width
    try indices.withSlice { labels in
      try distances.withSlice { lengths in
        try budget.forEachBlock(blocks) { block in
          try body(block) { queries, found in
            for (place, query) in queries.enumerated() {
              let row = rows.isEmpty ? query : Int(rows[query])
              let (labels, lengths) = (
                labels[row * width..<(row + 1) * width], lengths[row * width..<(row + 1) * width]
              )
              for rank in 0..<width {
                labels[rank] = found.labels[place * width + rank]
                lengths[rank] = found.squares[place * width + rank].squareRoot()
              }
            }
          }
        }
      }
    }
  }
}
