import Declarations

/// Why there is no page of an analysis.
package enum AnalysisFailure: Failure, Equatable {
  case noItems
  case tooManyItems(count: Int, most: Int)
  case wrongCount(of: String, found: Int, expected: String)
  case tooLong(of: String, bytes: Int, most: Int)
  case outside(String, number: Int, range: ClosedRange<Int>)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .noItems: "there is no item to show; the matrices have no rows"
    case .tooManyItems(let count, let most):
      "a page can show at most \(most) items, not \(count); show a sample of them"
    case .wrongCount(let things, let found, let expected): "found \(found) \(things), expected \(expected)"
    case .tooLong(let things, let bytes, let most):
      "the \(things) have \(bytes) bytes, but a page can have at most \(most); use shorter ones"
    case .outside(let thing, let number, let range):
      "\(thing) \(number) is not in \(range.lowerBound)...\(range.upperBound)"
    }
  }
}

extension AnalysisPage.Points {
  /// More make a page that browsers open slowly.
  package static let mostItems = 200_000

  static let mostTextBytes = 100_000_000

  /// Whether all parts are of the same items.
  func check() throws(AnalysisFailure) {
    guard !ids.isEmpty else { throw .noItems }
    guard ids.count <= Self.mostItems else { throw .tooManyItems(count: ids.count, most: Self.mostItems) }
    try expect(sides.count, "sides", in: 1...2)
    try expect(views.count, "views", in: 1...2)
    if let labels { try expect(labels.count, "labels", in: ids.count...ids.count) }
    for (things, texts) in [("ids", ids), ("labels", labels ?? [])] {
      let size = texts.reduce(0) { $0 + $1.utf8.count }
      guard size <= Self.mostTextBytes else {
        throw .tooLong(of: things, bytes: size, most: Self.mostTextBytes)
      }
    }
    for view in views {
      try expect(view.axes.count, "axes of view \(view.name)", in: 2...2)
      try expect(view.coordinates.count, "sides of view \(view.name)", in: sides.count...sides.count)
      for side in view.coordinates {
        try expect(side.count, "coordinates of view \(view.name)", in: 2 * ids.count...2 * ids.count)
      }
    }
    if let ranks { try check(ranks: ranks) }
    if let neighbours { try check(neighbours) }
  }

  private func check(ranks: [[Int]]) throws(AnalysisFailure) {
    try expect(sides.count, "sides with ranks of partners", in: 2...2)
    try expect(ranks.count, "directions of ranks", in: 2...2)
    for side in ranks {
      try expect(side.count, "ranks", in: ids.count...ids.count)
      for rank in side { try expect("rank", rank, in: 1...ids.count) }
    }
  }

  private func check(_ neighbours: AnalysisPage.Neighbours) throws(AnalysisFailure) {
    try expect("number of neighbours", neighbours.count, in: 1...max(1, ids.count))
    try expect(neighbours.lists.count, "sides with neighbours", in: sides.count...sides.count)
    let size = ids.count * neighbours.count
    for lists in neighbours.lists {
      try expect(lists.count, "lists of neighbours", in: sides.count...sides.count)
      for list in lists {
        try expect(list.items.count, "neighbours", in: size...size)
        try expect(list.cosines.count, "cosines", in: size...size)
        for item in list.items { try expect("neighbour", Int(item), in: -1...ids.count - 1) }
      }
    }
  }

  private func expect(_ found: Int, _ things: String, in range: ClosedRange<Int>) throws(AnalysisFailure) {
    guard !range.contains(found) else { return }
    let expected =
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw .wrongCount(of: things, found: found, expected: expected)
  }

  private func expect(_ thing: String, _ number: Int, in range: ClosedRange<Int>) throws(AnalysisFailure) {
    guard range.contains(number) else { throw .outside(thing, number: number, range: range) }
  }
}
