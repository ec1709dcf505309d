import Declarations
import Statistics

/// The quantity lies between two bounds, either of which may be left out: the mean over replicates does, or each
/// replicate by itself, for statements about every network.
struct RangeCheck: Check {
  let of: String
  let bounds: Bounds
  let isOfEach: Bool

  static let variant = variant(
    "range", "the quantity is between bounds; over replicates, the 95% interval of the mean is",
    isOfEach: false)
  static let each = variant(
    "each", "each replicate by itself is between bounds: one that is not refutes the claim", isOfEach: true)

  private static func variant(_ name: String, _ summary: String, isOfEach: Bool) -> CheckVariant {
    CheckVariant(
      signature: CheckSignature(
        name: name, summary: summary,
        parameters: [
          .of, .optional("low", .anyNumber, "the lower bound"),
          .optional("high", .anyNumber, "the upper bound"),
        ] + (isOfEach ? [] : [.overPairs]),
        rules: [.atLeastOne(["low", "high"]), .ascending("low", "high")], bounds: ["low", "high"]),
      make: {
        RangeCheck(of: try $0.string("of"), bounds: try Bounds($0), isOfEach: isOfEach)
      })
  }

  var expected: String { (isOfEach ? "each " : "") + bounds.described }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let summary = sample.summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    let ours = isOfEach ? sample.described : readable(summary.mean)
    return Finding(
      evidence(sample), ours: ours, number: summary.mean, count: summary.count, interval: sample.interval,
      explanation: "\(of) is \(ours); expected \(expected)")
  }

  private func evidence(_ sample: Sample) -> Evidence {
    guard isOfEach else { return Evidence(sample, low: bounds.low, high: bounds.high) }
    // One draw can refute a statement about each, but not bear it out.
    let holds = sample.values.allSatisfy(bounds.contain)
    return (holds ? Evidence.singleDraw([sample]) : nil) ?? .exact(holds: holds)
  }
}

extension Sample {
  /// `0.1 to 0.3`; one number where all are equal.
  fileprivate var described: String {
    let (least, most) = (values.min() ?? .nan, values.max() ?? .nan)
    return least == most ? readable(least) : "\(readable(least)) to \(readable(most))"
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
