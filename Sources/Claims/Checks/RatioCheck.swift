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
        .optional("high", .anyNumber, "the upper bound"), .overPairs,
      ],
      rules: [
        .atLeastOne(["equals", "low", "high"]), .apart("equals", ["low", "high"]), .ascending("low", "high"),
      ], bounds: ["within", "low", "high"]),
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
      evidence(ratio, interval, top, bottom), ours: readable(ratio), number: ratio,
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

  /// Over replicates, the test of a − θb = 0 at the claimed bounds θ decides, which is Fieller's interval inside out.
  private func evidence(
    _ ratio: Double, _ interval: RatioInterval?, _ top: Sample, _ bottom: Sample
  ) -> Evidence {
    if let none = Evidence.singleDraw([top, bottom]) { return none }
    switch interval {
    case nil: return .exact(holds: holds(ratio))
    case .unbounded: return .none("the ratio has no bounds")
    case .bounded(let interval):
      if interval.low >= interval.high { return .exact(holds: holds(ratio)) }
      let p = deciding(ratio).compactMap { differenceTest(top, bottom, times: $0)?.twoSided }.max()
      return .test(holds: holds(ratio), p: p ?? 0)
    }
  }

  /// The bounds that the decision depends on: all where the ratio is within them, else the one that it violates.
  private func deciding(_ ratio: Double) -> [Double] {
    let low: Double?
    let high: Double?
    switch target {
    case .number(let number, let within): (low, high) = (number - within, number + within)
    case .bounds(let bounds): (low, high) = (bounds.low, bounds.high)
    }
    if holds(ratio) { return [low, high].compactMap { $0 } }
    return [low.flatMap { ratio < $0 ? $0 : nil } ?? high].compactMap { $0 }
  }

  private func holds(_ ratio: Double) -> Bool {
    switch target {
    case .number(let number, let within): areClose(ratio, number, within)
    case .bounds(let bounds): bounds.contain(ratio)
    }
  }
}
