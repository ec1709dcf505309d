import Execution
import Kernels

/// What one member's candidates must beat: of each query, its most similar partner (of equals the first).
struct RankTargets: Sendable {
  /// s of each row of x and its partner; NaN where it has none.
  private(set) var valuesX: [Double]
  /// That row of y; −1 where there is none.
  private(set) var partnersOfX: [Int]
  private(set) var valuesY: [Double]
  private(set) var partnersOfY: [Int]

  init(_ group: GapShiftGroup, _ factors: GapShiftGroup.Factors) {
    valuesX = [Double](repeating: .nan, count: group.x.rows)
    partnersOfX = [Int](repeating: -1, count: group.x.rows)
    valuesY = [Double](repeating: .nan, count: group.y.rows)
    partnersOfY = [Int](repeating: -1, count: group.y.rows)
    let size = group.partners.rowsOfXAnItem
    for (j, item) in group.partners.itemOfY.enumerated() where group.partners.isPaired {
      for i in item * size..<min((item + 1) * size, group.x.rows) {
        let value = group.exactSimilarity(i, j, factors)
        if partnersOfX[i] < 0 || value > valuesX[i] { (valuesX[i], partnersOfX[i]) = (value, j) }
        if partnersOfY[j] < 0 || value > valuesY[j] { (valuesY[j], partnersOfY[j]) = (value, i) }
      }
    }
  }
}

/// How a query stands among its candidates.
struct RankCount: Sendable, Equatable {
  /// Candidates that are nearer than the right one.
  var rank: Int32 = 0
  /// Those of them that are exactly as similar, and come first.
  var tiesBefore: Int32 = 0
  /// Candidates exactly as similar that come after.
  var tiesAfter: Int32 = 0

  static func += (sum: inout RankCount, other: RankCount) {
    sum.rank += other.rank
    sum.tiesBefore += other.tiesBefore
    sum.tiesAfter += other.tiesAfter
  }

  /// Counts a candidate that lies within rounding of the right one.
  mutating func add(_ candidate: Double, against right: Double, comesFirst: Bool) {
    if candidate == right { if comesFirst { tiesBefore += 1 } else { tiesAfter += 1 } }
    if candidate > right || (candidate == right && comesFirst) { rank += 1 }
  }
}

/// Counts, for a strip of x rows against all y, how many candidates beat the right one. Candidates of x are
/// rows of y that are no partners; candidates of y are the items of x, each by its most similar row.
///
/// Compared with a margin: what is greater by more than the rounding error of the product counts at
/// once; what lies within the margin is found by a second count, and only then looked at one by one.
struct RankCounter: Sendable {
  /// Rows of a strip: a whole number of items.
  static func rows(_ group: GapShiftGroup) -> Int {
    let size = group.partners.rowsOfXAnItem
    return size >= 256 ? size : 256 / size * size
  }

  let range: Range<Int>
  /// `(members, range.count)`.
  private var rowCounts: [RankCount]
  /// `(members, rows of y)`: this strip's share.
  private var columnCounts: [RankCount]
  private let group: GapShiftGroup
  private let factors: [GapShiftGroup.Factors]
  private let targets: [RankTargets]
  private let tileColumns: Int

  init(
    _ group: GapShiftGroup, _ factors: [GapShiftGroup.Factors], _ targets: [RankTargets], _ range: Range<Int>
  ) {
    self.group = group
    self.factors = factors
    self.targets = targets
    self.range = range
    // A tile has 131,072 similarities, or 8 columns.
    tileColumns = min(group.y.rows, max(8, min(512, 131_072 / max(1, range.count) & ~7)))
    rowCounts = [RankCount](repeating: RankCount(), count: factors.count * range.count)
    columnCounts = [RankCount](repeating: RankCount(), count: factors.count * group.y.rows)
  }

  mutating func run() {
    LossTile.forEach(group, factors, range, width: tileColumns) { member, tile, columns in
      countRows(member, tile, columns)
      countColumns(member, tile, columns)
    }
  }

  /// Adds this strip's counts; whole numbers, so the order of strips does not matter.
  func add(toRows rows: inout [RankCount], columns: inout [RankCount]) {
    for m in factors.indices {
      for (place, i) in range.enumerated() {
        rows[m * group.x.rows + i] += rowCounts[m * range.count + place]
      }
    }
    for index in columns.indices { columns[index] += columnCounts[index] }
  }

  /// Rounding of a float64 product of vectors of this length, with a wide margin.
  private func margin(_ member: Int) -> Double { factors[member].bound * 1e-12 }

