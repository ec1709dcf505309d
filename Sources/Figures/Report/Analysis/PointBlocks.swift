import Declarations

/// The points as the blocks of bytes that the page's script reads (`explorerDataScript`), little-endian.
struct PointBlocks {
  private(set) var blocks: [(name: String, bytes: [UInt8])] = []
  /// What the page does not show of them, as sentences.
  private(set) var notes: [String] = []

  /// In base64 that is 9 MB; with the rest of the page no more than 10.
  static let mostBytes = 6_750_000
  /// The place of a coordinate that is not finite. The others have 65,535 steps: a screen of 2,480 pixels has less at
  /// the farthest zoom, 24.
  static let missing = UInt16.max

  init(_ points: AnalysisPage.Points) {
    if let total = points.total, total > points.ids.count {
      notes.append(
        "The views show a sample of \(points.ids.count) of \(counted(total, "item")); neighbours are among these."
      )
    }
    let views = points.views.enumerated().map { index, view in add(view, name: "view-\(index)") }
    add("ids", texts: points.ids)
    let labelCount = points.labels.map { addLabels($0) } ?? 0
    if let ranks = points.ranks { add("ranks", ranks.joined().map { UInt32($0) }) }
    let (kept, cosines) = addNeighbours(points)
    let head: JSONValue = .object([
      "cosines": .array([.number(cosines.low), .number(cosines.step)]),
      "count": .number(Double(points.ids.count)), "sides": .array(points.sides.map { .string($0) }),
      "labels": .number(Double(labelCount)), "neighbours": .number(Double(kept)), "views": .array(views),
    ])
    blocks.append((name: "head", bytes: Array(head.canonical.utf8)))
    if size > Self.mostBytes {
      notes.append(
        "Ids and labels are long: the points take \((size * 4 / 3 + 999_999) / 1_000_000) MB of this page.")
    }
  }

  private var size: Int { blocks.reduce(0) { $0 + $1.bytes.count } }

  private mutating func add<Word: FixedWidthInteger>(_ name: String, _ words: [Word]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * Word.bitWidth / 8)
    for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
    blocks.append((name, bytes))
  }

  /// Where each ends, then all of them.
  private mutating func add(_ name: String, texts: [String]) {
    var (ends, end): ([UInt32], UInt32) = ([], 0)
    for text in texts {
      end += UInt32(text.utf8.count)
      ends.append(end)
    }
    add(name, ends)
    blocks[blocks.count - 1].bytes += texts.flatMap(\.utf8)
  }

  /// The names in the order of their bytes, and which each item has.
  private mutating func addLabels(_ labels: [String]) -> Int {
    let names = Set(labels.map(ExactString.init)).sorted()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt32($0)) })
    add("labels", texts: names.map(\.text))
    add("label-of", labels.map { places[ExactString($0)] ?? 0 })
    return names.count
  }

  private mutating func add(_ view: AnalysisPage.View, name: String) -> JSONValue {
    let scales = [0, 1].map { axis in CoordinateScale(view.coordinates, axis: axis, count: 2) }
    var missing = 0
    var cells: [UInt16] = []
    for side in view.coordinates {
      for item in 0..<side.count / 2 {
        let pair = (scales[0].cell(side[2 * item]), scales[1].cell(side[2 * item + 1]))
        if let column = pair.0, let row = pair.1 {
          cells += [column, row]
        } else {
          cells += [Self.missing, Self.missing]
          missing += 1
        }
      }
    }
    add(name, cells)
    if missing > 0 {
      notes.append(
        "\(view.name): \(counted(missing, "point")) of \(cells.count / 2) \(missing == 1 ? "is" : "are") left out, since a coordinate is not a finite number."
      )
    }
    return .object([
      "name": .string(view.name), "axes": .array(view.axes.map { .string($0) }),
      "low": .array(scales.map { .number($0.low) }), "step": .array(scales.map { .number($0.step) }),
    ])
  }

  /// Items have three bytes, all ones where there is none; cosines have two.
  ///
  /// - Returns: How many neighbours of each item there was room for, and the scale of their cosines.
  private mutating func addNeighbours(_ points: AnalysisPage.Points) -> (Int, CoordinateScale) {
    guard let neighbours = points.neighbours else { return (0, CoordinateScale([], count: 1)) }
    let lists = neighbours.lists.joined()
    let each = lists.count * points.ids.count * 5
    let scale = CoordinateScale(lists.map(\.cosines), count: 1)
    let kept = max(0, min(neighbours.count, (Self.mostBytes - size) / each))
    if kept < neighbours.count {
      let rest = kept == 0 ? "none" : "the nearest \(kept)"
      notes.append(
        "Of the \(neighbours.count) nearest neighbours of each point the page has \(rest): more would make it larger than 10 MB."
      )
    }
    guard kept > 0 else { return (0, scale) }
    func nearest<Value>(_ values: (AnalysisPage.Neighbours.List) -> [Value]) -> [Value] {
      lists.flatMap { list in
        let all = values(list)
        return stride(from: 0, to: all.count, by: neighbours.count).flatMap { all[$0..<$0 + kept] }
      }
    }
    add(
      "near-items",
      nearest(\.items).flatMap { item in (0..<3).map { UInt8(truncatingIfNeeded: item >> (8 * $0)) } })
    add("near-cosines", nearest(\.cosines).map { scale.cell($0) ?? 0 })
    return (kept, scale)
  }
}

/// A number, such as every second one for one of two axes, as how many steps it is from the least.
private struct CoordinateScale {
  let low: Double
  let step: Double

  init(_ coordinates: [[Float]], axis: Int = 0, count: Int) {
    var (least, most) = (Double.infinity, -Double.infinity)
    for side in coordinates {
      for place in stride(from: axis, to: side.count, by: count) where side[place].isFinite {
        (least, most) = (min(least, Double(side[place])), max(most, Double(side[place])))
      }
    }
    low = least.isFinite ? least : 0
    step = least < most ? (most - least) / Double(PointBlocks.missing - 1) : 0
  }

  func cell(_ value: Float) -> UInt16? {
    guard value.isFinite else { return nil }
    return step > 0 ? UInt16(((Double(value) - low) / step).rounded()) : 0
  }
}
