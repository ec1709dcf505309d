import Claims
import Contracts
import Declarations

/// Points in the colours of their items' labels: the most frequent labels have one each, all others share one. Where both
/// modalities are drawn, their points have different shapes.
extension Scatter {
  /// More colours than these are not told apart, least of all by the colour-blind.
  static let mostLabels = 7
  private static let longestTitle = 24
  /// gnuplot's numbers of a disc and a triangle, and of the same without colour inside, which are of no label.
  private static let shapes = [7, 9]
  private static let hollowShapes = [6, 8]

  /// Whether the colours are those of the items' labels.
  static func isOfLabels(_ parameters: FigureParameters) throws -> Bool {
    try parameters.string("colour").isExactly(TableColumn.itemLabel.name)
  }

  /// - Parameter point: the place of a row.
  static func labelGroups(
    _ rows: SelectedRows, _ column: Column, titles: [String], _ point: (Int) -> (x: Double, y: Double)
  ) -> [Group] {
    let labels = LabelCounts(column, rows.rows)
    let modality = rows.table[TableColumn.modalityName]
    let modalities = modality.map { distinct($0, rows.rows) } ?? []
    var members = [[Int]](repeating: [], count: (labels.chosen.count + 1) * max(1, modalities.count))
    for row in rows.rows {
      let place = labels.place(of: column.cell(row).plain)
      let shape = modality.flatMap { modalities.firstIndex(of: $0.cell(row)) } ?? 0
      members[place * max(1, modalities.count) + shape].append(row)
    }
    return members.enumerated().compactMap { index, all in
      let (place, shape) = index.quotientAndRemainder(dividingBy: max(1, modalities.count))
      guard !all.isEmpty else { return nil }
      let own = all.filter { point($0).x.isFinite && point($0).y.isFinite }
      let isOther = place == labels.chosen.count
      let title =
        isOther
        ? labels.titleOfOthers : titles.indices.contains(place) ? titles[place] : labels.chosen[place]
      return Group(
        title: short(title), colour: isOther ? Style.others : Style.distinct[place], rows: own,
        points: own.map(point), left: all.count - own.count, shape: shapes[shape % shapes.count])
    }
  }

  /// A name that a legend has room for, on one line.
  private static func short(_ title: String) -> String {
    let line = title.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count <= longestTitle ? line : line.prefix(longestTitle - 1) + "…"
  }

  /// An entry for each colour, then for each shape where there are several.
  static func labelLegend(_ groups: [Group], _ rows: SelectedRows) -> [Plot.LegendEntry] {
    var entries: [Plot.LegendEntry] = []
    var known: [Colour] = []
    for group in groups where !group.points.isEmpty && !known.contains(group.colour) {
      known.append(group.colour)
      entries.append(
        .init(title: group.title, marker: "pointtype 7 pointsize 0.7*dot linecolor rgb \(group.colour)"))
    }
    let modalities = rows.table[TableColumn.modalityName].map { distinct($0, rows.rows) } ?? []
    guard modalities.count > 1 else { return entries }
    return entries
      + modalities.enumerated().map { index, name in
        .init(
          title: name.plain,
          marker:
            "pointtype \(hollowShapes[index % hollowShapes.count]) pointsize 0.7*dot linecolor rgb \(Style.ink)"
        )
      }
  }
}

extension TableColumn {
  /// The column of a projection that says of which modality a point is.
  fileprivate static let modalityName = "modality"
}

/// How often each label occurs, and which of them have colours of their own.
private struct LabelCounts {
  /// The most frequent ones, in the order of the table.
  let chosen: [String]
  private let places: [ExactString: Int]
  private let others: Int
  private let hasMissing: Bool

  init(_ column: Column, _ rows: [Int]) {
    var counts: [ExactString: (count: Int, first: Int)] = [:]
    for row in rows { counts[ExactString(column.cell(row).plain), default: (0, row)].count += 1 }
    let missing = ExactString("")
    hasMissing = counts[missing] != nil
    let named = counts.filter { $0.key != missing }
    let frequent = named.sorted { ($1.value.count, $0.value.first) < ($0.value.count, $1.value.first) }
    chosen = frequent.prefix(Scatter.mostLabels).sorted { $0.value.first < $1.value.first }.map(\.key.text)
    places = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { (ExactString($1), $0) })
    others = named.count - chosen.count
  }

  /// That of the others is behind those that were chosen.
  func place(of label: String) -> Int { places[ExactString(label)] ?? chosen.count }

  var titleOfOthers: String {
    others == 0 ? "no label" : counted(others, "other label") + (hasMissing ? ", or none" : "")
  }
}
