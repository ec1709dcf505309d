import Datasets
import Declarations
import Files
import Kernels
import Metrics

/// The rows that are analysed, what is wrong with the others, and where a config finds them.
struct AnalyzedPairs {
  /// What the sides are called; one of x alone.
  let titles: [String]
  /// Of the analysed items, their rows of x, divided by their norms, and of y the first row of each.
  let x: Matrix
  let y: Matrix?
  /// The rows of x in the file.
  let items: [Int]
  /// How many items there are in the files.
  let total: Int
  let scans: [RowScan]
  let repeats: [RepeatedRows]
  /// Whether all rows were looked at for repeats, or the analysed ones alone.
  let repeatsAreOfAll: Bool
  let order: RowOrder?
  /// Rows of y for an item at most.
  let mostRowsOfY: Int
  /// The `with` of the stage that has all analysed items, and of that which the interventions start from.
  let stage: JSONValue
  let smallStage: JSONValue?
  let notes: [String]

  /// Metrics are measured on so many items at most, and interventions on so many: retrieval compares all with all.
  static let mostItems = 5000
  static let mostMoved = 1000
  /// Metrics over all pairs of rows are measured on so many items.
  static let mostCrossed = 3000
  /// Of larger files, repeated rows are looked for among the analysed ones alone.
  static let mostCompared = 200_000
}

/// Chooses rows, and writes them where a config cannot name the files as they are.
struct PairSelection {
  /// The folder, which is beside the config.
  private let inputs: String
  private let mapPath: String?
  private var notes: [String] = []

  init(inputs: String, map: String?) { (self.inputs, mapPath) = (inputs, map) }

  /// - Throws: `AnalyzeFailure`, and what reading and writing throw.
  mutating func pairs(x: GivenArrays, y: (() throws -> GivenArrays)?) throws -> AnalyzedPairs {
    if x.sides.count == 2 {
      return try pairs(x.sides[0], x.sides[1], paths: x.path.map { ["path": .string($0)] })
    }
    guard let y else { return try single(x.sides[0], path: x.path) }
    let other = try y()
    guard other.sides.count == 1 else { throw AnalyzeFailure.hasBothSides(path: other.path ?? "Y") }
    let paths = x.path.flatMap { x in other.path.map { ["x": JSONValue.string(x), "y": .string($0)] } }
    return try pairs(x.sides[0], other.sides[0], paths: paths)
  }

  // MARK: - One side

  private mutating func single(_ x: GivenSide, path: String?) throws -> AnalyzedPairs {
    note(x)
    let scan = RowScan(x.matrix)
    let bad = Set(scan.notFinite + scan.zero)
    let usable = (0..<x.matrix.rows).filter { !bad.contains($0) }
    guard usable.count >= 2 else { throw AnalyzeFailure.tooFewPairs(found: usable.count, single: true) }
    let items = drawn(usable)
    let isWhole = items.count == x.matrix.rows
    let rows = isWhole ? x.matrix : x.matrix.picking(items)
    tell(items: items.count, usable: usable.count, total: x.matrix.rows, "row")
    let given = isWhole ? path : nil
    let name = try given.map { JSONValue.string($0) } ?? write(rows, "x")
    let comparesAll = x.matrix.rows <= AnalyzedPairs.mostCompared
    return AnalyzedPairs(
      titles: [x.title], x: rows.unitRowsOrZeros, y: nil, items: items, total: x.matrix.rows, scans: [scan],
      repeats: [RepeatedRows(comparesAll ? x.matrix : rows)], repeatsAreOfAll: comparesAll, order: nil,
      mostRowsOfY: 1, stage: .object(["x": name, "y": name]), smallStage: nil, notes: notes)
  }

  // MARK: - Two sides

  private mutating func pairs(_ x: GivenSide, _ y: GivenSide, paths: [String: JSONValue]?) throws
    -> AnalyzedPairs
  {
    note(x)
    note(y)
    guard x.matrix.columns == y.matrix.columns else {
      throw AnalyzeFailure.differentDimensions(x: x.matrix.columns, y: y.matrix.columns)
    }
    let map = try map(x.matrix.rows, y.matrix.rows)
    let scans = [RowScan(x.matrix), RowScan(y.matrix)]
    let chosen = try choose(map, scans, x.matrix.rows)
    tell(items: chosen.items.count, usable: chosen.usable, total: x.matrix.rows, "item")
    let isWhole = chosen.items.count == x.matrix.rows && chosen.rowsOfY.count == y.matrix.rows
    let rowsOfX = isWhole ? x.matrix : x.matrix.picking(chosen.items)
    let rowsOfY = isWhole ? y.matrix : y.matrix.picking(chosen.rowsOfY)
    let firsts = chosen.firsts
    let unitX = rowsOfX.unitRowsOrZeros
    let unitY = (firsts.count == rowsOfY.rows ? rowsOfY : rowsOfY.picking(firsts)).unitRowsOrZeros
    let comparesAll = max(x.matrix.rows, y.matrix.rows) <= AnalyzedPairs.mostCompared
    let stage = try self.stage(isWhole ? paths : nil, rowsOfX, rowsOfY, chosen)
    return AnalyzedPairs(
      titles: x.title.isExactly(y.title) ? ["x", "y"] : [x.title, y.title], x: unitX, y: unitY,
      items: chosen.items, total: x.matrix.rows, scans: scans,
      repeats: comparesAll
        ? [RepeatedRows(x.matrix), RepeatedRows(y.matrix)] : [RepeatedRows(rowsOfX), RepeatedRows(rowsOfY)],
      repeatsAreOfAll: comparesAll, order: Self.order(x.matrix, y.matrix, map, unitX, unitY),
      mostRowsOfY: chosen.mostRowsOfY, stage: stage, smallStage: try smallStage(unitX, unitY), notes: notes)
  }

