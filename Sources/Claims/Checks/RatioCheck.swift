import Declarations
import Statistics

/// The quantity in the first selection, divided by that in the second.
struct RatioCheck: Check {
  enum Target {
    case number(Double, within: Double)
    case bounds(Bounds)
  }
  let of: String
  let first: Selection
  let second: Selection
  let target: Target

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "ratio",
      summary: "the quantity in the first selection divided by that in the second; over replicates Fieller's "
        + "95% interval decides, paired where both have the same replicates",
      parameters: [
        .of, .required("where", .list(.selection, least: 2, most: 2), "the numerator, then the denominator"),
        .optional("equals", .anyNumber, "the paper's ratio"),
        .within("the allowed distance from it", beside: "equals"),
        .optional("low", .anyNumber, "the lower bound"),
        .optional("high", .anyNumber, "the upper bound"),
      ],
      rules: [
        .atLeastOne(["equals", "low", "high"]), .apart("equals", ["low", "high"]), .ascending("low", "high"),
      ]),
    make: { parameters in
      let (first, second) = try parameters.twoSelections()
      let target: Target =
        if let number = try parameters.optionalNumber("equals") {
          .number(number, within: try parameters.number("within"))
        } else {
          .bounds(try Bounds(parameters))
        }
      return RatioCheck(of: try parameters.string("of"), first: first, second: second, target: target)
    })

  var expected: String {
    let ratio = "(\(describe(first))) / (\(describe(second)))"
    return switch target {
    case .number(let number, let within):
      "\(ratio) = \(readable(number))" + (within > 0 ? " ± \(readable(within))" : "")
    case .bounds(let bounds): "\(ratio) \(bounds.described)"
    }
  }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let top = try rows(first).decidableSample(of: of)
    let below = try rows(second)
    let bottom = try below.decidableSample(of: of)
    if bottom.values.allSatisfy({ Self.isZero($0, beside: top.summary.mean) }) {
      throw RowFailure.zeroDenominator(
        of, table: below.name, rows: below.rows.prefix(3).map { below.describe($0, but: of) })
    }
    let ratio = top.summary.mean / bottom.summary.mean
    let interval = ratioInterval(top, bottom)
    guard ratio.isFinite || interval == .unbounded else { return .notFinite("the ratio", ratio) }
    let what = "\(of): \(readable(top.summary.mean)) / \(readable(bottom.summary.mean)) = \(readable(ratio))"
    return Finding(
      decision: decision(ratio, interval), ours: readable(ratio), number: ratio,
      count: min(top.values.count, bottom.values.count), interval: interval?.bounds,
      explanation: what + explanation(interval, bottom))
  }

  /// Zero, or what rounding leaves of it: nothing that is measured here is 10¹² times something else.
  private static func isZero(_ value: Double, beside top: Double) -> Bool {
    abs(value) <= 1e-12 * abs(top) || value == 0
  }

  private func explanation(_ interval: RatioInterval?, _ bottom: Sample) -> String {
    guard interval == .unbounded else { return "" }
    let own = bottom.summary.interval().map { ", \($0.described)," } ?? ""
    return
      "; the 95% interval of the denominator\(own) includes 0, so the ratio has no "
      + "bounds"
  }

  /// Over replicates the interval decides: within what is claimed, apart from it, or neither.
  private func decision(_ ratio: Double, _ interval: RatioInterval?) -> Finding.Decision {
    switch interval {
    case nil: return holds(ratio) ? .pass : .fail
    case .unbounded: return .inconclusive
    case .bounded(let interval):
      if interval.low >= interval.high { return holds(ratio) ? .pass : .fail }
      if holds(interval.low), holds(interval.high) { return .pass }
      return meets(interval) ? .inconclusive : .fail
    }
  }

  private func holds(_ ratio: Double) -> Bool {
    switch target {
    case .number(let number, let within): areClose(ratio, number, within)
    case .bounds(let bounds): bounds.contain(ratio)
    }
  }

  /// Whether some of what is claimed lies in the interval.
  private func meets(_ interval: Interval) -> Bool {
    switch target {
    case .number(let number, let within):
      interval.low <= number + within && interval.high >= number - within
    case .bounds(let bounds):
      interval.low <= bounds.high ?? .infinity && interval.high >= bounds.low ?? -.infinity
    }
  }
}
