import Declarations
import Foundation
import Statistics

/// A published number that is one draw, as of one random network, is one that could be ours: it is in the 95% prediction
/// interval m ± t(.975, n − 1)·s·√(1 + 1/n) of our n replicates. Of cosines near 1, m and s are those of log(1 − c).
/// Source: Hahn and Meeker 1991, Statistical Intervals, Section 4.2, doi 10.1002/9780470316771.
struct DrawCheck: Check {
  enum Scale: String, CaseIterable {
    case linear, log
    case logOneMinus = "log-one-minus"
  }
  let of: String
  let equals: Double
  let scale: Scale
  static let fewest = 25

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "draw",
      summary:
        "a published number that is one draw, as of one random network, is in the 95% prediction interval of "
        + "our replicates, of which there must be at least \(fewest)",
      parameters: [
        .of, .required("equals", .anyNumber, "the published number"),
        .defaulted(
          "scale", .choice(Scale.allCases.map(\.rawValue)), .string(Scale.linear.rawValue),
          "log for positive numbers, log-one-minus for cosines near 1: the interval is that of log(x), or of log(1 − x)"
        ),
      ], bounds: ["equals"]),
    make: {
      guard let scale = Scale(rawValue: try $0.string("scale")) else {
        throw RowFailure.badParameter(
          "scale", expected: "one of \(Scale.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return DrawCheck(of: try $0.string("of"), equals: try $0.number("equals"), scale: scale)
    })

  var expected: String { "\(readable(equals)), one draw" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let mean = sample.summary.mean
    let summary = Summary(of: sample.values.map(scaled))
    // All cosines 1: a network with a constant output has no distribution to have drawn from.
    guard summary.mean.isFinite, let interval = summary.predictionInterval() else {
      return sample.values.count > 1
        ? .notFinite("the mean of \(of) on the scale \(scale.rawValue)", summary.mean)
        : finding(sample, .none("it takes at least \(Self.fewest) replicates, and there is one"), nil)
    }
    let shown = unscaled(interval)
    guard sample.values.count >= Self.fewest else {
      let number = counted(sample.values.count, "replicate")
      return finding(
        sample, .none("it takes at least \(Self.fewest) replicates, and there are \(number)"), shown)
    }
    let place = scaled(equals)
    let holds = place >= interval.low && place <= interval.high
    return Finding(
      summary.standardDeviation > 0 ? .exact(holds: holds) : .broken, ours: readable(mean), number: mean,
      count: sample.values.count, interval: shown,
      explanation: summary.standardDeviation > 0
        ? "\(readable(equals)) is \(holds ? "within" : "outside of") the 95% prediction interval "
          + "\(shown.described) of \(of), whose mean is \(readable(mean))"
        : "\(of) is \(readable(mean)) in each replicate: there is nothing that could have been drawn")
  }

  private func finding(_ sample: Sample, _ evidence: Evidence, _ interval: Interval?) -> Finding {
    let mean = sample.summary.mean
    return Finding(
      evidence, ours: readable(mean), number: mean, count: sample.values.count, interval: interval,
      explanation: "\(of) is \(readable(mean))")
  }

  private func scaled(_ value: Double) -> Double {
    switch scale {
    case .linear: value
    case .log: Foundation.log(value)
    case .logOneMinus: log1p(-value)
    }
  }

  private func unscaled(_ interval: Interval) -> Interval {
    switch scale {
    case .linear: interval
    case .log: Interval(low: exp(interval.low), high: exp(interval.high))
    // 1 − e^x falls with x.
    case .logOneMinus: Interval(low: -expm1(interval.high), high: -expm1(interval.low))
    }
  }
}