  /// For each row of y, its row of x; nil where row i belongs with row i.
  private func map(_ rowsOfX: Int, _ rowsOfY: Int) throws -> [Int]? {
    guard let mapPath else {
      guard rowsOfX == rowsOfY else { throw AnalyzeFailure.differentRows(x: rowsOfX, y: rowsOfY) }
      return nil
    }
    let map = try RowMap.load(mapPath)
    guard map.count == rowsOfY else {
      throw AnalyzeFailure.mapLength(path: mapPath, found: map.count, expected: rowsOfY)
    }
    if let row = map.firstIndex(where: { !(0..<rowsOfX).contains($0) }) {
      throw AnalyzeFailure.mapRange(path: mapPath, row: row, found: map[row], most: rowsOfX - 1)
    }
    return map
  }

  /// Items by their rows of x, and their rows of y.
  private struct Chosen {
    let items: [Int]
    let rowsOfY: [Int]
    /// Of each of these rows of y, the place of its item.
    let places: [Int]
    let usable: Int

    /// The places in `rowsOfY` of each item's first one.
    var firsts: [Int] {
      var firsts = [Int](repeating: -1, count: items.count)
      for (index, place) in places.enumerated() where firsts[place] < 0 { firsts[place] = index }
      return firsts
    }

    var isIdentity: Bool { places.count == items.count && places == Array(items.indices) }

    var mostRowsOfY: Int {
      var counts = [Int](repeating: 0, count: items.count)
      for place in places { counts[place] += 1 }
      return counts.max() ?? 1
    }
  }

  private func choose(_ map: [Int]?, _ scans: [RowScan], _ rowsOfX: Int) throws -> Chosen {
    let badX = Set(scans[0].notFinite + scans[0].zero)
    let badY = Set(scans[1].notFinite + scans[1].zero)
    func item(_ row: Int) -> Int { map?[row] ?? row }
    let rows = (0..<scans[1].rows).filter { !badY.contains($0) && !badX.contains(item($0)) }
    var hasPartner = [Bool](repeating: false, count: rowsOfX)
    for row in rows { hasPartner[item(row)] = true }
    let usable = (0..<rowsOfX).filter { hasPartner[$0] }
    guard usable.count >= 2 else { throw AnalyzeFailure.tooFewPairs(found: usable.count, single: false) }
    let items = drawn(usable)
    let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
    let kept = rows.filter { places[item($0)] != nil }
    return Chosen(
      items: items, rowsOfY: kept, places: kept.map { places[item($0)] ?? 0 }, usable: usable.count)
  }

  private static func order(_ x: Matrix, _ y: Matrix, _ map: [Int]?, _ unitX: Matrix, _ unitY: Matrix)
    -> RowOrder?
  {
    // By a map, the order of rows is no matter.
    if map != nil { return RowOrder(unitX, unitY, runs: [0..<min(unitX.rows, 1000)]) }
    let runs = RowOrder.runs(of: x.rows)
    let rows = runs.flatMap(Array.init)
    return RowOrder(x.picking(rows).unitRowsOrZeros, y.picking(rows).unitRowsOrZeros, runs: runs)
  }

  // MARK: - What a config reads

  private func stage(
    _ paths: [String: JSONValue]?, _ x: Matrix, _ y: Matrix, _ chosen: Chosen
  ) throws -> JSONValue {
    var with = try paths ?? ["x": write(x, "x"), "y": write(y, "y")]
    if !chosen.isIdentity {
      let map = try write(NPYWriter.data(chosen.places, shape: [chosen.places.count]), "map")
      with["pairing"] = .object(["kind": "map", "path": map])
    }
    return .object(with)
  }

  private mutating func smallStage(_ x: Matrix, _ y: Matrix) throws -> JSONValue? {
    guard x.rows > AnalyzedPairs.mostMoved else { return nil }
    let chosen = Self.draw(Array(0..<x.rows), AnalyzedPairs.mostMoved, "moved")
    notes.append(
      "Interventions and the loss are measured on \(chosen.count) of these items, drawn at random; recall there is among so many "
        + "candidates.")
    return .object([
      "x": try write(x.picking(chosen), "small-x"), "y": try write(y.picking(chosen), "small-y"),
    ])
  }

  private func write(_ matrix: Matrix, _ name: String) throws -> JSONValue {
    try write(NPYWriter.data(matrix.values, shape: [matrix.rows, matrix.columns]), name)
  }

  /// The path that the config has.
  private func write(_ array: [UInt8], _ name: String) throws -> JSONValue {
    try OutputFolder(inputs).write(array, to: "\(name).npy")
    return .string("\(AnalysisConfig.inputs)/\(name).npy")
  }

  // MARK: - Samples

  private func drawn(_ usable: [Int]) -> [Int] { Self.draw(usable, AnalyzedPairs.mostItems, "items") }

  private static func draw(_ all: [Int], _ most: Int, _ name: String) -> [Int] {
    guard all.count > most else { return all }
    let order = RandomStream(seed: 0, stage: "analyze", name: name).permutation(all.count)
    return order.prefix(most).map { all[$0] }.sorted()
  }

  private mutating func note(_ side: GivenSide) { if let remark = side.remark { notes.append(remark) } }

  private mutating func tell(items: Int, usable: Int, total: Int, _ what: String) {
    if usable < total {
      notes.append(
        "\(counted(total - usable, what)) of \(total) \(total - usable == 1 ? "is" : "are") left out: not finite, of norm zero, or without a partner."
      )
    }
    if items < usable {
      notes.append("Measured on \(items) of \(counted(usable, what)), drawn at random with the seed 0.")
    }
  }
}
