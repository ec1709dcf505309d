import Declarations
import Statistics

/// Our mean is equivalent to a published one: two one-sided t tests at 5%, which is to say that our 90%
/// interval lies within the margin. The margin is the published 95% interval unless one is given.
/// Source: Schuirmann 1987, J. Pharmacokinet. Biopharm. 15, 657.
struct EquivalentCheck: Check {
  let of: String
  let mean: Double
  let margin: Interval

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "equivalent",
      summary: "our mean over the replicates is equivalent to a published mean, by two one-sided tests",
      parameters: [
        .of, .required("mean", .anyNumber, "the published mean"),
        .required(
          "interval", .ends(areApart: false), "the published 95% interval, low and high"),
        .optional(
          "margin", .positive, "the distance from the mean that counts as equal; replaces the interval"),
      ], rules: [.between("mean", ends: "interval")]),
    make: { parameters in
      let mean = try parameters.number("mean")
      let published = try parameters.numbers("interval")
      guard published.count == 2, published[0] <= mean, mean <= published[1] else {
        throw RowFailure.badParameter("interval", expected: "two numbers around the mean")
      }
      let margin =
        try parameters.optionalNumber("margin").map { Interval(low: mean - $0, high: mean + $0) }
        ?? Interval(low: published[0], high: published[1])
      return EquivalentCheck(of: try parameters.string("of"), mean: mean, margin: margin)
    })

  var expected: String { "\(readable(mean)), equivalent within \(margin.described)" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let summary = try rows([:]).decidableSample(of: of).summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    let (decision, reason) = decide(summary)
    return Finding(
      decision: decision, ours: readable(summary.mean), number: summary.mean, count: summary.count,
      interval: summary.interval(), explanation: reason)
  }

  private func decide(_ summary: Summary) -> (Finding.Decision, String) {
    guard let ours = summary.interval(level: 0.9) else {
      return (
        .inconclusive, "inconclusive: one number has no variance; if it depends on the seed, use more seeds"
      )
    }
    let place = "our 90% interval \(ours.described) against the margin \(margin.described)"
    if ours.low >= margin.low, ours.high <= margin.high { return (.pass, "\(place): inside it") }
    if ours.high < margin.low || ours.low > margin.high { return (.fail, "\(place): they do not overlap") }
    return (.inconclusive, "inconclusive, \(seedsWanted(summary)): \(place)")
  }

  /// How many more replicates would settle it if mean and spread stayed as they are: the least m with
  /// t(.95, m−1)·sd/√m below the distance to the nearest bound.
  private func seedsWanted(_ summary: Summary) -> String {
    let distance = min(abs(summary.mean - margin.low), abs(summary.mean - margin.high))
    let most = 10_000
    let enough = (summary.count + 1..<summary.count + most).first { m in
      let reach = StudentT.quantile(0.95, degrees: Double(m - 1)) * summary.standardDeviation
      return reach / Double(m).squareRoot() < distance
    }
    guard let enough else { return "more than \(most) more seeds" }
    let more = enough - summary.count
    return "about \(counted(more, "more seed"))"
  }
}
