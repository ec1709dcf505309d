import Claims
import Contracts
import Declarations

/// What a kind of figure reads from: its parameters, and the tables of the experiment.
struct FigureContext {
  let tables: (String) -> FoundTable
  let axes: RunAxes
  /// The kinds that a figure inside a figure may be of.
  let catalog: FigureCatalog

  func rows(_ table: String, where selection: Selection) throws -> SelectedRows {
    try SelectedRows(of: tables(table), named: table, where: selection, axes: axes)
  }
}

/// A figure's parameters with their defaults. The config validated them; where a caller did not, a wrong one gives an
/// error.
struct FigureParameters: PresentationParameters {
  let json: JSONValue

  func optionalString(_ name: String) -> String? { json[name]?.string }

  func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type) throws -> Choice
  where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try string(name)) else {
      throw RowFailure.badParameter(
        name, expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    guard let value = try optionalInteger(name, in: range) else {
      throw RowFailure.badParameter(name, expected: "an integer")
    }
    return value
  }

  /// Nil where it is absent; what lies beyond the range is its nearer end.
  func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = json[name], value != .null else { return nil }
    guard let number = value.number, !number.isNaN else {
      throw RowFailure.badParameter(name, expected: "an integer")
    }
    return Int(min(max(number, Double(range.lowerBound)), Double(range.upperBound)))
  }

  func values(_ name: String) -> [JSONValue] { json[name]?.array ?? [] }
  func strings(_ name: String) -> [String] { values(name).compactMap(\.string) }
  func numbers(_ name: String) -> [Double] { values(name).compactMap(\.number) }
  func objects(_ name: String) -> [FigureParameters] {
    values(name).filter { $0.object != nil }.map(FigureParameters.init)
  }

  var selection: Selection { Claims.selection(json["where"]) }

  /// Two ascending numbers, where given.
  func range(_ name: String) throws -> (low: Double, high: Double)? {
    guard let value = json[name], value != .null else { return nil }
    let ends = value.array?.compactMap(\.number) ?? []
    guard ends.count == 2, ends[0] < ends[1] else {
      throw RowFailure.badParameter(name, expected: "two ascending numbers")
    }
    return (ends[0], ends[1])
  }

  /// The same parameters with some replaced.
  func with(_ changes: [String: JSONValue?]) -> FigureParameters {
    var members = json.object ?? [:]
    for (name, value) in changes { members[name] = value }
    return FigureParameters(json: .object(members))
  }
}

extension Parameter {
  static let table = Parameter.required("table", .table, "the table to draw")
  static let rows = Parameter.optional(
    "where", .selection, "columns with the values that rows must have in them")
  static let xlabel = Parameter.optional("xlabel", .string, "the label of the x axis, with its unit")
  static let ylabel = Parameter.optional("ylabel", .string, "the label of the y axis, with its unit")
  static let xrange = Parameter.optional("xrange", .ends, "low and high end of x")
  static let yrange = Parameter.optional("yrange", .ends, "low and high end of y")

  /// What every kind has.
  static let common: [Parameter] = [
    .optional("title", .string, "the text above the figure"),
    .optional("caption", .string, "the text below the figure"),
    .optional("size", .list(.positive, least: 2, most: 2), "width and height in pixels"),
  ]

  /// One panel for each value of a column.
  static let facets: [Parameter] = [
    .optional("facet", .column(), "a column; each of its values has a panel"),
    .optional(
      "facet_order", .list(.value, most: 1000), "its values, in this order and no others", beside: "facet"),
    .optional(
      "facet_titles", .list(.string, most: 1000), "the titles of the panels, in that order", beside: "facet"),
    .optional("columns", .integer(1...100), "the number of panels in a row", beside: "facet"),
  ]

  static func legend(_ usual: LegendPlace) -> Parameter {
    .defaulted(
      "legend", .choice(LegendPlace.allCases.map(\.rawValue)), .string(usual.rawValue),
      "the place of the legend; auto: where it covers nothing")
  }
}

extension ParameterType {
  /// The low and the high end of a range.
  static let ends = ParameterType.ends(areApart: true)
  /// A value of a column.
  static let value = ParameterType.either(.anyNumber, .either(.string, .boolean))
}
