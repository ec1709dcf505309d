import Declarations

/// What kind of statement a claim makes, and so what its verdict is worth.
package enum ClaimBasis: String, Sendable, Codable, CaseIterable {
  /// A number or statement that is printed in the paper.
  case paper
  /// The output of the authors' code.
  case notebook
  /// A closed form, a bound or an oracle of ours.
  case derived
  /// A later paper, or ours.
  case beyond
}

/// Where the tolerance of a claim comes from.
package enum BoundSource: Sendable, Equatable, Codable {
  case printedDigits, publishedInterval, predictionInterval, oracleError
  case design(reason: String)

  /// Those that need no reason, by their words in a config.
  package static let words: [(word: String, source: BoundSource)] = [
    ("printed-digits", .printedDigits), ("published-interval", .publishedInterval),
    ("prediction-interval", .predictionInterval), ("oracle-error", .oracleError),
  ]

  package var word: String { Self.words.first { $0.source == self }?.word ?? "design" }

  package var reason: String? {
    if case .design(let reason) = self { return reason }
    return nil
  }
}

/// What the paper, or another source, says of a table.
package struct ClaimSpec: Sendable, Equatable, Codable {
  package let id: String
  /// Where the paper says it: section, figure.
  package let source: String
  package let says: String
  package let table: String
  /// Columns and the values that a row must have in them.
  package let selection: [String: [JSONValue]]
  package let check: String
  /// Validated against the check's signature, defaults filled in.
  package let parameters: JSONValue
  /// Nil in a config that does not say it, which `validate` refuses.
  package let basis: ClaimBasis?
  package let boundFrom: BoundSource?
  /// Why the statement is not expected to hold here; nil where it is.
  package let differsBecause: String?
  /// What the claim's numbers depend on and no config says.
  package let conditions: String?
  /// Claims of one statement count once; its own id where nil.
  package let statement: String?

  package init(
    id: String, source: String, says: String, table: String, selection: [String: [JSONValue]] = [:],
    check: String, parameters: JSONValue, basis: ClaimBasis? = nil, boundFrom: BoundSource? = nil,
    differsBecause: String? = nil, conditions: String? = nil, statement: String? = nil
  ) {
    self.id = id
    self.source = source
    self.says = says
    self.table = table
    self.selection = selection
    self.check = check
    self.parameters = parameters
    self.basis = basis
    self.boundFrom = boundFrom
    self.differsBecause = differsBecause
    self.conditions = conditions
    self.statement = statement
  }
}

/// The keys of a claim that say what it is worth.
enum ClaimKeys {
  static let own = ["id", "source", "says", "table", "where", "check"]

  static let provenance: [Parameter] = [
    .optional(
      "basis", .choice(ClaimBasis.allCases.map(\.rawValue)),
      "what is claimed: something printed in the paper, the output of the authors' code, a closed form or bound "
        + "(derived), or a later paper's or our own statement (beyond)"),
    .optional(
      "bound_from",
      .either(
        .choice(BoundSource.words.map(\.word) + ["design"]),
        .tagged(["design": [.required("reason", .string, "why the bound is where it is")]])),
      "where the tolerance comes from; required if the check has one. \"design\" needs a reason, here or in because"
    ),
    .optional(
      "expect", .choice(["differs"]),
      "the statement is known not to hold here: the verdict is \"differs\" if the check fails, and \"fail\" if it "
        + "passes"),
    .optional(
      "because", .string, "why the statement is not expected to hold, or why the bound is where it is"),
    .optional("conditions", .string, "what the number depends on beside the config"),
    .optional("statement", .string, "claims with the same statement are counted once"),
  ]

  static var all: [String] { own + provenance.map(\.name) }
}
