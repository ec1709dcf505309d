import Kernels

/// Nearest neighbours of many points: the points of a cell are compared with those of the nearest cells.
///
/// Cells are those of k-means, about 512 points each. How many cells are looked into is decided by a
/// sample: the true neighbours of 256 points are found exactly, and enough cells are taken for
/// `wantedRecall` of them. So the recall is known, and data without structure cost a search of all.
/// Source: inverted lists as in Jégou, Douze, Schmid, PAMI 2011, doi:10.1109/TPAMI.2010.57.
struct CellIndex: Sendable {
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
    let index = try CellIndex(points, random: random, budget)
    let (probes, recall) = try index.probes(width: width, budget)
    return try index.search(width: width, probes: probes, recall: recall, budget)
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

  /// The least number of cells in which the sample finds enough of its true neighbours.
  private func probes(width: Int, _ budget: ThreadBudget) throws -> (count: Int, recall: Double) {
    let size = min(Self.sampleSize, points.count)
    let rows = (0..<size).map { $0 * points.count / size }
    let search = BlockSearch(points: points, width: width)
    let found = try budget.map(blocks: blockCount(size, size: 64)) { block in
      search.run(Array(rows[blockRange(block, size: 64, count: size)]), among: [0..<points.count]).labels
    }
    let ranks = ranks(of: found.flatMap { $0 }, near: rows, width: width)
    var covered = 0
    for (place, count) in ranks.enumerated() {
      covered += count
      let recall = Double(covered) / Double(max(1, size * width))
      if recall >= Self.wantedRecall { return (place + 1, recall) }
    }
    return (cells, 1)
  }

  /// How many of the neighbours lie in the first, second… preference of their point's cell.
  private func ranks(of neighbors: [Int32], near rows: [Int], width: Int) -> [Int] {
    let orders = preferences.map { list in
      var order = [Int](repeating: 0, count: cells)
      for (rank, cell) in list.enumerated() { order[cell] = rank }
      return order
    }
    var counts = [Int](repeating: 0, count: cells)
    for (place, row) in rows.enumerated() {
      let order = orders[cell(of: row)]
      for rank in 0..<width where neighbors[place * width + rank] >= 0 {
        counts[order[cell(of: Int(neighbors[place * width + rank]))]] += 1
      }
    }
    return counts
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
    width: Int, probes: Int, recall: Double, _ budget: ThreadBudget
  ) throws -> Neighbors {
    let blocks = (0..<cells).flatMap { cell in
      stride(from: starts[cell], to: starts[cell + 1], by: BlockSearch.blockRows).map { start in
        (cell: cell, rows: start..<min(starts[cell + 1], start + BlockSearch.blockRows))
      }
    }
    let search = BlockSearch(points: points, width: width, labels: labels)
    let candidates = preferences.map { list in list.prefix(probes).map(range).filter { !$0.isEmpty } }
    var result = Neighbors(count: points.count, width: width, recall: recall)
    try result.fill(blocks: blocks.count, rows: labels, budget) { block, place in
      let rows = blocks[block].rows
      place(rows, search.run(Array(rows), among: candidates[blocks[block].cell]))
    }
    return result
  }
}
