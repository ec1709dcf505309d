import Execution
import Kernels

/// Nearest neighbours of many points: the points of a cell are compared with those of the nearest cells.
///
/// Cells are those of k-means, about 512 points each. How many candidates a point is compared with is
/// decided by a sample: the true neighbours of 256 points are found exactly, and cells are looked into
/// until they hold `wantedRecall` of them. So the recall is known, and data without any structure cost a
/// search of everything.
/// Source: inverted lists as in Jégou, Douze, Schmid, PAMI 2011, doi:10.1109/TPAMI.2010.57.
struct InvertedFileIndex: Sendable {
  /// The share of true neighbours that a search must find.
  static let wantedRecall = 0.99
  private static let pointsPerCell = 512
  private static let sampleSize = 256

  /// Points cell after cell, each cell in the points' own order.
  private let points: PointSet
  /// The index that each of them had.
  private let labels: [Int32]
  /// Where each cell begins, and where the last one ends.
  private let starts: [Int]
  /// For each cell all cells, the most promising first.
  private let preferences: [[Int]]

  private var cells: Int { starts.count - 1 }
  private func range(_ cell: Int) -> Range<Int> { starts[cell]..<starts[cell + 1] }

  static func neighbors(
    of points: PointSet, width: Int, random: RandomStream, _ budget: ThreadBudget
  ) throws -> Neighbors {
    let width = max(0, min(width, points.count - 1))
    let index = try InvertedFileIndex(points, random: random, budget)
    let (candidates, recall) = try index.reach(width: width, budget)
    return try index.search(width: width, atLeast: candidates, recall: recall, budget)
  }

  init(_ original: PointSet, random: RandomStream, _ budget: ThreadBudget) throws {
    let count = max(1, original.count / Self.pointsPerCell)
    let means = try KMeans.centres(of: original, count: count, random: random, budget)
    let near = try means.nearest(to: original, keeping: min(count, KMeans.listed), budget)
    var starts = [Int](repeating: 0, count: count + 1)
    for point in 0..<original.count { starts[Int(near.cells[point * near.width]) + 1] += 1 }
    for cell in 0..<count { starts[cell + 1] += starts[cell] }
    var next = starts
    var labels = [Int32](repeating: 0, count: original.count)
    for point in 0..<original.count {
      let cell = Int(near.cells[point * near.width])
      labels[next[cell]] = Int32(point)
      next[cell] += 1
    }
    self.starts = starts
    self.labels = labels
    points = original.reordered(labels)
    preferences = means.preferences(near, points: original.count)
  }

  /// How many candidates each point needs so that the sample finds enough of its true neighbours, and
  /// the share it finds.
  private func reach(width: Int, _ budget: ThreadBudget) throws -> (candidates: Int, recall: Double) {
    let size = min(Self.sampleSize, points.count)
    let rows = (0..<size).map { $0 * points.count / size }
    let search = BlockSearch(points: points, width: width)
    let found = try budget.map(blocks: blockCount(size, size: 64)) { block in
      try search.run(Array(rows[blockRange(block, size: 64, count: size)]), among: [0..<points.count]).labels
    }
    let before = candidatesBefore(found.flatMap { $0 }, near: rows, width: width).sorted()
    guard !before.isEmpty else { return (points.count, 1) }
    let last = min(before.count, Int((Self.wantedRecall * Double(before.count)).rounded(.up))) - 1
    let reached = before.count { $0 <= before[last] }
    return (max(before[last] + 1, 4 * width + 64), Double(reached) / Double(before.count))
  }

  /// For each neighbour, how many points lie in cells that are looked into before its own.
  private func candidatesBefore(_ neighbors: [Int32], near rows: [Int], width: Int) -> [Int] {
    rows.enumerated().flatMap { place, row in
      var sum = 0
      var before = [Int](repeating: 0, count: cells)
      for cell in preferences[cell(of: row)] {
        before[cell] = sum
        sum += range(cell).count
      }
      let own = neighbors[place * width..<(place + 1) * width].filter { $0 >= 0 }
      return own.map { before[cell(of: Int($0))] }
    }
  }

  /// The cell of a position, by bisection.
  private func cell(of position: Int) -> Int {
    var (low, high) = (0, cells)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    return low
  }

  private func search(
    width: Int, atLeast count: Int, recall: Double, _ budget: ThreadBudget
  ) throws -> Neighbors {
    let blocks = (0..<cells).flatMap { cell in
      stride(from: starts[cell], to: starts[cell + 1], by: BlockSearch.blockRows).map { start in
        (cell: cell, rows: start..<min(starts[cell + 1], start + BlockSearch.blockRows))
      }
    }
    let search = BlockSearch(points: points, width: width, labels: labels)
    let candidates = preferences.map { ranges($0, atLeast: count) }
    var result = Neighbors(count: points.count, width: width, recall: recall)
    try result.fill(blocks: blocks.count, rows: labels, budget) { block, place in
      let rows = blocks[block].rows
      place(rows, try search.run(Array(rows), among: candidates[blocks[block].cell]))
    }
    return result
  }

  /// Cells in their order until they hold so many points.
  private func ranges(_ order: [Int], atLeast count: Int) -> [Range<Int>] {
    var sum = 0
    return order.map(range).prefix { range in
      defer { sum += range.count }
      return sum < count
    }.filter { !$0.isEmpty }
  }
}