  private mutating func countRows(_ member: Int, _ tile: LossTile, _ columns: Range<Int>) {
    let margin = margin(member)
    let (partners, targets) = (group.partners, targets[member])
    tile.similarities.withReadSlice { values in
      for (place, i) in range.enumerated() where targets.partnersOfX[i] >= 0 {
        let own = targets.valuesX[i]
        let line = values[place * tile.stride..<(place + 1) * tile.stride]
        let (sure, near) = Self.countRow(line, own, margin)
        var count = RankCount(rank: sure)
        if near > (columns.contains(targets.partnersOfX[i]) ? 1 : 0) {
          for (offset, j) in columns.enumerated()
          where abs(line[offset] - own) <= margin && partners.itemOfY[j] != partners.itemOfX[i] {
            count.add(
              group.exactSimilarity(i, j, factors[member]), against: own,
              comesFirst: j < targets.partnersOfX[i])
          }
        }
        rowCounts[member * range.count + place] += count
      }
    }
  }

  /// How many values are greater than `own` by more than the margin, and how many lie within it.
  @inline(__always)
  private static func countRow(
    _ line: DoubleSlice, _ own: Double, _ margin: Double
  ) -> (sure: Int32, near: Int32) {
    let high = SIMD8<Double>(repeating: own + margin)
    let low = SIMD8<Double>(repeating: own - margin)
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for column in Swift.stride(from: 0, to: line.count, by: 8) {
      let lanes = line.lanes(column)
      above &-= unsafeBitCast(lanes .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .>= low, to: SIMD8<Int64>.self)
    }
    let sure = above.wrappedSum()
    return (Int32(truncatingIfNeeded: sure), Int32(truncatingIfNeeded: reached.wrappedSum() - sure))
  }

  private mutating func countColumns(_ member: Int, _ tile: LossTile, _ columns: Range<Int>) {
    guard group.partners.isPaired else { return }
    let (margin, targets) = (margin(member), targets[member])
    let size = group.partners.rowsOfXAnItem
    tile.similarities.withReadSlice { values in
      for first in stride(from: 0, to: columns.count, by: 8) {
        let lanes = min(8, columns.count - first)
        var own = SIMD8<Double>(repeating: .infinity)
        for lane in 0..<lanes { own[lane] = targets.valuesY[columns.lowerBound + first + lane] }
        let lines = values.from(first)
        let (sure, near) =
          size == 1
          ? Self.countColumn(lines, tile.rows, tile.stride, own, margin)
          : Self.countColumn(lines, tile.rows, tile.stride, own, margin, rowsAnItem: size)
        for lane in 0..<lanes {
          let j = columns.lowerBound + first + lane
          var count = RankCount(rank: Int32(truncatingIfNeeded: sure[lane]))
          if near[lane] > (range.contains(targets.partnersOfY[j]) ? 1 : 0) {
            look(at: j, lines.from(lane), stride: tile.stride, member, &count)
          }
          columnCounts[member * group.y.rows + j] += count
        }
      }
    }
  }

  /// Compares the items of the strip that lie within rounding of a column's right one, exactly.
  private func look(
    at j: Int, _ column: DoubleSlice, stride: Int, _ member: Int, _ count: inout RankCount
  ) {
    let (own, margin) = (targets[member].valuesY[j], margin(member))
    let size = group.partners.rowsOfXAnItem
    for first in Swift.stride(from: 0, to: range.count, by: size) {
      let item = group.partners.itemOfX[range.lowerBound + first]
      let places = first..<min(first + size, range.count)
      let nearest = places.reduce(-Double.infinity) { max($0, column[$1 * stride]) }
      if item == group.partners.itemOfY[j] || abs(nearest - own) > margin { continue }
      let exact = places.reduce(-Double.infinity) {
        max($0, group.exactSimilarity(range.lowerBound + $1, j, factors[member]))
      }
      count.add(exact, against: own, comesFirst: item < group.partners.itemOfY[j])
    }
  }

  /// The same by columns, eight side by side: `values` begins at the first of them.
  @inline(__always)
  private static func countColumn(
    _ values: DoubleSlice, _ rows: Int, _ stride: Int, _ own: SIMD8<Double>, _ margin: Double
  ) -> (sure: SIMD8<Int64>, near: SIMD8<Int64>) {
    let high = own + margin
    let low = own - margin
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for row in 0..<rows {
      let lanes = values.lanes(row * stride)
      above &-= unsafeBitCast(lanes .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .>= low, to: SIMD8<Int64>.self)
    }
    return (above, reached &- above)
  }

  /// Items of several rows, each by its greatest value.
  @inline(__always)
  private static func countColumn(
    _ values: DoubleSlice, _ rows: Int, _ stride: Int, _ own: SIMD8<Double>, _ margin: Double,
    rowsAnItem size: Int
  ) -> (sure: SIMD8<Int64>, near: SIMD8<Int64>) {
    let high = own + margin
    let low = own - margin
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for first in Swift.stride(from: 0, to: rows, by: size) {
      var greatest = values.lanes(first * stride)
      for row in first + 1..<max(first + 1, min(first + size, rows)) {
        let lanes = values.lanes(row * stride)
        greatest.replace(with: lanes, where: lanes .> greatest)
      }
      above &-= unsafeBitCast(greatest .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(greatest .>= low, to: SIMD8<Int64>.self)
    }
    return (above, reached &- above)
  }
}
