import Kernels

/// Counts, for a strip of x rows against all y, how many candidates beat the right one.
///
/// Compared with a margin: what is greater by more than the rounding error of the product counts at
/// once; what lies within the margin is found by a second count, and only then looked at one by one.
struct RankStrip: Sendable {
  static let rows = 256
  static let tileColumns = 512

  let range: Range<Int>
  /// `(members, range.count)`.
  private var rowRanks: [Int32]
  /// `(members, n)`: this strip's share.
  private var columnRanks: [Int32]
  private let group: PairGroup
  private let factors: [PairGroup.Factors]

  init(_ group: PairGroup, _ factors: [PairGroup.Factors], _ range: Range<Int>) {
    self.group = group
    self.factors = factors
    self.range = range
    rowRanks = [Int32](repeating: 0, count: factors.count * range.count)
    columnRanks = [Int32](repeating: 0, count: factors.count * group.count)
  }

  mutating func run() {
    var tile = LossTile(rows: range.count, columns: min(Self.tileColumns, group.count))
    for start in stride(from: 0, to: group.count, by: Self.tileColumns) {
      let columns = start..<min(group.count, start + Self.tileColumns)
      tile.multiply(group, range, columns)
      for member in factors.indices {
        tile.transform(factors[member], range, columns)
        countRows(member, tile, columns)
        countColumns(member, tile, columns)
      }
    }
  }

  /// Adds this strip's counts; whole numbers, so the order of strips does not matter.
  func add(toRows rows: inout [Int32], columns: inout [Int32]) {
    for m in factors.indices {
      for (place, i) in range.enumerated() { rows[m * group.count + i] += rowRanks[m * range.count + place] }
    }
    for index in columns.indices { columns[index] += columnRanks[index] }
  }

  /// Rounding of a float64 product of vectors of this length, with a wide margin.
  private func margin(_ member: Int) -> Double { factors[member].bound * 1e-12 }

  private mutating func countRows(_ member: Int, _ tile: LossTile, _ columns: Range<Int>) {
    let margin = margin(member)
    tile.similarities.withUnsafeBufferPointer { buffer in
      guard let values = buffer.baseAddress else { return }
      for (place, i) in range.enumerated() {
        let own = factors[member].pairs[i]
        let line = values + place * tile.stride
        let (sure, near) = Self.countRow(line, tile.stride, own, margin)
        var rank = sure
        if near > (columns.contains(i) ? 1 : 0) {
          for (offset, j) in columns.enumerated() where j != i && abs(line[offset] - own) <= margin {
            rank += beats(i, j, own: i, j < i, factors[member]) ? 1 : 0
          }
        }
        rowRanks[member * range.count + place] += rank
      }
    }
  }

  /// How many values are greater than `own` by more than the margin, and how many lie within it.
  @inline(__always)
  private static func countRow(
    _ line: UnsafePointer<Double>, _ stride: Int, _ own: Double, _ margin: Double
  ) -> (sure: Int32, near: Int32) {
    let high = SIMD8<Double>(repeating: own + margin)
    let low = SIMD8<Double>(repeating: own - margin)
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      let lanes = load(line + column)
      above &-= unsafeBitCast(lanes .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .>= low, to: SIMD8<Int64>.self)
    }
    let sure = above.wrappedSum()
    return (Int32(truncatingIfNeeded: sure), Int32(truncatingIfNeeded: reached.wrappedSum() - sure))
  }

  private mutating func countColumns(_ member: Int, _ tile: LossTile, _ columns: Range<Int>) {
    let margin = margin(member)
    let pairs = factors[member].pairs
    let ranks = member * group.count
    tile.similarities.withUnsafeBufferPointer { buffer in
      guard let values = buffer.baseAddress else { return }
      for first in stride(from: 0, to: columns.count, by: 8) {
        let lanes = min(8, columns.count - first)
        var own = SIMD8<Double>(repeating: .infinity)
        for lane in 0..<lanes { own[lane] = pairs[columns.lowerBound + first + lane] }
        let (sure, near) = Self.countColumn(values + first, tile.rows, tile.stride, own, margin)
        for lane in 0..<lanes {
          let j = columns.lowerBound + first + lane
          var rank = Int32(truncatingIfNeeded: sure[lane])
          if near[lane] > (range.contains(j) ? 1 : 0) {
            let column = values + first + lane
            for (place, i) in range.enumerated()
            where i != j && abs(column[place * tile.stride] - pairs[j]) <= margin {
              rank += beats(i, j, own: j, i < j, factors[member]) ? 1 : 0
            }
          }
          columnRanks[ranks + j] += rank
        }
      }
    }
  }

  @inline(__always)
  private static func countColumn(
    _ values: UnsafePointer<Double>, _ rows: Int, _ stride: Int, _ own: SIMD8<Double>, _ margin: Double
  ) -> (sure: SIMD8<Int64>, near: SIMD8<Int64>) {
    let high = own + margin
    let low = own - margin
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for row in 0..<rows {
      let lanes = load(values + row * stride)
      above &-= unsafeBitCast(lanes .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .>= low, to: SIMD8<Int64>.self)
    }
    return (above, reached &- above)
  }

  /// Whether candidate (i, j) beats the pair `own`; equal values go to the one that `comesFirst`.
  private func beats(
    _ i: Int, _ j: Int, own: Int, _ comesFirst: Bool, _ factors: PairGroup.Factors
  ) -> Bool {
    let candidate = group.exactSimilarity(i, j, factors)
    let right = group.exactSimilarity(own, own, factors)
    return candidate > right || (candidate == right && comesFirst)
  }
}
