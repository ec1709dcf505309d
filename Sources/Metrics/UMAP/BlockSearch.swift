import Execution
import Kernels

/// Nearest neighbours of a block of points among ranges of points.
///
/// A float32 product in tiles gives scores, and each row keeps the best with a few to spare; their
/// distances are computed again from differences, which decides their order (equal ones: lower label).
/// Where the products' rounding could have hidden a nearer point, the row is done again in float64.
struct BlockSearch: Sendable {
  static let blockRows = 512
  static let tileColumns = 1024
  /// Candidates kept beyond those asked for.
  private static let spare = 6

  let points: PointSet
  /// Neighbours of a point, itself not among them.
  let width: Int
  /// What a position in `points` is called; ties go to the lower label. Empty where positions are labels.
  var labels: [Int32] = []

  /// Neighbours of one block: `(rows, width)`, nearest first; label −1 where there are too few points.
  struct Found {
    var labels: [Int32]
    var squares: [Float]
  }

  private struct Line {
    let square: Double
    let label: Int32
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond its place.
  func run(_ rows: [Int], among ranges: [Range<Int>]) throws -> Found {
    let total = rows.count * width
    var found = Found(
      labels: [Int32](repeating: -1, count: total), squares: [Float](repeating: 0, count: total))
    let doubtful = try search(Array(rows.indices), rows, ranges, precise: points.isNarrow, &found)
    if !doubtful.isEmpty { _ = try search(doubtful, rows, ranges, precise: true, &found) }
    return found
  }

  /// Searches for the rows at these places and gives the places whose neighbours are not certain.
  private func search(
    _ places: [Int], _ rows: [Int], _ ranges: [Range<Int>], precise: Bool, _ found: inout Found
  ) throws -> [Int] {
    let best = BestCandidates(rows: places.count, keeping: width + 1 + Self.spare)
    var scorer = TileScorer(points, places.map { rows[$0] }, precise: precise)
    for range in ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.tileColumns) {
        scorer.offer(start..<min(range.upperBound, start + Self.tileColumns), to: best)
      }
    }
    var doubtful: [Int] = []
    for (line, place) in places.enumerated() {
      let (candidates, bar) = best.finish(line)
      let nearest = nearest(rows[place], candidates)
      if !precise, isDoubtful(rows[place], nearest, bar) { doubtful.append(place) }
      for (rank, line) in nearest.enumerated() {
        found.labels[place * width + rank] = line.label
        found.squares[place * width + rank] = Float(line.square)
      }
    }
    try best.verify()
    return doubtful
  }

  private func nearest(_ row: Int, _ candidates: [Int]) -> [Line] {
    let lines = points.rows.withSlice { values in
      candidates.compactMap { place -> Line? in
        if place == row { return nil }
        let square = squaredDistance(points.row(row, of: values), points.row(place, of: values))
        return Line(square: square, label: labels.isEmpty ? Int32(place) : labels[place])
      }
    }
    return Array(lines.sorted { ($0.square, $0.label) < ($1.square, $1.label) }.prefix(width))
  }

  /// Whether a point outside the candidates, whose score is `bar` at most, may be as near as the last.
  private func isDoubtful(_ row: Int, _ lines: [Line], _ bar: Float) -> Bool {
    guard bar > -.infinity, let last = lines.last else { return false }
    let leastOutside = 2 * (Double(points.halfSquares[row]) - Double(bar))
    return last.square >= leastOutside - 4e-6 * points.greatestSquare
  }
}

/// Scores of all points of a tile for some rows: greater is nearer.
private struct TileScorer {
  let points: PointSet
  let rows: [Int]
  let precise: Bool
  private var tile: [Float]
  /// The rows, side by side, and what each score is short of (½‖y‖² or nothing).
  private var queries: [Float] = []
  private var realQueries: [Double] = []
  private let nothing = [Float](repeating: 0, count: BlockSearch.tileColumns)

