import Declarations
import Statistics

/// The quantity is least, or greatest, at one place of a grid.
struct ExtremumCheck: Check {
  let of: String
  let over: String
  let equals: Double
  let within: Double
  let isMinimum: Bool

  static let minimum = variant("argmin", "least", isMinimum: true)
  static let maximum = variant("argmax", "greatest", isMinimum: false)

  private static func variant(_ name: String, _ word: String, isMinimum: Bool) -> CheckVariant {
    CheckVariant(
      signature: CheckSignature(
        name: name,
        summary:
          "the quantity is \(word) at one place of a grid; over replicates, that of the mean and of nine in ten",
        parameters: [
          .of, .over, .required("equals", .anyNumber, "where it is \(word)"),
          .within("the allowed distance from it; 0: exactly this grid point"), .bootstrap,
        ], bounds: ["within"]),
      make: {
        ExtremumCheck(
          of: try $0.string("of"), over: try $0.string("over"), equals: try $0.number("equals"),
          within: try $0.number("within"), isMinimum: isMinimum)
      })
  }

  private var word: String { isMinimum ? "least" : "greatest" }

  var expected: String {
    "\(word) at \(over) = \(readable(equals))" + (within > 0 ? " ± \(readable(within))" : "")
  }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let curve = try rows([:]).decidableCurve(of: of, over: over)
    if let finding = curve.notFinite(of, over: over) { return finding }
    let means = curve.means
    let places = extremes(of: means).map { curve[$0].x }
    guard let first = places.first, let value = isMinimum ? means.min() : means.max() else {
      return .notFinite(of, .nan)
    }
    let found = places.map(readable).joined(separator: " and ")
    let own = curve.ownCurves.compactMap { extremes(of: $0).first.map { curve[$0].x } }
    let evidence = curve.evidence { values in
      let places = extremes(of: values)
      return !places.isEmpty && places.allSatisfy { areClose(curve[$0].x, equals, within) }
    }
    return Finding(
      evidence, ours: "at \(found)", number: first, count: curve.replicates,
      interval: curve.interval(of: own),
      explanation: "\(of) is \(word), \(readable(value)), at \(over) = \(found)"
        + (places.count > 1 ? ": a tie, so each of these places must fulfil the claim" : "")
        + curve.agreement(evidence))
  }

  /// All places of the extreme value, ties (to 1e-12) included.
  private func extremes(of values: [Double]) -> [Int] {
    guard let best = isMinimum ? values.min() : values.max() else { return [] }
    return values.indices.filter { areEqual(values[$0], best) }
  }
}
