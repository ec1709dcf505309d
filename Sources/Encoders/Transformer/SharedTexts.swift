import Kernels

/// The texts of a batch up to their ends, sorted, so that those that begin alike stand together and the
/// rows of a common beginning are computed once in a block: what attention sees there is the same.
struct SharedTexts: Sendable {
  /// The items of the batch, by their texts.
  private let order: [Int]
  /// In that order.
  private let texts: [ArraySlice<Int32>]

  init(_ batch: TowerBatch) {
    let context = max(1, batch.shape.first ?? 1)
    let texts = (0..<batch.count).map { item in
      let all = batch.tokens[item * context..<(item + 1) * context]
      // The first of equals: `max(by:)` would give the last.
      let greatest = all.max() ?? 0
      return all[...(all.firstIndex(of: greatest) ?? all.startIndex)]
    }
    let order = texts.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
    self.order = order
    self.texts = order.map { texts[$0] }
  }

  /// What each text costs: the rows that no text before it has, and one at least, which is read.
  var rows: [Int] { texts.indices.map { max(1, texts[$0].count - shared($0, since: 0)) } }

  /// The rows of some of the texts, and the token of each row.
  func packing(_ items: Range<Int>) -> (Packing, [PlacedToken]) {
    var packed: [PackedItem] = []
    var tokens: [PlacedToken] = []
    for item in items {
      let text = texts[item]
      let shared = shared(item, since: items.lowerBound)
      let fresh = tokens.count..<tokens.count + text.count - shared
      packed.append(PackedItem(rows: fresh, path: (packed.last?.path.prefix(shared) ?? []) + Array(fresh)))
      tokens += text.dropFirst(shared).enumerated().map { PlacedToken(id: Int($1), position: shared + $0) }
    }
    return (Packing(packed), tokens)
  }

  /// How many tokens a text and the one before it begin with alike; none for the first of a block. Where
  /// products do not come out alike in any company, every text has rows of its own.
  private func shared(_ item: Int, since first: Int) -> Int {
    guard item > first, RowProducts.standAlone else { return 0 }
    return zip(texts[item], texts[item - 1]).prefix { $0 == $1 }.count
  }

  /// Rows in the order of the texts, back in that of the batch.
  func inOrder(_ sorted: Matrix) -> Matrix {
    Matrix(rows: sorted.rows, columns: sorted.columns) { out in
      sorted.withSlice { rows in
        let (rows, out) = (FloatRows(rows, width: sorted.columns), FloatRows(out, width: sorted.columns))
        for (row, item) in order.enumerated() { out[item].update(from: rows[row]) }
      }
    }
  }
}
