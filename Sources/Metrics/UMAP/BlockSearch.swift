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

  func run(_ rows: [Int], among ranges: [Range<Int>]) -> Found {
    let total = rows.count * width
    var found = Found(
      labels: [Int32](repeating: -1, count: total), squares: [Float](repeating: 0, count: total))
    let doubtful = search(Array(rows.indices), rows, ranges, precise: points.isNarrow, &found)
    if !doubtful.isEmpty { _ = search(doubtful, rows, ranges, precise: true, &found) }
    return found
  }

  /// Searches for the rows at these places and gives the places whose neighbours are not certain.
  private func search(
    _ places: [Int], _ rows: [Int], _ ranges: [Range<Int>], precise: Bool, _ found: inout Found
  ) -> [Int] {
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
    return doubtful
  }

  private func nearest(_ row: Int, _ candidates: [Int]) -> [Line] {
    let dimension = points.dimension
    let lines = points.rows.withPointer { base in
      candidates.compactMap { place -> Line? in
        if place == row { return nil }
        let square = squaredDistance(base + row * dimension, base + place * dimension, dimension)
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
    tile.withUnsafeBufferPointer { tile in
      (precise ? nothing : points.halfSquares).withUnsafeBufferPointer { offsets in
        guard let tile = tile.baseAddress, let offsets = offsets.baseAddress else { return }
        for row in rows.indices {
          best.offer(
            to: row, tile + row * BlockSearch.tileColumns,
            less: offsets + (precise ? 0 : columns.lowerBound), count: columns.count,
            first: columns.lowerBound)
        }
      }
    }
  }

  /// x·y.
  private mutating func multiply(_ columns: Range<Int>) {
    let d = points.dimension
    points.rows.withPointer { base in
      queries.withUnsafeBufferPointer { queries in
        tile.withUnsafeMutableBufferPointer { tile in
          guard let queries = queries.baseAddress, let tile = tile.baseAddress else { return }
          BLAS.multiply(
            ProductShape(rows: rows.count, columns: columns.count, inner: d), Operand(queries, stride: d),
            Operand(base + columns.lowerBound * d, stride: d, transposed: true), into: tile,
            stride: BlockSearch.tileColumns)
        }
      }
    }
  }

  /// −‖x − y‖² = 2x·y − ‖x‖² − ‖y‖² in float64.
  private mutating func multiplyReal(_ columns: Range<Int>) {
    let (d, width) = (points.dimension, columns.count)
    let others = points.rows.values[columns.lowerBound * d..<columns.upperBound * d].map(Double.init)
    var products = [Double](repeating: 0, count: rows.count * width)
    others.withUnsafeBufferPointer { others in
      realQueries.withUnsafeBufferPointer { queries in
        products.withUnsafeMutableBufferPointer { out in
          guard let a = queries.baseAddress, let b = others.baseAddress, let out = out.baseAddress
          else { return }
          BLAS.multiply(
            ProductShape(rows: rows.count, columns: width, inner: d), Operand(a, stride: d),
            Operand(b, stride: d, transposed: true), into: out, stride: width)
          let squares = (0..<width).map { dot(b + $0 * d, b + $0 * d, d) }
          for row in rows.indices {
            let own = dot(a + row * d, a + row * d, d)
            for column in 0..<width {
              tile[row * BlockSearch.tileColumns + column] = Float(
                2 * out[row * width + column] - own - squares[column])
            }
          }
        }
      }
    }
  }

  /// −Σ (x − y)², sixteen points at a time.
  private mutating func subtract(_ columns: Range<Int>) {
    let count = points.count
    points.columns.withUnsafeBufferPointer { coordinates in
      tile.withUnsafeMutableBufferPointer { tile in
        guard let base = coordinates.baseAddress, let out = tile.baseAddress else { return }
        for (place, row) in rows.enumerated() {
          let line = out + place * BlockSearch.tileColumns
          line.update(repeating: 0, count: columns.count)
          for dimension in 0..<points.dimension {
            let axis = base + dimension * count
            subtractSquares(line, axis + columns.lowerBound, axis[row], columns.count)
          }
        }
      }
    }
  }
}
