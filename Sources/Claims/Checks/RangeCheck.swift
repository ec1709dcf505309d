import Declarations
import Statistics

/// The quantity lies between two bounds, either of which may be left out.
struct RangeCheck: Check {
  let of: String
  let bounds: Bounds

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "range",
      summary: "the quantity is between bounds; over replicates, the 95% interval of the mean is",
      parameters: [
        .of, .optional("low", .anyNumber, "the lower bound"),
        .optional("high", .anyNumber, "the upper bound"), .overPairs,
      ], rules: [.atLeastOne(["low", "high"]), .ascending("low", "high")], bounds: ["low", "high"]),
    make: { parameters in
      RangeCheck(of: try parameters.string("of"), bounds: try Bounds(parameters))
    })

  var expected: String { bounds.described }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let summary = sample.summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    return Finding(
      Evidence(sample, low: bounds.low, high: bounds.high), ours: readable(summary.mean),
      number: summary.mean, count: summary.count, interval: sample.interval,
      explanation: "\(of) is \(readable(summary.mean)); expected \(bounds.described)")
  }
}

/// A closed range with one or both ends.
struct Bounds {
  let low: Double?
  let high: Double?

  init(_ parameters: CheckParameters) throws {
    low = try parameters.optionalNumber("low")
    high = try parameters.optionalNumber("high")
    if low == nil, high == nil { throw RowFailure.badParameter("low or high", expected: "given") }
  }

  func contain(_ value: Double) -> Bool {
    value >= (low ?? -.infinity) && value <= (high ?? .infinity)
  }

  var described: String {
    switch (low, high) {
    case (let low?, let high?): "\(readable(low)) to \(readable(high))"
    case (let low?, nil): "at least \(readable(low))"
    case (nil, let high?): "at most \(readable(high))"
    case (nil, nil): "any number"
    }
  }
}
