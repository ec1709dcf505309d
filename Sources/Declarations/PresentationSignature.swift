/// A kind of figure, as the config may name it.
package struct FigureSignature: Sendable {
  package let kind: String
  package let summary: String
  package let parameters: [Parameter]

  package init(kind: String, summary: String, parameters: [Parameter]) {
    self.kind = kind
    self.summary = summary
    self.parameters = parameters
  }
}

/// A kind of check that a claim may make.
package struct CheckSignature: Sendable {
  package let name: String
  package let summary: String
  package let parameters: [Parameter]
  package let rules: [ParameterRule]
  /// The parameters that are bounds or tolerances: a claim that gives one says where it comes from.
  package let bounds: [String]
  /// Optional parameters without which the check decides nothing, each with the one beside which it is needed, if it is
  /// not always: `validate` demands them.
  package let demands: [(name: String, beside: String?)]

  package init(
    name: String, summary: String, parameters: [Parameter], rules: [ParameterRule] = [],
    bounds: [String] = [], demands: [(name: String, beside: String?)] = []
  ) {
    self.bounds = bounds
    self.demands = demands
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.rules = rules
  }

  /// The parameter by which a claim may ask that the bootstrap over pairs decide it, if these do: `"over": "pairs"`, and
  /// where `over` is a column, `"bootstrap": "pairs"`.
  package func resampling(with parameters: JSONValue) -> String? {
    self.parameters.first { parameter in
      guard case .choice([Self.pairs]) = parameter.type else { return false }
      return parameters[parameter.name]?.string == Self.pairs
    }?.name
  }

  package static let pairs = "pairs"
}
