import Declarations
import Statistics

/// The quantity equals a number, within a tolerance.
struct ValueCheck: Check {
  let of: String
  let equals: Double
  let within: Double

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "value",
      summary:
        "the quantity equals a number; over replicates, the 95% interval of the mean is within the tolerance",
      parameters: [
        .of, .required("equals", .anyNumber, "the paper's number"),
        .within("the allowed distance from it"), .overPairs,
      ], bounds: ["within"]),
    make: {
      ValueCheck(
        of: try $0.string("of"), equals: try $0.number("equals"),
        within: try $0.number("within"))
    })

  var expected: String { within > 0 ? "\(readable(equals)) ± \(readable(within))" : readable(equals) }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let summary = sample.summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    let distance = abs(summary.mean - equals)
    // The rounding of doubles is no difference.
    let reach = max(within, areClose(summary.mean, equals, within) ? distance : 0)
    return Finding(
      Evidence(sample, low: equals - reach, high: equals + reach), ours: readable(summary.mean),
      number: summary.mean, count: summary.count, interval: sample.interval,
      explanation: "\(of) is \(readable(summary.mean)), \(readable(distance)) from \(readable(equals)); "
        + "allowed \(readable(within))")
  }
}

/// Whether two numbers are no further apart than `tolerance`, give or take the rounding of doubles.
func areClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  abs(a - b) <= tolerance + 1e-9 * max(abs(a), abs(b), tolerance)
}
