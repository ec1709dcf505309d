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

  package init(name: String, summary: String, parameters: [Parameter], rules: [ParameterRule] = []) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.rules = rules
  }
}
