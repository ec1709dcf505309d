import Claims
import Contracts
import Declarations
import Statistics

/// Means with their 95% intervals at a few named places, such as before and after training, one mark for each
/// series, and published means with their intervals beside them: the numbers of Sec. 4.4.
enum Intervals {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "intervals", summary: "means and 95% intervals at named places, together with published ones",
      parameters: parameters + Parameter.facets + Parameter.common),
    picture: { parameters, context in try faceted(parameters, context, plot: plot) },
    size: { _ in (680, 460) })

  private static let parameters: [Parameter] = [
    .table, .required("x", .column(), "the column whose values are the places"),
    .required("y", .column(.numbers), "the quantity"), .rows,
    .optional(
      "half_width", .column(.numbers),
      "the column of half the width of each interval; without it the 95% intervals are those over the replicates"
    ),
    .required("places", .list(.value, most: 100), "the values of x, from left to right"),
    .optional("place_titles", .list(.string, most: 100), "the names of the places, in that order"),
    .required("series", .column(), "a column; each of its values has a mark at each place"),
    .required("order", .list(.value, most: 7), "its values, in this order and no others"),
    .optional("titles", .list(.string, most: 7), "their names in the legend, in that order"),
    .optional(
      "published", .list(.object(publishedParameters), most: 7), "published results, drawn as hollow marks"),
    .defaulted("joined", .boolean, .bool(true), "joins the marks of a series from place to place"),
    .legend(.auto), .xlabel, .ylabel, .yrange,
  ]

  private static let publishedParameters: [Parameter] = [
    .required("title", .string, "its name in the legend"),
    .required("y", .list(.anyNumber, most: 100), "one mean per place"),
    .required("half_width", .list(.anyNumber, most: 100), "half the width of each 95% interval"),
  ]

  /// One mark a place.
  private struct Marks {
    let title: String
    /// Ours are filled; what is published has the colour of the series at the same place of the list.
    let isOurs: Bool
    let colour: Colour
    let points: [(y: Double, low: Double, high: Double)]
    /// Of the table, that the points were made of.
    var rowCount = 0
  }

  static func plot(_ parameters: FigureParameters, _ context: FigureContext) throws -> Plot {
    let ours = try ours(parameters, context)
    let empty = ours.filter { !$0.points.contains { $0.y.isFinite } }
    if !ours.isEmpty, empty.count == ours.count {
      throw RowFailure.nothingToDraw(
        [try parameters.string("y")], table: try parameters.string("table"),
        count: ours.reduce(0) { $0 + $1.rowCount })
    }
    let all = try ours + published(parameters)
    let places = parameters.values("places")
    let extent = all.flatMap { $0.points.flatMap { [$0.y, $0.low, $0.high] } }
    let y = try parameters.range("yrange") ?? range(around: extent)
    var plot = Plot(
      x: .init(label: parameters.optionalString("xlabel") ?? "", low: 0.5, high: Double(places.count) + 0.5),
      y: .init(label: try context.label("y", parameters), low: y.low, high: y.high))
    try plot.requireInside(
      all.map { $0.points.map { (x: plot.x.low, low: min($0.y, $0.low), high: max($0.y, $0.high)) } },
      areJoined: false)
    plot.notes = empty.map { "\($0.title): none of \(counted($0.rowCount, "row")) has a finite number" }
    let titles = parameters.strings("place_titles")
    plot.x.marks = places.enumerated().map { index, place in
      .init(
        at: Double(index + 1), text: titles.indices.contains(index) ? titles[index] : Cell(place).plain)
    }
    for (index, marks) in all.enumerated() {
      // Side by side within two fifths of the way to the next place.
      let aside = all.count > 1 ? 0.4 * (Double(index) / Double(all.count - 1) - 0.5) : 0
      add(marks, aside: aside, isJoined: try parameters.flag("joined"), to: &plot)
    }
    return plot
  }

  private static func ours(_ parameters: FigureParameters, _ context: FigureContext) throws -> [Marks] {
    let (name, column) = (try parameters.string("table"), try parameters.string("series"))
    let (x, y) = (try parameters.string("x"), try parameters.string("y"))
    let (values, titles) = (parameters.values("order"), parameters.strings("titles"))
    return try values.enumerated().map { index, value in
      var rowCount = 0
      let points = try parameters.values("places").map { place in
        let rows = try context.rows(
          name, where: merging(parameters.selection, [x: [place], column: [value]]))
        rowCount += rows.rows.count
        let summary = try rows.sample(of: y).summary
        let interval =
          try parameters.optionalString("half_width").map {
            let half = abs(try rows.sample(of: $0).summary.mean)
            return Interval(low: summary.mean - half, high: summary.mean + half)
          } ?? summary.interval()
        return (y: summary.mean, low: interval?.low ?? summary.mean, high: interval?.high ?? summary.mean)
      }
      return Marks(
        title: titles.indices.contains(index) ? titles[index] : Cell(value).plain, isOurs: true,
        colour: Style.colour(index, of: values.count), points: points, rowCount: rowCount)
    }
  }

  private static func published(_ parameters: FigureParameters) throws -> [Marks] {
    let (places, series) = (parameters.values("places").count, parameters.values("order").count)
    return try parameters.objects("published").enumerated().map { index, found in
      let (ys, halves) = (found.numbers("y"), found.numbers("half_width"))
      guard ys.count == places, halves.count == places else {
        throw RowFailure.badParameter(
          "published",
          expected:
            "equal numbers of y, half_width and places (found \(ys.count), \(halves.count) and \(places))")
      }
      return Marks(
        title: try found.string("title"), isOurs: false,
        colour: Style.colour(index, of: max(series, index + 1)),
        points: zip(ys, halves).map { (y: $0, low: $0 - abs($1), high: $0 + abs($1)) })
    }
  }

  private static func add(_ marks: Marks, aside: Double, isJoined: Bool, to plot: inout Plot) {
    let places = marks.points.indices.map { Double($0 + 1) + aside }
    plot.blocks.append(
      .init(
        comment: "\(marks.title): place, mean, low and high end of the 95% interval",
        rows: zip(places, marks.points).map { [$0, $1.y, $1.low, $1.high] }))
    let paint: GnuplotCode = "linecolor rgb \(marks.colour)"
    let marker: GnuplotCode = "pointtype 7 pointsize 0.9*dot \(paint)"
    var styles: [GnuplotCode] =
      isJoined ? ["using 1:2 with lines dashtype 3 linewidth 1 \(paint) notitle"] : []
    styles += [
      "using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.1*dot linewidth 1.8 \(paint) notitle",
      "using 1:2 with points \(marker) notitle",
    ]
    if !marks.isOurs {
      styles.append("using 1:2 with points pointtype 7 pointsize 0.55*dot linecolor rgb '#FFFFFF' notitle")
    }
    plot.layers += styles.map { .init(plot.blocks.count - 1, $0) }
    plot.legend.append(
      .init(
        title: marks.title, line: nil,
        marker: marks.isOurs ? marker : "pointtype 6 pointsize 0.8*dot linewidth 1.8 \(paint)"))
    plot.occupied += zip(places, marks.points).flatMap { place, point in
      (0...8).map { (place, point.low + Double($0) / 8 * (point.high - point.low)) }
    }
    guard isJoined else { return }
    plot.occupied += zip(zip(places, marks.points), zip(places, marks.points).dropFirst()).flatMap { a, b in
      (0...12).map { step in
        let t = Double(step) / 12
        return (a.0 + t * (b.0 - a.0), a.1.y + t * (b.1.y - a.1.y))
      }
    }
  }
}
