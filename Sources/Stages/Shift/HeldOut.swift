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

  /// The same members of the items that the shift is fitted on, and of those that it gives.
  let fitted: EmbeddingFamily
  let given: EmbeddingFamily

  /// - Parameter count: how many items are held out; nil where both are the whole.
  /// - Throws: `MetricFailure.unpaired` where there are no items; `StageFailure.nothingToFit`.
  init(_ count: Int?, of family: EmbeddingFamily) throws {
    guard let count else {
      (fitted, given) = (family, family)
      return
    }
    var parts: (fitted: [Embeddings], given: [Embeddings]) = ([], [])
    for base in family.bases {
      let partners = try base.partners()
      guard partners.isPaired else { throw MetricFailure.unpaired }
      let items = base.x.rows / partners.rowsOfXAnItem
      guard count < items else { throw StageFailure.nothingToFit(items: items, heldOut: count) }
      parts.fitted.append(base.items(0..<items - count, partners))
      parts.given.append(base.items(items - count..<items, partners))
    }
    fitted = EmbeddingFamily(bases: parts.fitted, members: family.members)
    given = EmbeddingFamily(bases: parts.given, members: family.members)
  }
}

extension Embeddings {
  /// The rows of these items, in their order.
  fileprivate func items(_ items: Range<Int>, _ partners: Partners) -> Embeddings {
    let size = partners.rowsOfXAnItem
    let rowsOfY = partners.itemOfY.indices.filter { items.contains(partners.itemOfY[$0]) }
    return Embeddings(
      x: x.rows(Array(items.lowerBound * size..<items.upperBound * size)), y: y?.rows(rowsOfY),
      isNormalized: isNormalized, pairing: pairing.rows(rowsOfY, from: items.lowerBound))
  }
}

extension Pairing {
  /// That of some rows of y with the rows of x from this one on.
  fileprivate func rows(_ rowsOfY: [Int], from first: Int) -> Pairing {
    guard case .map(let rowOfX) = self else { return self }
    return .map(rowsOfY.map { rowOfX[$0] - first })
  }
}

extension Matrix {
  fileprivate func rows(_ chosen: [Int]) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(chosen.count * columns)
    for index in chosen { values += row(index) }
    return Matrix(rows: chosen.count, columns: columns, values: values)
  }
}
