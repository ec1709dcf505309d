import Declarations
import Statistics

/// A kind of check: what a claim says about a table, and whether the table bears it out.
package protocol Check: Sendable {
  /// What the paper expects, in words.
  var expected: String { get }

  /// - Parameter rows: gives the claim's rows, narrowed by a further selection.
  /// - Throws: `RowFailure` or `NotRun` where the rows do not answer the question.
  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding
}

/// What a check found.
package struct Finding: Sendable {
  package enum Decision: Sendable { case pass, fail, inconclusive, broken }
  let evidence: Evidence
  let ours: String
  let number: Double?
  let count: Int
  let interval: Interval?
  /// Of the interval.
  let level: Double
  let explanation: String

  package init(
    _ evidence: Evidence, ours: String, number: Double? = nil, count: Int = 1, interval: Interval? = nil,
    level: Double = 0.95, explanation: String
  ) {
    self.evidence = evidence
    self.ours = ours
    self.number = number
    self.count = count
    self.interval = interval.flatMap { $0.low.isFinite && $0.high.isFinite ? $0 : nil }
    self.level = level
    self.explanation = explanation
  }
}

extension Finding {
  /// The finding for a quantity that is not a finite number, which never bears a claim out.
  package static func notFinite(_ what: String, _ value: Double) -> Finding {
    Finding(
      .broken, ours: readable(value), number: value, explanation: "\(what) is \(readable(value))"
    )
  }
}

/// A listed check: its signature, and how it is made from a claim's parameters.
package struct CheckVariant: Sendable {
  package let signature: CheckSignature
  let make: @Sendable (CheckParameters) throws -> any Check

  package init(
    signature: CheckSignature, make: @escaping @Sendable (CheckParameters) throws -> any Check
  ) {
    self.signature = signature
    self.make = make
  }
}

/// What checks and figures read their parameters through.
package protocol PresentationParameters {
  var json: JSONValue { get }
}

extension PresentationParameters {
  package func string(_ name: String) throws -> String {
    guard let value = json[name]?.string else { throw RowFailure.badParameter(name, expected: "a string") }
    return value
  }

  package func number(_ name: String) throws -> Double {
    guard let value = json[name]?.number else { throw RowFailure.badParameter(name, expected: "a number") }
    return value
  }

  package func flag(_ name: String) throws -> Bool {
    guard let value = json[name]?.bool else {
      throw RowFailure.badParameter(name, expected: "true or false")
    }
    return value
  }
}

/// Parameters as the config validated them, with their defaults; a caller that did not validate gets an error, not a
/// trap.
package struct CheckParameters: PresentationParameters {
  package let json: JSONValue

  package func optionalNumber(_ name: String) throws -> Double? {
    switch json[name] {
    case nil, .null: nil
    case .number(let value): value
    default: throw RowFailure.badParameter(name, expected: "a number")
    }
  }

  package func numbers(_ name: String) throws -> [Double] {
    let items = json[name]?.array ?? []
    let numbers = items.compactMap(\.number)
    guard numbers.count == items.count else {
      throw RowFailure.badParameter(name, expected: "a list of numbers")
    }
    return numbers
  }

  /// The two selections under `where`.
  package func twoSelections() throws -> (Selection, Selection) {
    guard let items = json["where"]?.array, items.count == 2 else {
      throw RowFailure.badParameter("where", expected: "a list of two selections")
    }
    return (selection(items[0]), selection(items[1]))
  }
}
