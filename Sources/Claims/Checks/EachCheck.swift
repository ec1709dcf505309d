import Declarations
import Statistics

/// Each replicate by itself is between two bounds, either of which may be left out: for statements about every
/// network rather than their mean.
struct EachCheck: Check {
  let of: String
  let bounds: Bounds

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "each",
      summary: "each replicate by itself is between bounds: their mean is, and so are nine in ten",
      parameters: [
        .of, .optional("low", .anyNumber, "the lower bound"),
        .optional("high", .anyNumber, "the upper bound"),
      ], rules: [.atLeastOne(["low", "high"]), .ascending("low", "high")], bounds: ["low", "high"]),
    make: { parameters in
      EachCheck(of: try parameters.string("of"), bounds: try Bounds(parameters))
    })

  var expected: String { "each \(bounds.described)" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let summary = sample.summary
    guard let least = sample.values.min(), let most = sample.values.max(), least.isFinite, most.isFinite
    else {
      return .notFinite(of, summary.mean)
    }
    let evidence = evidence(sample)
    return Finding(
      evidence, ours: least == most ? readable(least) : "\(readable(least)) to \(readable(most))",
      number: least,
      count: summary.count, interval: sample.interval,
      explanation: "\(of) is between \(readable(least)) and \(readable(most))" + evidence.agreement())
  }

  private func evidence(_ sample: Sample) -> Evidence {
    if let none = Evidence.singleDraw([sample]) { return none }
    guard sample.values.count > 1 else { return .exact(holds: bounds.contain(sample.summary.mean)) }
    return .share(
      agreeing: sample.values.count(where: bounds.contain), of: sample.values.count,
      holds: bounds.contain(sample.summary.mean))
  }
}
