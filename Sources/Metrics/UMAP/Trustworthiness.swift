import Contracts
import Execution
import Kernels

/// How far neighbours in a projection are neighbours in the data.
///
///     T(k) = 1 − 2/(n·k·(2n − 3k − 1)) Σ_i Σ_j max(0, r(i, j) − k)
///
/// j runs over the k nearest neighbours of i in the projection, and r(i, j) is j's rank among all points by their
/// distance from i in the data, from 1. Distances are Euclidean; of equal distances the lower index ranks first.
/// T is 1 if all neighbours in the projection are also neighbours in the data. Source: Venna and Kaski 2001, doi:10.1007/3-540-44668-0_68.
/// - Parameters:
///   - picture: `(n, components)`.
///   - data: `(n, d)`.
///   - neighbors: k, at most (n − 1)/2 is used; T of fewer than 3 points is 1.
/// - Throws: `MetricFailure` if the shapes differ.
public func trustworthiness(of picture: Matrix, for data: Matrix, neighbors: Int = 15) throws -> Double {
  guard picture.rows == data.rows else {
    throw MetricFailure.unequalShapes(
      xRows: data.rows, xColumns: data.columns, yRows: picture.rows, yColumns: picture.columns)
  }
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  return try Trustworthiness(picture: picture, data: PointSet(centring: data), neighbors: neighbors)
    .value(budget)
}

/// Computes T(k) over all points, or over a sample where there are many.
package struct Trustworthiness: Sendable {
  /// Up to this many points all count; beyond, `sampleSize` of them, evenly spaced, stand for all. Their
  /// neighbours and ranks are still among all points.
  package static let exactLimit = 20_000
  package static let sampleSize = 512
  private static let blockRows = 256

  private let picture: PointSet
  private let data: PointSet
  private let k: Int
  /// The points that count.
  private let rows: [Int]

  /// Whether only a sample of the points counts.
  package var isSampled: Bool { rows.count < data.count }

  package init(
    picture: Matrix, data: PointSet, neighbors: Int, exactLimit: Int = Trustworthiness.exactLimit
  ) {
    self.picture = PointSet(centring: picture)
    self.data = data
    k = min(neighbors, (data.count - 1) / 2)
    let size = data.count <= exactLimit ? data.count : min(data.count, Self.sampleSize)
    rows = (0..<size).map { $0 * data.count / size }
  }

  package func value(_ budget: ThreadBudget) throws -> Double {
    guard k > 0 else { return 1 }
    let excess = try budget.map(blocks: blockCount(rows.count, size: Self.blockRows)) { block in
      try self.excess(Array(rows[blockRange(block, size: Self.blockRows, count: rows.count)]))
    }
    let (n, count, k) = (Double(data.count), Double(rows.count), Double(k))
    return 1 - 2 / (count * k * (2 * n - 3 * k - 1)) * Double(excess.reduce(0, +))
  }

  /// Σ max(0, r − k) over the layout's neighbours of some points.
  private func excess(_ rows: [Int]) throws -> Int {
    let near = try BlockSearch(points: picture, width: k).run(rows, among: [0..<picture.count])
    let ranks = NeighborRankCounter(data, rows, neighbors: near.labels, width: k).ranks()
    return ranks.reduce(0) { $0 + max(0, $1 - k) }
  }
}

/// Ranks of some neighbours of some points by distance, by counting the points that are nearer.
private struct NeighborRankCounter {
  private static let tileColumns = 512

  private let data: PointSet
  private let rows: [Int]
  private let neighbors: [Int32]
  private let width: Int
  private let queries: [Double]

  init(_ data: PointSet, _ rows: [Int], neighbors: [Int32], width: Int) {
    self.data = data
    self.rows = rows
    self.neighbors = neighbors
    self.width = width
    queries = rows.flatMap { data.rows.row($0).map(Double.init) }
  }

  /// `(rows, width)`, from 1, by squared distances from float64 products, a tile at a time.
  func ranks() -> [Int] {
    var counts = [Int](repeating: 1, count: rows.count * width)
    let bars = bars()
    for start in stride(from: 0, to: data.count, by: Self.tileColumns) {
      let columns = start..<min(data.count, start + Self.tileColumns)
      let d = data.dimension
      let tile = tile(data.rows.values[columns.lowerBound * d..<columns.upperBound * d])
      tile.withReadSlice { values in
        guard values.count > 0 else { return }
        for place in rows.indices {
          let line = values[place * columns.count..<(place + 1) * columns.count]
          for rank in 0..<width {
            counts[place * width + rank] += nearer(
              line, columns, place, Int(neighbors[place * width + rank]),
              bars[place * width + rank])
          }
        }
      }
    }
    return counts
  }

  /// ‖x − y‖² of each row and its neighbours.
  private func bars() -> [Double] {
    rows.indices.flatMap { place in
      (0..<width).map { rank in distance(place, Int(neighbors[place * width + rank])) }
    }
  }

  private func distance(_ place: Int, _ other: Int) -> Double {
    let d = data.dimension
    return (0..<d).reduce(0) { sum, c in
      let difference = queries[place * d + c] - Double(data.rows.values[other * d + c])
      return sum + difference * difference
    }
  }

  /// ‖x − y‖² of the rows and these points: `(rows, points)`.
  private func tile(_ floats: ArraySlice<Float>) -> [Double] {
    let d = data.dimension
    let others = floats.map(Double.init)
    var out = realProducts(queries, others, d)
    let (own, squares) = (realSquares(queries, d), realSquares(others, d))
    for (row, own) in own.enumerated() {
      for (column, square) in squares.enumerated() {
        out[row * squares.count + column] = own + square - 2 * out[row * squares.count + column]
      }
    }
    return out
  }

  /// How many of a tile's points, the row's own aside, are nearer than the neighbour. Products and
  /// differences round differently, so distances equal to 1e-12 of the points' size count as equal.
  private func nearer(
    _ line: DoubleSlice, _ columns: Range<Int>, _ place: Int, _ other: Int, _ bar: Double
  ) -> Int {
    let margin = 1e-12 * data.greatestSquare
    let low = SIMD8<Double>(repeating: bar - margin)
    let high = SIMD8<Double>(repeating: bar + margin)
    var sure = SIMD8<Int64>(repeating: 0)
    var reached = sure
    let whole = columns.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      let lanes = line.lanes(start)
      sure &-= unsafeBitCast(lanes .< low, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .<= high, to: SIMD8<Int64>.self)
    }
    var count = Int(sure.wrappedSum())
    var near = Int(reached.wrappedSum()) - count
    for column in whole..<columns.count {
      count += line[column] < bar - margin ? 1 : 0
      near += abs(line[column] - bar) <= margin ? 1 : 0
    }
    let own = rows[place]
    if columns.contains(own), line[own - columns.lowerBound] < bar - margin { count -= 1 }
    if near > (columns.contains(other) ? 1 : 0) {
      for column in columns where column < other && column != own {
        count += abs(line[column - columns.lowerBound] - bar) <= margin ? 1 : 0
      }
    }
    return count
  }
}
