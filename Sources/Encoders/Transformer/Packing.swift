/// One item's place among the rows of a block.
struct PackedItem: Equatable {
  /// The rows that are computed for it.
  let rows: Range<Int>
  /// The rows of all its positions in order, of which `rows` are the last.
  let path: [Int]
}

/// Sequences of a block, packed row after row without padding.
struct Packing {
  let items: [PackedItem]
  let groups: RowGroups

  init(_ items: [PackedItem]) {
    self.items = items
    groups = RowGroups(items.map(\.rows.count))
  }

  init(lengths: [Int]) {
    var end = 0
    self.init(
      lengths.map { length in
        defer { end += length }
        return PackedItem(rows: end..<end + length, path: Array(end..<end + length))
      })
  }

  var rows: Int { groups.count }
  var longest: Int { items.map(\.path.count).max() ?? 0 }
}

/// Cuts items of so many rows each into blocks of about equal work, never by the number of threads.
///
/// Blocks are four at a time, so that few threads end together, and of 200 to 400 rows, where products are
/// at their full speed; of a small batch, two halves.
func blocks(rows counts: [Int]) -> [Range<Int>] {
  let rows = counts.reduce(0, +)
  let even = 4 * ((rows + 1599) / 1600)
  let wanted = max(1, min(even, max(rows / 200, min(2, rows / 64))))
  var ranges: [Range<Int>] = []
  var (first, done) = (0, 0)
  for (item, count) in counts.enumerated() where ranges.count < wanted - 1 {
    done += count
    if done * wanted >= rows * (ranges.count + 1) {
      ranges.append(first..<item + 1)
      first = item + 1
    }
  }
  // Items without rows at the end come to the last block: there are never more than for items that have them.
  return (ranges + [first..<counts.count]).filter { !$0.isEmpty }
}
