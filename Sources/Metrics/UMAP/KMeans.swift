import Execution
import Kernels

/// Centres of k-means, found on a sample of the points.
struct KMeans: Sendable {
  /// How many of the nearest centres of a point are listed.
  static let listed = 16
  private static let samplePerCentre = 64
  private static let iterations = 6

  /// `(count, dimension)`.
  let centres: PointSet

  /// For each point its nearest centres, nearest first.
  struct Nearest {
    let width: Int
    let cells: [Int32]
  }

  /// Lloyd's iteration from random points, a few times: neighbouring points need to fall together, and
  /// no optimum is needed for that.
  static func centres(
    of points: PointSet, count: Int, random: RandomStream, _ budget: ThreadBudget
  ) throws -> KMeans {
    let size = min(points.count, count * samplePerCentre)
    let sample = points.reordered((0..<size).map { Int32($0 * points.count / size) })
    let first = random.permutation(size).prefix(count).map { Int32($0) }
    var means = KMeans(centres: sample.reordered(Array(first)))
    for _ in 0..<iterations {
      let near = try means.nearest(to: sample, keeping: 1, budget)
      means = means.moved(to: near, sample)
    }
    return means
  }

  /// The mean of each centre's points; a centre without points stays.
  private func moved(to near: Nearest, _ sample: PointSet) -> KMeans {
    let d = sample.dimension
    var sums = [Float](repeating: 0, count: centres.count * d)
    var counts = [Float](repeating: 0, count: centres.count)
    sample.rows.withSlice { rows in
      for row in 0..<sample.count {
        let cell = Int(near.cells[row])
        counts[cell] += 1
        for c in 0..<d { sums[cell * d + c] += rows[row * d + c] }
      }
    }
    for cell in 0..<centres.count {
      for c in 0..<d {
        let index = cell * d + c
        sums[index] = counts[cell] > 0 ? sums[index] / counts[cell] : centres.rows.values[index]
      }
    }
    return KMeans(centres: PointSet(Matrix(rows: centres.count, columns: d, values: sums)))
  }

  /// The centres nearest to each point.
  func nearest(to points: PointSet, keeping width: Int, _ budget: ThreadBudget) throws -> Nearest {
    let size = BlockSearch.blockRows
    let parts = try budget.map(blocks: blockCount(points.count, size: size)) { block in
      self.nearest(to: blockRange(block, size: size, count: points.count), of: points, width)
    }
    return Nearest(width: width, cells: parts.flatMap { $0 })
  }

  private func nearest(to rows: Range<Int>, of points: PointSet, _ width: Int) -> [Int32] {
    let scores = scores(rows, of: points)
    let count = centres.count
    return rows.indices.flatMap { row in
      let line = (row - rows.lowerBound) * count
      return greatest(scores[line..<line + count], width)
    }
  }

  /// x·c − ½‖c‖² of some points and all centres.
  private func scores(_ rows: Range<Int>, of points: PointSet) -> [Float] {
    let (d, count) = (points.dimension, centres.count)
    return [Float](count: rows.count * count) { out in
      points.rows.withSlice { points in
        centres.rows.withSlice { centres in
          BLAS.multiply(
            ProductShape(rows: rows.count, columns: count, inner: d),
            Operand(points.from(rows.lowerBound * d), stride: d),
            Operand(centres, stride: d, transposed: true),
            into: out, stride: count)
        }
      }
      for row in rows.indices {
        let line = out.from((row - rows.lowerBound) * count)
        for cell in 0..<count { line[cell] -= centres.halfSquares[cell] }
      }
    }
  }

  /// The places of the greatest values, greatest first; of equal ones the lower.
  private func greatest(_ values: ArraySlice<Float>, _ width: Int) -> [Int32] {
    var best: [(value: Float, place: Int32)] = []
    for (place, value) in values.enumerated() {
      if best.count == width, let last = best.last, value <= last.value { continue }
      var at = best.count
      while at > 0, best[at - 1].value < value { at -= 1 }
      best.insert((value, Int32(place)), at: at)
      if best.count > width { best.removeLast() }
    }
    return best.map(\.place)
  }

  /// For each cell all cells in the order in which its points' neighbours are to be expected there: a
  /// cell that is a point's r-th nearest gets 1/r; where that is equal, the nearer centre comes first.
  func preferences(_ near: Nearest, points: Int) -> [[Int]] {
    let count = centres.count
    var votes = [Float](repeating: 0, count: count * count)
    for point in 0..<points {
      let home = Int(near.cells[point * near.width])
      for rank in 0..<near.width {
        votes[home * count + Int(near.cells[point * near.width + rank])] += 1 / Float(rank + 1)
      }
    }
    return (0..<count).map { home in
      let nearness = scores(home..<home + 1, of: centres)
      return (0..<count).sorted { a, b in
        let (first, second) = (votes[home * count + a], votes[home * count + b])
        if first != second { return first > second }
        return nearness[a] != nearness[b] ? nearness[a] > nearness[b] : a < b
      }
    }
  }
}
