import Declarations
import Statistics

/// The curve has so many local minima, near these places.
struct LocalMinimaCheck: Check {
  let of: String
  let over: String
  let count: Int?
  let near: [Double]
  let within: Double

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "local-minima",
      summary:
        "the curve has this number of local minima, near these places; its ends do not count; over replicates, "
        + "that of the mean and of nine in ten",
      parameters: [
        .of, .over, .optional("count", .integer(0...10_000), "how many there are"),
        .optional("near", .list(.anyNumber, most: 10_000), "the places of the minima, one minimum for each"),
        .within("the allowed distance from these places", beside: "near"), .bootstrap,
      ], rules: [.atLeastOne(["count", "near"])], bounds: ["within"]),
    make: { parameters in
      let count = try parameters.optionalNumber("count")
      let near = try parameters.numbers("near")
      if count == nil, near.isEmpty { throw RowFailure.badParameter("count or near", expected: "given") }
      return LocalMinimaCheck(
        of: try parameters.string("of"), over: try parameters.string("over"),
        count: count.flatMap { Int(exactly: $0) }, near: near.sorted(),
        within: try parameters.number("within"))
    })

  var expected: String {
    var parts: [String] = []
    if let count { parts.append(count == 1 ? "1 local minimum" : "\(count) local minima") }
    if !near.isEmpty {
      let places = near.map(readable).joined(separator: ", ")
      parts.append("at \(over) = \(places)" + (within > 0 ? " ± \(readable(within))" : ""))
    }
    return parts.joined(separator: " ")
  }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let curve = try rows([:]).decidableCurve(of: of, over: over)
    if let finding = curve.notFinite(of, over: over) { return finding }
    let means = curve.means
    let minima = localMinima(of: means)
    let places = minima.map { curve[$0].x }
    let listing = minima.map { "\(readable(curve[$0].x)) (\(of) \(readable(means[$0])))" }
    let evidence = curve.evidence { values in
      let places = localMinima(of: values).map { curve[$0].x }
      return (count.map { $0 == places.count } ?? true) && hasOneNearEach(places)
    }
    return Finding(
      evidence,
      ours: places.isEmpty ? "none" : "\(places.count): at " + places.map(readable).joined(separator: ", "),
      number: places.count == 1 ? places[0] : nil, count: curve.replicates,
      explanation: (places.isEmpty
        ? "\(of) over \(over) has no local minimum between the ends of the grid"
        : "local minima of \(of) at \(over) = \(listing.joined(separator: ", "))") + curve.agreement(evidence)
    )
  }

  /// Whether each expected place has a minimum of its own; both lists ascend.
  private func hasOneNearEach(_ places: [Double]) -> Bool {
    var next = 0
    for wanted in near {
      while next < places.count, places[next] < wanted, !areClose(places[next], wanted, within) { next += 1 }
      guard next < places.count, areClose(places[next], wanted, within) else { return false }
      next += 1
    }
    return true
  }
}

/// Interior indices lower than what is on both sides; of a flat stretch, the middle one.
func localMinima(of values: [Double]) -> [Int] {
  var minima: [Int] = []
  var start = 0
  while start < values.count {
    var end = start
    while end + 1 < values.count, values[end + 1] == values[start] { end += 1 }
    if start > 0, end + 1 < values.count, values[start - 1] > values[start], values[end + 1] > values[end] {
      minima.append((start + end) / 2)
    }
    start = end + 1
  }
  return minima
}
