import Claims
import Contracts
import Declarations

/// Curves over a grid, one for each value of `series`, with the 95% interval over the replicates as a
/// band: Fig. 2(b), 3(b–d) and 3(g) of the paper.
enum Lines {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "lines", summary: "curves over a grid, with 95% bands over the replicates",
      parameters: parameters + HorizontalScale.parameters + Parameter.facets + Parameter.common),
    picture: { parameters, context in try faceted(parameters, context, plot: plot) },
    size: { _ in (680, 460) })

  private static let parameters: [Parameter] = [
    .table, .required("x", .column(.numbers), "the column of the grid"),
    .required("y", .column(.numbers), "the quantity"), .rows,
    .optional("series", .column(), "a column; each of its values has a curve"),
    .optional(
      "order", .list(.value, most: 1000), "its values, in this order and no others", beside: "series"),
    .optional(
      "titles", .list(.string, most: 1000), "their names in the legend, in that order", beside: "series"),
    .defaulted(
      "format", .string, .string(plainFormat),
      "format of the names of series without titles: {value}, {fraction}"),
    .optional("legend_title", .string, "text above the legend"), .legend(.auto),
    .defaulted("points", .boolean, .bool(true), "draws a mark at each point of the grid"),
    .defaulted("band", .boolean, .bool(true), "draws the 95% interval over the replicates"),
    .optional("vertical", .list(.object(straightParameters), most: 20), "dashed vertical lines"),
    .optional("horizontal", .list(.object(straightParameters), most: 20), "dashed horizontal lines"),
    .optional(
      "references", .list(.object(referenceParameters), most: 20), "curves given as lists of numbers"),
    .xlabel, .ylabel, .xrange, .yrange,
  ]

  private static let straightParameters: [Parameter] = [
    .optional("at", .anyNumber, "the position of the line"),
    .optional("table", .table, "the table that gives the position, instead of `at`"),
    .optional("column", .column(.numbers), "the column of that table", beside: "table"), .rows,
    .optional("title", .string, "its name in the legend"),
  ]

  private static let referenceParameters: [Parameter] = [
    .required("title", .string, "its name in the legend"),
    .required("x", .list(.anyNumber, most: 10_000), "places"),
    .required("y", .list(.anyNumber, most: 10_000), "the same number of values"),
  ]

  static func plot(_ parameters: FigureParameters, _ context: FigureContext) throws -> Plot {
    let curves = try Self.curves(parameters, context)
    if curves.allSatisfy(\.isEmpty) {
      throw RowFailure.nothingToDraw(
        [try parameters.string("x"), try parameters.string("y")], table: try parameters.string("table"),
        count: curves.reduce(0) { $0 + $1.rowCount })
    }
    let count = curves.reduce(0) { $0 + $1.points.count }
    guard count <= Scatter.mostPoints else {
      throw FigureFailure.tooManyPoints(count: count, most: Scatter.mostPoints)
    }
    let references = try Self.references(parameters)
    let scale = try HorizontalScale(parameters)
    let verticals = try straights("vertical", parameters, context).map {
      Straight(at: try scale.place($0.at), title: $0.title, column: $0.column)
    }
    let horizontals = try straights("horizontal", parameters, context)
    let x =
      try parameters.range("xrange").map { (low: try scale.place($0.low), high: try scale.place($0.high)) }
      ?? range(around: curves.flatMap(\.xs) + references.flatMap(\.xs) + verticals.map(\.at), room: 0.04)
    let shown = (curves + references).flatMap(\.extent) + horizontals.map(\.at)
    let y = try parameters.range("yrange") ?? range(around: shown)
    var plot = Plot(
      x: .init(label: try context.label("x", parameters), low: x.low, high: x.high),
      y: .init(label: try context.label("y", parameters), low: y.low, high: y.high))
    plot.x.isWhole = curves.flatMap(\.xs).allSatisfy { $0 == $0.rounded() }
    plot.x.marks = scale.marks(curves.flatMap(\.xs))
    plot.legendTitle = parameters.optionalString("legend_title")
    plot.notes = curves.filter { $0.isEmpty && $0.rowCount > 0 }.map {
      "\($0.title ?? "the curve"): none of \(counted($0.rowCount, "row")) has finite numbers for x and y"
    }
    plot.notes += (verticals + horizontals).compactMap(\.note)
    try plot.requireInside(
      (curves + references).map {
        $0.points.map { (x: $0.x, low: min($0.y, $0.low), high: max($0.y, $0.high)) }
      },
      areJoined: true)
    try add(curves, to: &plot, parameters)
    add(references, to: &plot)
    add(verticals, to: &plot, isVertical: true)
    add(horizontals, to: &plot, isVertical: false)
    return plot
  }
}

