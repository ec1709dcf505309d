import Claims
import Contracts
import Declarations

/// A plot, or one for each value of `facet`; a place whose data are missing says why.
func faceted(
  _ parameters: FigureParameters, _ context: FigureContext,
  plot: (FigureParameters, FigureContext) throws -> Plot
) throws -> Picture {
  guard let facet = parameters.optionalString("facet") else { return try leaf(parameters, context, plot) }
  var values = parameters.values("facet_order")
  if values.isEmpty {
    do {
      values = try facetValues(facet, parameters, context)
    } catch {
      return try missing(error, parameters)
    }
  }
  let titles = parameters.strings("facet_titles")
  let cells = try values.enumerated().map { index, value in
    let title = titles.indices.contains(index) ? titles[index] : facetTitle(facet, Cell(value), parameters)
    return try leaf(narrowed(parameters, facet, to: value, title: title), context, plot)
  }
  let usual = Int(Double(values.count).squareRoot().rounded(.up))
  let columns = try parameters.optionalInteger("columns", in: 1...100) ?? usual
  return .grid(
    PictureGrid(
      columns: columns, cells: cells, widths: [], heights: [],
      caption: parameters.optionalString("caption"), title: parameters.optionalString("title")))
}

/// What names a value as the table has it.
let plainFormat = "{value}"

/// `temperature = 0.01`, or the figure's `format` where no series uses it: `Temperature = 1/100`.
private func facetTitle(_ facet: String, _ cell: Cell, _ parameters: FigureParameters) -> String {
  guard let format = parameters.optionalString("format"), format != plainFormat,
    parameters.optionalString("series") == nil
  else {
    return "\(facet) = \(cell.plain)"
  }
  return seriesTitle(cell.plain, number: cell.number, format: format)
}

private func leaf(
  _ parameters: FigureParameters, _ context: FigureContext,
  _ plot: (FigureParameters, FigureContext) throws -> Plot
) throws -> Picture {
  do {
    var made = try plot(parameters, context)
    made.title = parameters.optionalString("title")
    made.caption = parameters.optionalString("caption")
    if parameters.json["legend"] != nil {
      made.legendPlace = try parameters.choice("legend", LegendPlace.self)
    }
    return .plot(made)
  } catch {
    return try missing(error, parameters)
  }
}

/// A grey box where data are absent, where an edited config no longer makes the rows that a figure selects, or
/// where these hold no number that can be drawn; every other error is one of the figure.
private func missing(_ error: any Error, _ parameters: FigureParameters) throws -> Picture {
  let reason: String
  switch error {
  case let absent as NotRun: reason = absent.reason
  case let failure as RowFailure:
    switch failure {
    case .noRows, .nothingToDraw, .nothingInRange: reason = failure.message
    default: throw failure
    }
  default: throw error
  }
  return .missing(
    reason, caption: parameters.optionalString("caption"), title: parameters.optionalString("title"))
}

private func facetValues(
  _ facet: String, _ parameters: FigureParameters, _ context: FigureContext
) throws -> [JSONValue] {
  let rows = try context.rows(parameters.string("table"), where: parameters.selection)
  guard let column = rows.table[facet] else {
    throw RowFailure.unknownColumn(facet, table: rows.name, columns: rows.table.columnNames)
  }
  return try few(distinct(column, rows.rows), of: facet).map(JSONValue.init)
}

private func narrowed(
  _ parameters: FigureParameters, _ facet: String, to value: JSONValue, title: String
) -> FigureParameters {
  var selection = parameters.json["where"]?.object ?? [:]
  selection[facet] = value
  return parameters.with(["where": .object(selection), "title": .string(title), "caption": nil])
}

/// Each value gets a curve, a colour or a panel: of too many there is nothing to be seen.
func few<Value>(_ values: [Value], of column: String) throws -> [Value] {
  let most = 1000
  guard values.count <= most else {
    throw FigureFailure.tooManyValues(column: column, count: values.count, most: most)
  }
  return values
}

extension JSONValue {
  /// The value as a config writes it, so that rows can be selected by it: NaN is `"nan"`.
  init(_ cell: Cell) {
    self = cell.number.flatMap { $0.isNaN ? nil : .number($0) } ?? .string(cell.plain)
  }
}

extension Cell {
  /// The value as a table would show it: 5 rather than 5.0.
  init(_ value: JSONValue) {
    self =
      value.integer.map(Cell.integer) ?? value.number.map(Cell.real) ?? .text(value.string ?? value.canonical)
  }
}
