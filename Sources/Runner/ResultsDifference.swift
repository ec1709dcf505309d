import Datasets
import Declarations
import Files
import Foundation
import HDF5
import Storage

/// Compares the tables and HDF5 values of two results: folders, CSV files or HDF5 files.
package struct ResultsDifference: Sendable {
  package let columns: [ColumnDifference]
  /// Files that only one side has.
  package let onlyOnOneSide: [String]

  package var isSame: Bool { columns.allSatisfy(\.isSame) && onlyOnOneSide.isEmpty }

  /// Whether something of the first side is missing in the second or differs by more than it may.
  ///
  /// What only the second has is shown, but does not count: accepted numbers may be fewer than measured.
  package var exceeds: Bool {
    columns.contains { $0.note != Self.onlyOnTheRight && ($0.beyond > 0 || $0.note != nil) }
      || onlyOnOneSide.contains { $0.hasSuffix(Self.onlyOnTheLeft) }
  }

  private static let onlyOnTheLeft = "only on the left"
  private static let onlyOnTheRight = "only on the right"

  /// - Throws: `RunFailure.notComparable` where a side is not there, or has no column that has a tolerance of its
  ///   own; a `Failure` for unreadable files.
  package init(_ a: String, _ b: String, within tolerances: Tolerances = Tolerances()) throws {
    try self.init(comparing: a, b, tolerances)
    let names = Set(columns.map(\.column))
    if let unknown = tolerances.columns.keys.filter({ !names.contains($0) }).min() {
      let hint = nearestName(to: unknown, among: names.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
      throw RunFailure.notComparable("no column or dataset is called \"\(unknown)\"\(hint)")
    }
  }

  private init(comparing a: String, _ b: String, _ tolerances: Tolerances) throws {
    let left = try Self.files(a)
    let right = try Self.files(b)
    if left.isSingle != right.isSingle {
      throw RunFailure.notComparable(
        "found a folder and a file; compare two folders, or two files of the same kind")
    }
    if left.isSingle {
      columns = try Self.compare(a, b, place: PathBytes.name(of: a), tolerances)
      onlyOnOneSide = []
      return
    }
    let (lefts, rights) = (Set(left.names.map(ExactString.init)), Set(right.names.map(ExactString.init)))
    let names = lefts.intersection(rights).sorted().map(\.text)
    columns = try names.flatMap { try Self.compare("\(a)/\($0)", "\(b)/\($0)", place: $0, tolerances) }
    onlyOnOneSide =
      lefts.subtracting(rights).sorted().map { "\($0): \(Self.onlyOnTheLeft)" }
      + rights.subtracting(lefts).sorted().map { "\($0): \(Self.onlyOnTheRight)" }
    if names.isEmpty {
      throw RunFailure.notComparable("\(a) and \(b) have no table, HDF5 or safetensors file of the same name")
    }
  }

  private static let endings = [".csv", ".h5", ".hdf5", weights]
  private static let weights = ".safetensors"
  /// Not measured values: the verdicts' wording and the commands in them.
  private static let passedOver = ["verdicts.csv"]

  private static func files(_ path: String) throws -> (names: [String], isSingle: Bool) {
    guard let status = FileStatus(path) else {
      throw RunFailure.notComparable("\(path): there is no such folder or file")
    }
    guard status.kind == .folder else { return ([path], true) }
    var names: [String] = []
    try visit(.here, in: InnerFolder(root: path), &names)
    return (names, false)
  }

  /// A folder that cannot be read, and a link, which is not followed, are errors: what is behind them could differ.
  private static func visit(_ place: InnerPath, in folder: InnerFolder, _ names: inout [String]) throws {
    for name in try folder.names(place) where !name.hasBytes(first: ".") {
      let path = place + (try InnerPath(component: name))
      let text = "\(path)"
      guard let status = try folder.status(path) else {
        throw RunFailure.notComparable(
          "\(folder.path(of: path)): its name is not UTF-8, or it was removed meanwhile")
      }
      let isCompared = !passedOver.containsExactly(text) && endings.contains { text.hasBytes(last: $0) }
      if status.isFolder {
        guard path.components.count < deepest else {
          throw RunFailure.notComparable(
            "\(folder.path(of: path)): folders are nested more than \(deepest) deep")
        }
        try visit(path, in: folder, &names)
      } else if isCompared || status.isLink && Paths.isFolder(folder.path(of: path)) {
        try folder.refuseLink(path, .read)
        names.append(text)
      }
    }
  }

  private static let deepest = 32

  private static func compare(_ a: String, _ b: String, place: String, _ tolerances: Tolerances) throws
    -> [ColumnDifference]
  {
    if a.hasSuffix(".csv"), b.hasSuffix(".csv") { return try compareTables(a, b, place: place, tolerances) }
    let kinds = [".csv", weights]
    guard !kinds.contains(where: { a.hasBytes(last: $0) != b.hasBytes(last: $0) }) else {
      throw RunFailure.notComparable(
        "\(a) and \(b) are of different kinds; compare CSV with CSV, HDF5 with HDF5, safetensors with safetensors"
      )
    }
    if a.hasBytes(last: weights) { return try compareWeights(a, b, place: place, tolerances) }
    return try compareDatasets(a, b, place: place, tolerances)
  }

  private static func compareTables(_ a: String, _ b: String, place: String, _ tolerances: Tolerances) throws
    -> [ColumnDifference]
  {
    let left = try CSV.read(a)
    let right = try CSV.read(b)
    let shared = left.columns.compactMap { column in
      right[column.name].map {
        ColumnDifference.between(
          column.values, $0, place: place, column: column.name,
          within: tolerances.tolerance(of: column.name))
      }
    }
    return shared + missing(left.columnNames, right.columnNames, place: place)
  }

  /// Tensor by tensor, as float32.
  private static func compareWeights(_ a: String, _ b: String, place: String, _ tolerances: Tolerances) throws
    -> [ColumnDifference]
  {
    let (left, right) = (try SafetensorsFile(a), try SafetensorsFile(b))
    let shared = try left.entries.compactMap { entry -> ColumnDifference? in
      guard let other = right.entries.first(where: { $0.name.isExactly(entry.name) }) else { return nil }
      guard entry.type == other.type, entry.shape == other.shape else {
        return .incomparable(
          place, entry.name, rows: 0,
          note: "\(entry.type) of shape \(entry.shape) against \(other.type) of shape \(other.shape)")
      }
      guard ["F16", "BF16", "F32"].contains(entry.type) else {
        return .incomparable(place, entry.name, rows: 0, note: "not compared: it is of type \(entry.type)")
      }
      return .between(
        try left.load(entry.name).values, try right.load(entry.name).values, place: place,
        column: entry.name, within: tolerances.tolerance(of: entry.name))
    }
    return shared + missing(left.names, right.names, place: place)
  }

  private static func compareDatasets(_ a: String, _ b: String, place: String, _ tolerances: Tolerances)
    throws
    -> [ColumnDifference]
  {
    let left = try HDF5Values.read(a)
    let right = try HDF5Values.read(b)
    let shared = left.keys.sorted().compactMap { key -> ColumnDifference? in
      guard let x = left[key], let y = right[key] else { return nil }
      return compare(x, y, place: place, key.text, tolerances.tolerance(of: key.text))
    }
    return shared + missing(left.keys.sorted().map(\.text), right.keys.sorted().map(\.text), place: place)
  }

  private static func compare(
    _ x: HDF5Values, _ y: HDF5Values, place: String, _ name: String, _ tolerance: Tolerance?
  ) -> ColumnDifference {
    func incomparable(_ note: String) -> ColumnDifference {
      .incomparable(place, name, rows: max(x.count, y.count), note: note)
    }
    for case .notRead(let reason) in [x.content, y.content] { return incomparable("not compared: \(reason)") }
    guard x.shape == y.shape else { return incomparable("shape \(x.shape) against \(y.shape)") }
    if case .narrow(let a) = x.content, case .narrow(let b) = y.content {
      return .between(a, b, place: place, column: name, within: tolerance)
    }
    guard let a = x.column, let b = y.column else { return incomparable("not compared") }
    return .between(a, b, place: place, column: name, within: tolerance)
  }

  private static func missing(_ a: [String], _ b: [String], place: String) -> [ColumnDifference] {
    let one = a.filter { !b.containsExactly($0) }.map { ($0, onlyOnTheLeft) }
    let other = b.filter { !a.containsExactly($0) }.map { ($0, onlyOnTheRight) }
    return (one + other).map { name, note in
      ColumnDifference(
        place: place, column: name, rows: 0, differing: 0, largestAbsolute: .infinity,
        largestRelative: .infinity, beyond: 0, note: note)
    }
  }
}
