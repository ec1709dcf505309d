/// Where the items of a kind of data come from.
package enum DataSource: Sendable, Equatable {
  /// Drawn at random, from the seed that the key `seed` gives, else from the run's.
  case drawn
  /// Read from files: all of them, or `count`, chosen at random where `seed` is given.
  case read
  /// Read where this parameter is given, else drawn.
  case drawnUnless(String)

  package func isRead(with values: [String: JSONValue]) -> Bool {
    switch self {
    case .drawn: false
    case .read: true
    case .drawnUnless(let name): values[name] != nil
    }
  }
}

/// All that the config, the plan and the documentation know of a kind of data.
package struct DataSignature: Sendable {
  /// Files that the items of a data set depend on and no parameter names, in a fixed order.
  package typealias Listing = @Sendable (_ values: [String: JSONValue]) throws -> [String]

  /// The key of a data set's own seed.
  package static let seed = "seed"

  package let kind: String
  package let summary: String
  /// Raised when the items of the same files come out otherwise, so that no stored result answers for them.
  package let version: Int
  package let parameters: [Parameter]
  package let source: DataSource
  /// Those of its items for which it has a key.
  package let itemTexts: [ItemText]
  /// The command that gets the files, where one does.
  package let obtain: String?
  package let listing: Listing
  /// What is raised where the same files and parameters come to give other items, so that no cache answers for
  /// them: names of what changed, and numbers.
  package let revision: @Sendable (_ values: [String: JSONValue]) -> [String: Int]
  /// Whether something beside the order and the choice of items that are read is drawn, such as words of captions.
  package let drawsMore: @Sendable (_ values: [String: JSONValue]) -> Bool

  package init(
    kind: String, summary: String, version: Int = 1, parameters: [Parameter], source: DataSource,
    itemTexts: [ItemText] = [], obtain: String? = nil,
    revision: @escaping @Sendable ([String: JSONValue]) -> [String: Int] = { _ in [:] },
    drawsMore: @escaping @Sendable ([String: JSONValue]) -> Bool = { _ in false },
    listing: @escaping Listing = { _ in [] }
  ) {
    self.kind = kind
    self.summary = summary
    self.version = version
    self.parameters = parameters
    self.source = source
    self.itemTexts = itemTexts
    self.obtain = obtain
    self.revision = revision
    self.drawsMore = drawsMore
    self.listing = listing
  }

  /// Whether the items depend on a seed that `values` do not say, so that it is the run's.
  package func needsSeed(_ values: JSONValue) -> Bool {
    !source.isRead(with: values.object ?? [:]) && values[Self.seed] == nil
  }

  /// Whether the seed that `values` have draws no more than an order, or a choice, of items that are read from files:
  /// another seed gives other items of the same source, and not another source.
  package func isResampled(_ values: JSONValue) -> Bool {
    let members = values.object ?? [:]
    return members[Self.seed] != nil && source.isRead(with: members) && !drawsMore(members)
  }

  /// What random numbers the items are made with. Another order, or choice, of items that are read is the same source.
  ///
  /// - Parameter written: the description as the config has it, with the axes that it names.
  package func chance(of values: JSONValue, written: JSONValue) -> Chance {
    let members = values.object ?? [:]
    guard !source.isRead(with: members) || drawsMore(members) else { return .none }
    return written[Self.seed]?.number == nil ? .seeded : .fixed
  }

  /// The folder that the items are read from, by the parameter that names it.
  package var folder: Parameter? {
    parameters.first { parameter in
      if case .folder = parameter.type { return true }
      return false
    }
  }
}
