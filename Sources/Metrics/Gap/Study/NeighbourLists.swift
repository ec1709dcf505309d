import Execution

/// For each of some rows, its k nearest rows and their similarities, the nearest first; of equal ones the lower index.
struct NeighbourLists: Sendable {
  let k: Int
  /// `(rows, k)`; −1 where there is none.
  private(set) var indices: [Int32]
  private(set) var values: [Float]

  init(rows: Int = 0, k: Int) {
    self.k = k
    indices = [Int32](repeating: -1, count: rows * k)
    values = [Float](repeating: -.infinity, count: rows * k)
  }

  var rows: Int { k > 0 ? indices.count / k : 0 }

  mutating func append(_ other: NeighbourLists) {
    indices += other.indices
    values += other.values
  }

  func row(_ row: Int) -> ArraySlice<Int32> { indices[row * k..<(row + 1) * k] }
  func similarities(_ row: Int) -> ArraySlice<Float> { values[row * k..<(row + 1) * k] }

  /// Candidates `first`, `first + 1`… of a row, which come after all that were offered to it.
  mutating func offer(_ line: FloatSlice, from first: Int, to row: Int) {
    var least = values[row * k + k - 1]
    let whole = line.count & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      guard line.lanes(start).max() > least else { continue }
      for index in start..<start + 16 where line[index] > least {
        least = insert(line[index], first + index, row)
      }
    }
    for index in whole..<line.count where line[index] > least {
      least = insert(line[index], first + index, row)
    }
  }

  /// - Returns: what a candidate must be above from now on.
  private mutating func insert(_ value: Float, _ index: Int, _ row: Int) -> Float {
    var place = row * k + k - 1
    while place > row * k, values[place - 1] < value {
      (values[place], indices[place]) = (values[place - 1], indices[place - 1])
      place -= 1
    }
    (values[place], indices[place]) = (value, Int32(index))
    return values[row * k + k - 1]
  }

  /// How often each of `count` candidates is in a list.
  func occurrences(_ count: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for index in indices where index >= 0 { counts[Int(index)] += 1 }
    return counts
  }
}
