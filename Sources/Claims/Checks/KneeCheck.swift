import Declarations
import Statistics

/// A falling curve, such as a spectrum, has its largest relative drop behind one place: f(x_k)/f(x_{k+1}) is largest at
/// x_k = `equals`.
struct KneeCheck: Check {
  let of: String
  let over: String
  let equals: Double

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "knee",
      summary:
        "the largest relative drop of a positive curve, such as a spectrum, is the one from this place of the "
        + "grid to the next; over replicates, that of the mean and of nine in ten",
      parameters: [
        .of, .over, .required("equals", .anyNumber, "the last place before the drop"), .bootstrap,
      ]),
    make: {
      KneeCheck(of: try $0.string("of"), over: try $0.string("over"), equals: try $0.number("equals"))
    })

  var expected: String { "largest drop behind \(over) = \(readable(equals))" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let curve = try rows([:]).decidableCurve(of: of, over: over)
    if let finding = curve.notFinite(of, over: over) { return finding }
    guard let drop = Self.largestDrop(curve.means) else {
      return Finding(
        .broken, ours: "no drop",
        explanation: "\(of) over \(over) has no drop between positive values")
    }
    let evidence = curve.evidence { values in
      Self.largestDrop(values).map { areEqual(curve[$0.index].x, equals) } ?? false
    }
    let place = curve[drop.index].x
    return Finding(
      evidence, ours: "at \(readable(place))", number: place, count: curve.replicates,
      explanation:
        "the largest relative drop of \(of) is the one behind \(over) = \(readable(place)), by a factor of "
        + readable(drop.factor) + curve.agreement(evidence))
  }

  /// Nil where the curve falls nowhere, or has values that are not positive.
  private static func largestDrop(_ values: [Double]) -> (index: Int, factor: Double)? {
    guard values.allSatisfy({ $0 > 0 }) else { return nil }
    let drops = zip(values, values.dropFirst()).map { $0 / $1 }
    guard let most = drops.max(), most > 1, let index = drops.firstIndex(of: most) else { return nil }
    return (index, most)
  }
}
