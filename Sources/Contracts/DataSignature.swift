/// All that the config, the plan and the documentation know of a kind of data.
package struct DataSignature: Sendable {
  /// Files that the items of a data set depend on and no parameter names, in a fixed order.
  package typealias Listing = @Sendable (_ values: [String: JSONValue]) throws -> [String]

  package let kind: String
  package let summary: String
  /// Raised when the items of the same files come out otherwise, so that no stored result answers for them.
  package let version: Int
  package let parameters: [Parameter]
  /// The items are drawn at random, not read.
  package let draws: Bool
  /// Drawn, but read where this parameter is given.
  package let drawsUnless: String?
  package let listing: Listing
  /// What is raised where the same files and parameters come to give other items, so that no cache answers for
  /// them: names of what changed, and numbers.
  package let revision: @Sendable (_ values: [String: JSONValue]) -> [String: Int]

  package init(
    kind: String, summary: String, version: Int = 1, parameters: [Parameter], draws: Bool = true,
    drawsUnless: String? = nil,
    revision: @escaping @Sendable ([String: JSONValue]) -> [String: Int] = { _ in [:] },
    listing: @escaping Listing = { _ in [] }
  ) {
    self.kind = kind
    self.summary = summary
    self.version = version
    self.parameters = parameters
    self.draws = draws
    self.drawsUnless = drawsUnless
    self.revision = revision
    self.listing = listing
  }

  /// Whether the items depend on a seed that `values` do not say, so that it is the run's.
  package func needsSeed(_ values: JSONValue) -> Bool {
    draws && parameters.contains { $0.name == "seed" } && values["seed"] == nil
      && !(drawsUnless.map { values[$0] != nil } ?? false)
  }

  /// The folder that the items are read from, by the parameter that names it.
  package var folder: Parameter? {
    parameters.first { parameter in
      if case .folder = parameter.type { return true }
      return false
    }
  }
}
