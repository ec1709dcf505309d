import Claims
import Contracts

/// What a kind of figure reads from: its parameters, and the tables of the experiment.
struct FigureContext {
  let tables: (String) -> FoundTable
  let axes: RunAxes

  func rows(_ table: String, where selection: Selection) throws -> SelectedRows {
    try SelectedRows(of: tables(table), named: table, where: selection, axes: axes)
  }
}

/// A figure's parameters. The config validated them; where a caller did not, an absent one has its
/// default and a wrong one gives an error.
struct FigureParameters {
  let json: JSONValue

  func string(_ name: String) throws -> String {
    guard let value = json[name]?.string else { throw RowFailure.badParameter(name, expected: "a string") }
    return value
  }

  func string(_ name: String, or fallback: String) -> String { json[name]?.string ?? fallback }
  func optionalString(_ name: String) -> String? { json[name]?.string }
  func flag(_ name: String, or fallback: Bool) -> Bool { json[name]?.bool ?? fallback }
  func number(_ name: String, or fallback: Double) -> Double { json[name]?.number ?? fallback }
  func integer(_ name: String, or fallback: Int, in range: ClosedRange<Int>) -> Int {
    min(max(json[name]?.integer ?? fallback, range.lowerBound), range.upperBound)
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
  static let table = Parameter.required("table", .table, "the table it is drawn from")
  static let rows = Parameter.optional("where", .selection, "columns and the values rows must have in them")
  static let xlabel = Parameter.optional("xlabel", .string, "what x means, with its unit")
  static let ylabel = Parameter.optional("ylabel", .string, "what y means, with its unit")
  static let xrange = Parameter.optional("xrange", .ends, "low and high end of x")
  static let yrange = Parameter.optional("yrange", .ends, "low and high end of y")

  /// What every kind has.
  static let common: [Parameter] = [
    .optional("title", .string, "text above"),
    .optional("caption", .string, "text below"),
    .optional("size", .list(.positive, least: 2, most: 2), "width and height in pixels"),
  ]

  /// One panel for each value of a column.
  static let facets: [Parameter] = [
    .optional("facet", .string, "a column; each of its values gets a panel"),
    .optional(
      "facet_order", .list(.value, most: 1000), "its values, in this order and no others", beside: "facet"),
    .optional(
      "facet_titles", .list(.string, most: 1000), "titles of the panels, in that order", beside: "facet"),
    .optional("columns", .integer(1...100), "panels beside each other", beside: "facet"),
  ]

  static func legend(_ usual: LegendPlace) -> Parameter {
    .defaulted(
      "legend", .choice(LegendPlace.allCases.map(\.rawValue)), .string(usual.rawValue),
      "where the legend stands; auto: where it covers nothing")
  }
}

extension ParameterType {
  static let anyNumber = ParameterType.number(
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
  /// The low and the high end of a range.
  static let ends = ParameterType.ends(areApart: true)
  /// A value of a column.
  static let value = ParameterType.either(.anyNumber, .either(.string, .boolean))
}
