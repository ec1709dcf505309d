import Contracts
import Declarations
import Kernels
import Metrics

/// Some items at the end of embeddings, which a shift is not fitted on, and which alone it gives then: what is fitted and
/// measured on the same items says little of others.
struct HeldOut {
  /// Optional, so that the keys of stages without it are what they were before there was one.
  static let parameter = Parameter.optional(
    "held_out", .integer(2...1_000_000_000),
    "The number of items at the end that nothing is fitted on; the result has these items alone. By default, all items are "
      + "fitted and in the result.")

  static let seedParameter = Parameter.optional(
    "held_out_seed", .integer(0...1_000_000_000),
    "Draws which items are held out; by default they are those at the end.", beside: "held_out")

  static let parameters = [parameter, seedParameter]

  /// The same members of the items that the shift is fitted on, and of those that it gives.
  let fitted: EmbeddingFamily
  let given: EmbeddingFamily

  /// Both are the whole where no number of items is given.
  /// - Throws: `MetricFailure.unpaired` where there are no items; `StageFailure.nothingToFit`.
  init(_ keys: HeldOutKeys, of family: EmbeddingFamily) throws {
    guard let count = keys.count else {
      (fitted, given) = (family, family)
      return
    }
    var parts: (fitted: [Embeddings], given: [Embeddings]) = ([], [])
    for base in family.bases {
      let partners = try base.partners()
      guard partners.isPaired else { throw MetricFailure.unpaired }
      let items = base.x.rows / partners.rowsOfXAnItem
      guard count < items else { throw StageFailure.nothingToFit(items: items, heldOut: count) }
      let isGiven = Self.chosen(count, of: items, keys.seed)
      parts.fitted.append(base.items(where: { !isGiven[$0] }, partners))
      parts.given.append(base.items(where: { isGiven[$0] }, partners))
    }
    fitted = EmbeddingFamily(bases: parts.fitted, members: family.members)
    given = EmbeddingFamily(bases: parts.given, members: family.members)
  }

  /// Of each item, whether it is held out: the last ones, or those that a seed draws, whatever the rows are.
  private static func chosen(_ count: Int, of items: Int, _ seed: Int?) -> [Bool] {
    guard let seed else { return (0..<items).map { $0 >= items - count } }
    let order = RandomStream(seed: UInt64(seed), stage: "held-out", name: "items").permutation(items)
    var chosen = [Bool](repeating: false, count: items)
    for item in order.prefix(count) { chosen[item] = true }
    return chosen
  }
}

extension Embeddings {
  /// The rows of these items, in their order.
  fileprivate func items(where isChosen: (Int) -> Bool, _ partners: Partners) -> Embeddings {
    let rowsOfX = partners.itemOfX.indices.filter { isChosen(partners.itemOfX[$0]) }
    let rowsOfY = partners.itemOfY.indices.filter { isChosen(partners.itemOfY[$0]) }
    return Embeddings(
      x: x.picking(rowsOfX), y: y?.picking(rowsOfY), isNormalized: isNormalized,
      pairing: pairing.rows(rowsOfY, amongRowsOfX: rowsOfX))
  }
}

extension Pairing {
  /// That of some rows of y with some rows of x, which are in their order.
  fileprivate func rows(_ rowsOfY: [Int], amongRowsOfX rowsOfX: [Int]) -> Pairing {
    guard case .map(let rowOfX) = self else { return self }
    let places = Dictionary(rowsOfX.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return .map(rowsOfY.map { places[rowOfX[$0]] ?? 0 })
  }
}
