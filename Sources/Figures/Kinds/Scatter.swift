import Claims
import Declarations

/// Points of a projection in two colours, the two of a pair joined by a thin line: Fig. 1 of the paper;
/// or one colour for each value of another column: Fig. 2(c). Labels of items are drawn as `ScatterLabels.swift` says.
enum Scatter {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "scatter", summary: "points of a projection, with pairs joined by thin lines",
      parameters: parameters + Parameter.facets + Parameter.common),
    picture: { parameters, context in try faceted(parameters, context, plot: plot) },
    size: { _ in (520, 470) })

  static let parameters: [Parameter] = [
    .table, .defaulted("x", .column(.numbers), .string("c1"), "the column of the horizontal axis"),
    .defaulted("y", .column(.numbers), .string("c2"), "the column of the vertical axis"), .rows,
    .defaulted(
      "colour", .column(), .string("modality"),
      "a column; each of its values has a colour. Of `label`, the seven most frequent have one each, and all others are grey"
    ),
    .optional(
      "titles", .list(.string, most: 1000),
      "the names of these values in the legend, in the order of the table"),
    palette(.redBlue),
    .defaulted("connect", .boolean, .bool(true), "joins points with the same index"), .legend(.above),
    .xlabel, .ylabel, .xrange, .yrange,
  ]

  /// The colours of two modalities.
  enum Palette: String, CaseIterable {
    case redBlue = "red-blue"
    case blueOrange = "blue-orange"

    var colours: [Colour] {
      switch self {
      case .redBlue: [Colour(0xB81D24), Colour(0x1F4E9E)]
      case .blueOrange: [Style.blue, Style.orange]
      }
    }
  }

  static func palette(_ usual: Palette) -> Parameter {
    .defaulted(
      "palette", .choice(Palette.allCases.map(\.rawValue)), .string(usual.rawValue),
      "the colours of two values")
  }

  /// More of them are drawn by how many lie in a cell: a picture shows no more, and takes minutes.
  static let mostPoints = 100_000
  private static let mostSparse = 50

  static func plot(_ parameters: FigureParameters, _ context: FigureContext) throws -> Plot {
    let (rows, groups) = try groups(parameters, context)
    let columns = try [parameters.string("x"), parameters.string("y")]
    if groups.allSatisfy(\.points.isEmpty) {
      throw RowFailure.nothingToDraw(columns, table: rows.name, count: rows.rows.count)
    }
    var plot = try emptyPlot(parameters, rows, context)
    plot.notes = groups.filter { $0.left > 0 }.map {
      "\($0.title): \($0.left) of \(counted($0.left + $0.points.count, "point")) have no finite "
        + columns.joined(separator: " and ")
    }
    try plot.requireInside(
      groups.map { $0.points.map { (x: $0.x, low: $0.y, high: $0.y) } }, areJoined: false)
    let count = groups.reduce(0) { $0 + $1.points.count }
    let isDense = count > mostPoints
    if isDense { plot.notes.append(Density.note(count)) }
    let areLabels = try isOfLabels(parameters)
    if try parameters.flag("connect"), groups.count == 2, !isDense, !areLabels {
      try connect(groups, rows, &plot)
    }
    if areLabels {
      plot.legend = labelLegend(groups, rows)
      plot.movesWideLegend = true
    }
    for group in groups where !group.points.isEmpty {
      if groups.count <= 10, !areLabels {
        plot.legend.append(
          .init(title: group.title, marker: "pointtype 7 pointsize 0.7*dot linecolor rgb \(group.colour)")
        )
      }
      if isDense {
        Density(group.points, in: plot).draw(group.title, group.colour, in: &plot)
        continue
      }
      // Few points are not crowded, and a small one's colour cannot be told.
      let isSparse = count <= mostSparse
      let isCrowded = groups.count > 2 && !areLabels
      let dot = isSparse ? 1.2 : isCrowded ? 0.35 : (group.points.count > 2000 ? 0.4 : 0.6)
      plot.blocks.append(.init(comment: "\(group.title): x, y", rows: group.points.map { [$0.x, $0.y] }))
      let colour = group.colour.faded(groups.count > 2 ? 0.8 : 0.45)
      plot.layers.append(
        .init(
          plot.blocks.count - 1,
          "using 1:2 with points pointtype \(group.shape) pointsize \(dot)*dot linecolor rgb \(colour) notitle"
        ))
      plot.occupied += group.points
    }
    return plot
  }
}

