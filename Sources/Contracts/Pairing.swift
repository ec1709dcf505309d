/// Which rows of y belong with which rows of x.
package enum Pairing: Sendable, Equatable {
  /// Row i of y belongs with row i of x.
  case identity
  /// No row belongs with any other; x and y may have different numbers of rows.
  case unpaired
  /// `size` consecutive rows are an item: of y where x has one row an item, else of both.
  case grouped(size: Int)
  /// For each row of y, the row of x that it belongs with.
  case map([Int])
}

/// A pairing applied to matrices of known sizes.
package struct Partners: Sendable, Equatable {
  /// Why a pairing does not fit the matrices.
  package enum Misfit: Error, Equatable {
    case unequalRows
    case groups(size: Int)
    case mapLength(Int)
    case mapRange(row: Int, found: Int)
  }

  /// The row of x with which each row of y makes a pair; empty where nothing is paired.
  package let rowOfX: [Int]
  /// The item of each row. Rows of x and y are partners where their items are equal.
  package let itemOfX: [Int]
  package let itemOfY: [Int]
  /// How many consecutive rows of x are an item.
  package let rowsOfXAnItem: Int

  /// How many items x has.
  package var items: Int { (itemOfX.last ?? -1) + 1 }
  package var isPaired: Bool { !rowOfX.isEmpty }
  /// How many pairs there are.
  package var count: Int { rowOfX.count }

  /// - Throws: `Misfit`.
  package init(_ pairing: Pairing, xRows: Int, yRows: Int) throws(Misfit) {
    var size = 1
    switch pairing {
    case .identity:
      guard xRows == yRows else { throw .unequalRows }
      rowOfX = Array(0..<yRows)
      itemOfY = rowOfX
    case .unpaired:
      rowOfX = []
      itemOfY = Array(xRows..<xRows + yRows)
    case .grouped(let count):
      guard count >= 1, yRows % count == 0, xRows == yRows || xRows == yRows / count else {
        throw .groups(size: count)
      }
      size = xRows == yRows ? count : 1
      itemOfY = (0..<yRows).map { $0 / count }
      rowOfX = xRows == yRows ? Array(0..<yRows) : itemOfY
    case .map(let rows):
      guard rows.count == yRows else { throw .mapLength(rows.count) }
      if let bad = rows.firstIndex(where: { !(0..<xRows).contains($0) }) {
        throw .mapRange(row: bad, found: rows[bad])
      }
      rowOfX = rows
      itemOfY = rows
    }
    rowsOfXAnItem = size
    itemOfX = (0..<xRows).map { $0 / size }
  }

  /// Pairs, by their place in `rowOfX`, in rounds that hold each item at most once: the first row of y of
  /// every item, then the second of those that have one, and so on.
  package var rounds: [[Int]] {
    var met = [Int](repeating: 0, count: itemOfX.count)
    var rounds: [[Int]] = []
    for (pair, item) in itemOfY.enumerated() where isPaired {
      if met[item] == rounds.count { rounds.append([]) }
      rounds[met[item]].append(pair)
      met[item] += 1
    }
    return rounds
  }
}
