import Claims
import Contracts

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
    } catch let absent as NotRun {
      return missing(absent, parameters)
    }
  }
  let titles = parameters.strings("facet_titles")
  let cells = try values.enumerated().map { index, value in
    let title = titles.indices.contains(index) ? titles[index] : "\(facet) = \(Cell(value).plain)"
    return try leaf(narrowed(parameters, facet, to: value, title: title), context, plot)
  }
  let usual = Int(Double(values.count).squareRoot().rounded(.up))
  let columns = parameters.integer("columns", or: usual, in: 1...100)
  return .grid(
    PictureGrid(
      columns: columns, cells: cells, widths: [], heights: [],
      caption: parameters.optionalString("caption"), title: parameters.optionalString("title")))
}

private func leaf(
  _ parameters: FigureParameters, _ context: FigureContext,
  _ plot: (FigureParameters, FigureContext) throws -> Plot
) throws -> Picture {
  do {
    var made = try plot(parameters, context)
    made.title = parameters.optionalString("title")
    made.caption = parameters.optionalString("caption")
    made.legendPlace = parameters.optionalString("legend").flatMap(LegendPlace.init) ?? made.legendPlace
    return .plot(made)
  } catch let absent as NotRun {
    return missing(absent, parameters)
  }
}

private func missing(_ absent: NotRun, _ parameters: FigureParameters) -> Picture {
  .missing(
    absent.reason, caption: parameters.optionalString("caption"), title: parameters.optionalString("title"))
}

private func facetValues(
  _ facet: String, _ parameters: FigureParameters, _ context: FigureContext
) throws -> [JSONValue] {
  let rows = try context.rows(parameters.string("table"), where: parameters.selection)
  guard let column = rows.table[facet] else {
    throw RowFailure.unknownColumn(facet, table: rows.name, columns: rows.table.columnNames)
  }
  return distinct(column, rows.rows).map(JSONValue.init)
}

private func narrowed(
  _ parameters: FigureParameters, _ facet: String, to value: JSONValue, title: String
) -> FigureParameters {
  var selection = parameters.json["where"]?.object ?? [:]
  selection[facet] = value
  return parameters.with(["where": .object(selection), "title": .string(title), "caption": nil])
}

extension JSONValue {
  init(_ cell: Cell) {
    self = cell.number.map(JSONValue.number) ?? .string(cell.plain)
  }
}

extension Cell {
  /// The value as a table would show it: 5 rather than 5.0.
  init(_ value: JSONValue) {
    self =
      value.integer.map(Cell.integer) ?? value.number.map(Cell.real) ?? .text(value.string ?? value.canonical)
  }
}