extension Lines {
  /// A curve with its interval, where there is one.
  struct Curve {
    let title: String?
    let colour: Colour
    let points: [(x: Double, y: Double, low: Double, high: Double)]
    /// Of the table, that the points were made of.
    var rowCount = 0
    /// No point of it can be drawn.
    var isEmpty: Bool { !points.contains { $0.x.isFinite && $0.y.isFinite } }
    var hasBand: Bool { points.contains { $0.low < $0.high } }
    var xs: [Double] { points.map(\.x) }
    var extent: [Double] { points.flatMap { [$0.y, $0.low, $0.high] } }
  }

  /// A line across the whole plot.
  struct Straight {
    let at: Double
    let title: String?
    /// Of a table, that it was made of.
    var column: String?

    /// Why it is not drawn; nil where it is.
    var note: String? {
      at.isFinite
        ? nil : "\(title ?? "the line at \(column ?? "a number")"): it has no finite position"
    }
  }

  private static func curves(_ parameters: FigureParameters, _ context: FigureContext) throws -> [Curve] {
    let name = try parameters.string("table")
    guard let series = parameters.optionalString("series") else {
      let rows = try context.rows(name, where: parameters.selection)
      return [try curve(rows, parameters, title: nil, colour: Style.blue)]
    }
    let values = try seriesValues(series, parameters, context)
    let titles = parameters.strings("titles")
    let format = try parameters.string("format")
    var absent: NotRun?
    let curves = try values.enumerated().map { index, value in
      let cell = Cell(value)
      let title =
        titles.indices.contains(index)
        ? titles[index] : seriesTitle(cell.plain, number: cell.number, format: format)
      let colour = Style.colour(index, of: values.count)
      do {
        let rows = try context.rows(name, where: merging(parameters.selection, [series: [value]]))
        let curve = try curve(rows, parameters, title: title, colour: colour)
        return curve.isEmpty
          ? Curve(title: "\(title): no finite number", colour: colour, points: [], rowCount: curve.rowCount)
          : curve
      } catch let notRun as NotRun {
        absent = notRun
        return Curve(title: "\(title): data missing", colour: colour, points: [])
      }
    }
    if let absent, curves.allSatisfy(\.points.isEmpty) { throw absent }
    return curves
  }

  private static func seriesValues(
    _ series: String, _ parameters: FigureParameters, _ context: FigureContext
  ) throws -> [JSONValue] {
    let order = parameters.values("order")
    if !order.isEmpty { return order }
    let rows = try context.rows(parameters.string("table"), where: parameters.selection)
    guard let column = rows.table[series] else {
      throw RowFailure.unknownColumn(series, table: rows.name, columns: rows.table.columnNames)
    }
    return try few(distinct(column, rows.rows), of: series).map(JSONValue.init)
  }

  private static func curve(
    _ rows: SelectedRows, _ parameters: FigureParameters, title: String?, colour: Colour
  ) throws -> Curve {
    let band = try parameters.flag("band")
    let scale = try HorizontalScale(parameters)
    let points = try rows.curve(of: parameters.string("y"), over: parameters.string("x")).map { point in
      let summary = point.sample.summary
      let interval = band ? summary.interval() : nil
      return (
        x: try scale.place(point.x), y: summary.mean, low: interval?.low ?? summary.mean,
        high: interval?.high ?? summary.mean
      )
    }
    return Curve(title: title, colour: colour, points: points, rowCount: rows.rows.count)
  }

  private static func references(_ parameters: FigureParameters) throws -> [Curve] {
    try parameters.objects("references").map { reference in
      let (xs, ys) = (reference.numbers("x"), reference.numbers("y"))
      guard xs.count == ys.count else {
        throw RowFailure.badParameter(
          "references", expected: "equal numbers of x and y (found \(xs.count) and \(ys.count))")
      }
      let scale = try HorizontalScale(parameters)
      let points = try zip(xs, ys).map { (x: try scale.place($0), y: $1, low: $1, high: $1) }
      return Curve(title: reference.optionalString("title"), colour: Style.ink, points: points)
    }
  }