extension Scatter {
  struct Group {
    let title: String
    let colour: Colour
    let rows: [Int]
    let points: [(x: Double, y: Double)]
    /// How many rows are no points, for want of finite numbers.
    let left: Int
    /// gnuplot's number of the points' shape.
    var shape = 7

    var centroid: (x: Double, y: Double) {
      let count = Double(max(points.count, 1))
      return (points.map(\.x).reduce(0, +) / count, points.map(\.y).reduce(0, +) / count)
    }
  }

  static func groups(
    _ parameters: FigureParameters, _ context: FigureContext
  ) throws -> (SelectedRows, [Group]) {
    let rows = try context.rows(parameters.string("table"), where: parameters.selection)
    let x = try rows.numbers(parameters.string("x"))
    let y = try rows.numbers(parameters.string("y"))
    let by = try parameters.string("colour")
    guard let column = rows.table[by] else {
      throw RowFailure.unknownColumn(by, table: rows.name, columns: rows.table.columnNames)
    }
    let titles = parameters.strings("titles")
    if try isOfLabels(parameters) {
      try requireOnePlace(rows, colour: by)
      return (rows, labelGroups(rows, column, titles: titles) { (x($0), y($0)) })
    }
    let values = try few(distinct(column, rows.rows), of: by)
    try requireOnePlace(rows, colour: by)
    let colours = try colours(parameters, values.count)
    let groups = values.enumerated().map { index, value in
      let all = rows.rows.filter { column.cell($0) == value }
      let own = all.filter { x($0).isFinite && y($0).isFinite }
      return Group(
        title: titles.indices.contains(index) ? titles[index] : value.plain, colour: colours[index],
        rows: own,
        points: own.map { (x($0), y($0)) }, left: all.count - own.count)
    }
    return (rows, groups)
  }

  /// An axis that is neither chosen nor a colour would lay several pictures over one another.
  private static func requireOnePlace(_ rows: SelectedRows, colour: String) throws {
    for axis in rows.axes.names where axis != colour {
      guard let column = rows.table[axis] else { continue }
      let values = distinct(column, rows.rows)
      if values.count > 1 {
        let listing = values.prefix(6).map(\.plain).joined(separator: ", ")
        throw RowFailure.ambiguous(
          count: rows.rows.count, at: "", table: rows.name, varying: ["\(axis) (\(listing))"])
      }
    }
  }

  private static func colours(_ parameters: FigureParameters, _ count: Int) throws -> [Colour] {
    if count > 2 { return (0..<count).map { Style.colour($0, of: count) } }
    return try parameters.choice("palette", Palette.self).colours
  }

  static func emptyPlot(
    _ parameters: FigureParameters, _ rows: SelectedRows, _ context: FigureContext
  ) throws -> Plot {
    let names = try (parameters.string("x"), parameters.string("y"))
    let x = try parameters.range("xrange") ?? range(around: rows.rows.map(try rows.numbers(names.0)))
    let y = try parameters.range("yrange") ?? range(around: rows.rows.map(try rows.numbers(names.1)))
    return Plot(
      x: .init(
        label: try context.label("x", parameters), low: x.low, high: x.high),
      y: .init(
        label: try context.label("y", parameters), low: y.low, high: y.high))
  }

  /// One segment for each index that both groups have; the more there are, the fainter.
  private static func connect(_ groups: [Group], _ rows: SelectedRows, _ plot: inout Plot) throws {
    guard rows.table["index"] != nil else { return }
    let index = try rows.numbers("index")
    let partners = Dictionary(zip(groups[1].rows.map(index), groups[1].points)) { first, _ in first }
    let pairs = zip(groups[0].rows.map(index), groups[0].points).compactMap { index, point in
      partners[index].map { (point, $0) }
    }
    guard !pairs.isEmpty else { return }
    let segments = pairs.map { a, b in [[a.x, a.y], [b.x, b.y], []] }
    plot.blocks.append(.init(comment: "pairs: the two ends of each line", rows: Array(segments.joined())))
    let opacity = min(max(40 / Double(pairs.count), 0.03), 0.25)
    plot.layers.append(
      .init(
        plot.blocks.count - 1,
        "using 1:2 with lines linewidth 0.8 linecolor rgb \(Colour(0).faded(opacity)) notitle"))
    plot.occupied += pairs.flatMap { a, b in
      (1..<12).map { (a.x + Double($0) / 12 * (b.x - a.x), a.y + Double($0) / 12 * (b.y - a.y)) }
    }
  }
}
