import Execution

/// The candidates of greatest score for each row of a block, gathered tile by tile.
///
/// A candidate is one 64-bit key: the score's bits in their order above, the index's complement below,
/// so keys compare as (score, lower index) does. A row keeps what beats its bar, the least score of the
/// best `kept` it had when it last ran full; what comes in does not depend on when that was.
final class BestCandidates {
  let kept: Int
  private let capacity: Int
  /// `capacity` places a row, of which `counts` are taken.
  private let keys: MemorySlice<UInt64>
  private let counts: MemorySlice<Int>
  private let bars: FloatSlice
  private let arenas: (keys: Arena<UInt64>, counts: Arena<Int>, bars: Arena<Float>)

  init(rows: Int, keeping kept: Int) {
    self.kept = max(1, kept)
    capacity = 2 * self.kept + 32
    arenas = (Arena([rows * capacity]), Arena([rows]), Arena([rows]))
    keys = arenas.keys.take(rows * capacity)
    counts = arenas.counts.take(rows)
    bars = arenas.bars.take(rows)
    bars.fill(-.infinity)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the rows.
  func verify() throws {
    try arenas.keys.verify()
    try arenas.counts.verify()
    try arenas.bars.verify()
  }

  /// Offers values, less as many `offsets`, as the scores of indices `first`, `first` + 1…
  func offer(to row: Int, _ values: FloatSlice, less offsets: FloatSlice, first: Int) {
    let offsets = offsets[values.indices]
    var start = 0
    while start + 64 <= values.count {
      let range = start..<start + 64
      if Self.anyAbove(values, offsets, range, bars[row]) { offerEach(row, values, offsets, range, first) }
      start += 64
    }
    offerEach(row, values, offsets, start..<values.count, first)
  }

  /// Whether one of these scores is above the bar.
  @inline(__always)
  private static func anyAbove(
    _ values: FloatSlice, _ offsets: FloatSlice, _ range: Range<Int>, _ bar: Float
  ) -> Bool {
    var above: UInt32 = 0
    for index in range { above |= values[index] - offsets[index] > bar ? 1 : 0 }
    return above != 0
  }

  private func offerEach(
    _ row: Int, _ values: FloatSlice, _ offsets: FloatSlice, _ range: Range<Int>, _ first: Int
  ) {
    for index in range {
      let score = values[index] - offsets[index]
      if score > bars[row] { insert(row, score, first + index) }
    }
  }

  private func insert(_ row: Int, _ score: Float, _ index: Int) {
    keys[row * capacity + counts[row]] = Self.key(score, index)
    counts[row] += 1
    if counts[row] == capacity { prune(row) }
  }

  /// Leaves the best `kept` and raises the bar to the least of them.
  private func prune(_ row: Int) {
    if counts[row] <= kept { return }
    let line = line(row)
    selectGreatest(line, kept)
    counts[row] = kept
    var least = line[0]
    for place in 1..<kept where line[place] < least { least = line[place] }
    bars[row] = Self.score(least)
  }

  /// The row's candidates, unordered, and a score that no other offer was above; −∞ where all are here.
  func finish(_ row: Int) -> (indices: [Int], bar: Float) {
    prune(row)
    return (line(row).values.map { Int(~UInt32(truncatingIfNeeded: $0)) }, bars[row])
  }

  /// The keys that a row has.
  private func line(_ row: Int) -> MemorySlice<UInt64> {
    keys[row * capacity..<row * capacity + counts[row]]
  }

  private static func key(_ score: Float, _ index: Int) -> UInt64 {
    let bits = score.bitPattern
    let ordered = bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
    return UInt64(ordered) << 32 | UInt64(~UInt32(truncatingIfNeeded: index))
  }

  private static func score(_ key: UInt64) -> Float {
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered & 0x8000_0000 != 0 ? ordered & 0x7fff_ffff : ~ordered)
  }
}

/// Moves the `wanted` greatest of different keys to the front (Hoare's selection).
private func selectGreatest(_ keys: MemorySlice<UInt64>, _ wanted: Int) {
  var (low, high) = (0, keys.count - 1)
  while low < high {
    let pivot = median(keys[low], keys[(low + high) / 2], keys[high])
    var (i, j) = (low, high)
    while i <= j {
      while keys[i] > pivot { i += 1 }
      while keys[j] < pivot { j -= 1 }
      if i > j { break }
      (keys[i], keys[j]) = (keys[j], keys[i])
      i += 1
      j -= 1
    }
    if wanted - 1 <= j { high = j } else if wanted - 1 >= i { low = i } else { return }
  }
}

private func median(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
  max(min(a, b), min(max(a, b), c))
}