  private static func straights(
    _ name: String, _ parameters: FigureParameters, _ context: FigureContext
  ) throws -> [Straight] {
    try parameters.objects(name).map { line in
      let title = line.optionalString("title")
      if let at = line.json["at"]?.number { return Straight(at: at, title: title) }
      do {
        let rows = try context.rows(line.string("table"), where: line.selection)
        let mean = try rows.sample(of: line.string("column")).summary.mean
        return Straight(at: mean, title: title, column: try line.string("column"))
      } catch is NotRun {
        return Straight(at: .nan, title: title, column: try line.string("column"))
      }
    }
  }
}

extension Lines {
  private static func add(
    _ curves: [Curve], to plot: inout Plot, _ parameters: FigureParameters
  ) throws {
    let marks = try parameters.flag("points")
    for curve in curves {
      let paint: GnuplotCode = "linecolor rgb \(curve.colour)"
      if !curve.points.isEmpty { add(curve, to: &plot, marks: marks, paint: paint) }
      if let title = curve.title {
        let marker: GnuplotCode? = marks ? "pointtype 7 pointsize 0.62*dot \(paint)" : nil
        plot.legend.append(.init(title: title, line: "linewidth 1.8 \(paint)", marker: marker))
      }
      plot.occupied += traced(curve, of: plot)
    }
  }

  private static func add(_ curve: Curve, to plot: inout Plot, marks: Bool, paint: GnuplotCode) {
    plot.blocks.append(
      .init(
        comment: "\(curve.title ?? "the curve"): x, y, low and high end of the 95% interval",
        rows: curve.points.map { [$0.x, $0.y, $0.low, $0.high] }))
    func layer(_ style: GnuplotCode) -> Plot.Layer { .init(plot.blocks.count - 1, style) }
    if curve.hasBand {
      let style: GnuplotCode =
        "using 1:3:4 with filledcurves fillcolor rgb \(curve.colour) fillstyle transparent solid 0.2 noborder notitle"
      plot.layers.insert(layer(style), at: 0)
    }
    plot.layers.append(layer("using 1:2 with lines linewidth 1.8 \(paint) notitle"))
    guard marks else { return }
    plot.layers.append(
      layer("using 1:2 with points pointtype 7 pointsize 0.85*dot linecolor rgb '#FFFFFF' notitle"))
    plot.layers.append(layer("using 1:2 with points pointtype 7 pointsize 0.62*dot \(paint) notitle"))
  }

  private static func add(_ references: [Curve], to plot: inout Plot) {
    for (index, curve) in references.enumerated() {
      plot.blocks.append(
        .init(comment: "\(curve.title ?? "reference"): x, y", rows: curve.points.map { [$0.x, $0.y] }))
      let style: GnuplotCode = "dashtype \(index + 2) linewidth 1.2 linecolor rgb \(curve.colour)"
      plot.layers.append(.init(plot.blocks.count - 1, "using 1:2 with lines \(style) notitle"))
      if let title = curve.title { plot.legend.append(.init(title: title, line: style)) }
      plot.occupied += traced(curve, of: plot)
    }
  }

  private static func add(_ lines: [Straight], to plot: inout Plot, isVertical: Bool) {
    for line in lines where line.at.isFinite {
      let at = line.at
      let ends: [GnuplotCode] =
        isVertical
        ? ["first \(at), graph 0", "first \(at), graph 1"] : ["graph 0, first \(at)", "graph 1, first \(at)"]
      plot.decorations.append(
        "set arrow from \(ends[0]) to \(ends[1]) nohead dashtype 2 linewidth 1.4 linecolor rgb '#000000' front"
      )
      if let title = line.title {
        plot.legend.append(
          .init(title: title, line: "dashtype 2 linewidth 1.4 linecolor rgb '#000000'"))
      }
      plot.occupied += (0...40).map { step in
        let share = Double(step) / 40
        return isVertical
          ? (line.at, plot.y.low + share * (plot.y.high - plot.y.low))
          : (plot.x.low + share * (plot.x.high - plot.x.low), line.at)
      }
    }
  }

  /// Points along the curve and the ends of its band, close enough to each other that a legend between two of
  /// them is noticed.
  private static func traced(_ curve: Curve, of plot: Plot) -> [(x: Double, y: Double)] {
    // Many points lie close to each other as they are.
    let steps = curve.points.count > 2000 ? 0...0 : 0...12
    return zip(curve.points, curve.points.dropFirst()).flatMap { a, b in
      steps.flatMap { step in
        let t = Double(step) / 12
        return [(a.y, b.y), (a.low, b.low), (a.high, b.high)].map {
          (a.x + t * (b.x - a.x), $0 + t * ($1 - $0))
        }
      }
    }
  }
}