  init(_ points: PointSet, _ rows: [Int], precise: Bool) {
    self.points = points
    self.rows = rows
    self.precise = precise
    tile = [Float](repeating: 0, count: rows.count * BlockSearch.tileColumns)
    if points.isNarrow { return }
    for row in rows { queries += points.rows.row(row) }
    if precise { realQueries = queries.map(Double.init) }
  }

  mutating func offer(_ columns: Range<Int>, to best: BestCandidates) {
    if points.isNarrow {
      subtract(columns)
    } else if precise {
      multiplyReal(columns)
    } else {
      multiply(columns)
    }
    tile.withReadSlice { tile in
      (precise ? nothing : points.halfSquares).withReadSlice { offsets in
        let offsets = offsets.from(precise ? 0 : columns.lowerBound)
        for row in rows.indices {
          best.offer(
            to: row, line(row, of: tile)[0..<columns.count], less: offsets, first: columns.lowerBound)
        }
      }
    }
  }

  /// The scores of the row at a place, `BlockSearch.tileColumns` of them.
  private func line(_ place: Int, of tile: FloatSlice) -> FloatSlice {
    tile[place * BlockSearch.tileColumns..<(place + 1) * BlockSearch.tileColumns]
  }

  /// x·y.
  private mutating func multiply(_ columns: Range<Int>) {
    let d = points.dimension
    points.rows.withSlice { others in
      queries.withReadSlice { queries in
        tile.withSlice { tile in
          BLAS.multiply(
            ProductShape(rows: rows.count, columns: columns.count, inner: d), Operand(queries, stride: d),
            Operand(others.from(columns.lowerBound * d), stride: d, transposed: true), into: tile,
            stride: BlockSearch.tileColumns)
        }
      }
    }
  }

  /// −‖x − y‖² = 2x·y − ‖x‖² − ‖y‖² in float64.
  private mutating func multiplyReal(_ columns: Range<Int>) {
    let (d, width) = (points.dimension, columns.count)
    let others = points.rows.values[columns.lowerBound * d..<columns.upperBound * d].map(Double.init)
    let products = realProducts(realQueries, others, d)
    let (own, squares) = (realSquares(realQueries, d), realSquares(others, d))
    for row in rows.indices {
      for column in 0..<width {
        tile[row * BlockSearch.tileColumns + column] = Float(
          2 * products[row * width + column] - own[row] - squares[column])
      }
    }
  }

  /// −Σ (x − y)², sixteen points at a time.
  private mutating func subtract(_ columns: Range<Int>) {
    let count = points.count
    points.columns.withReadSlice { coordinates in
      tile.withSlice { tile in
        for (place, row) in rows.enumerated() {
          let first = place * BlockSearch.tileColumns
          let line = tile[first..<first + columns.count]
          line.fill(0)
          for dimension in 0..<points.dimension {
            let axis = coordinates[dimension * count..<(dimension + 1) * count]
            subtractSquares(line, axis[columns], axis[row])
          }
        }
      }
    }
  }
}

/// A·Bᵀ in float64 of rows of `dimension` numbers: `(rows of a, rows of b)`; empty where they have none.
func realProducts(_ a: [Double], _ b: [Double], _ dimension: Int) -> [Double] {
  guard dimension > 0 else { return [] }
  let (rows, columns) = (a.count / dimension, b.count / dimension)
  return [Double](count: rows * columns) { out in
    a.withReadSlice { a in
      b.withReadSlice { b in
        BLAS.multiply(
          ProductShape(rows: rows, columns: columns, inner: dimension), Operand(a, stride: dimension),
          Operand(b, stride: dimension, transposed: true), into: out, stride: columns)
      }
    }
  }
}

/// ‖x‖² of rows of `dimension` numbers in float64.
func realSquares(_ rows: [Double], _ dimension: Int) -> [Double] {
  guard dimension > 0 else { return [] }
  return rows.withReadSlice { rows in
    (0..<rows.count / dimension).map {
      let row = rows[$0 * dimension..<($0 + 1) * dimension]
      return dot(row, row)
    }
  }
}
