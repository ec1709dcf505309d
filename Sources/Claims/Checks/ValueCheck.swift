import Declarations
import Statistics

/// The quantity equals a number, within a tolerance.
struct ValueCheck: Check {
  let of: String
  let equals: Double
  let within: Double

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "value", summary: "the quantity equals a number; over replicates, their mean does",
      parameters: [
        .of, .required("equals", .anyNumber, "the paper's number"),
        .within("the allowed distance from it"),
      ]),
    make: {
      ValueCheck(
        of: try $0.string("of"), equals: try $0.number("equals"),
        within: try $0.number("within"))
    })

  var expected: String { within > 0 ? "\(readable(equals)) ± \(readable(within))" : readable(equals) }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let summary = try rows([:]).decidableSample(of: of).summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    let distance = abs(summary.mean - equals)
    let holds = distance <= within || areClose(summary.mean, equals, within)
    return Finding(
      decision: holds ? .pass : .fail, ours: readable(summary.mean), number: summary.mean,
      count: summary.count, interval: summary.interval(),
      explanation: "\(of) is \(readable(summary.mean)), \(readable(distance)) from \(readable(equals)); "
        + "allowed \(readable(within))")
  }
}

/// Whether two numbers are no further apart than `tolerance`, give or take the rounding of doubles.
func areClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  abs(a - b) <= tolerance + 1e-9 * max(abs(a), abs(b), tolerance)
}
