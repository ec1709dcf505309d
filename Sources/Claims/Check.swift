import Contracts

/// A kind of check: what a claim says about a table, and whether the table bears it out.
protocol Check: Sendable {
  /// What the paper expects, in words.
  var expected: String { get }

  /// - Parameter rows: gives the claim's rows, narrowed by a further selection.
  /// - Throws: `RowFailure` or `NotRun` where the rows do not answer the question.
  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding
}

/// What a check found.
struct Finding {
  enum Decision { case pass, fail, inconclusive }
  var decision: Decision
  var ours: String
  var number: Double?
  var count = 1
  var interval: Interval?
  var explanation: String
}

extension Finding {
  /// The finding for a quantity that is not a finite number, which never bears a claim out.
  static func notFinite(_ what: String, _ value: Double) -> Finding {
    Finding(
      decision: .fail, ours: readable(value), number: value, explanation: "\(what) is \(readable(value))")
  }
}

/// A listed check: its signature, and how it is made from a claim's parameters.
struct CheckVariant: Sendable {
  let signature: CheckSignature
  let make: @Sendable (CheckParameters) throws -> any Check
}

/// Parameters as the config validated them; a caller that did not validate gets an error, not a trap.
struct CheckParameters {
  let json: JSONValue

  func string(_ name: String) throws -> String {
    guard let value = json[name]?.string else { throw RowFailure.badParameter(name, expected: "a string") }
    return value
  }

  func number(_ name: String) throws -> Double {
    guard let value = json[name]?.number else { throw RowFailure.badParameter(name, expected: "a number") }
    return value
  }

  func optionalNumber(_ name: String) throws -> Double? {
    switch json[name] {
    case nil, .null: nil
    case .number(let value): value
    default: throw RowFailure.badParameter(name, expected: "a number")
    }
  }

  func numbers(_ name: String) throws -> [Double] {
    let items = json[name]?.array ?? []
    let numbers = items.compactMap(\.number)
    guard numbers.count == items.count else {
      throw RowFailure.badParameter(name, expected: "a list of numbers")
    }
    return numbers
  }

  func flag(_ name: String) -> Bool { json[name]?.bool ?? false }

  /// The two selections under `where`.
  func twoSelections() throws -> (Selection, Selection) {
    guard let items = json["where"]?.array, items.count == 2 else {
      throw RowFailure.badParameter("where", expected: "a list of two selections")
    }
    return (selection(items[0]), selection(items[1]))
  }
}
