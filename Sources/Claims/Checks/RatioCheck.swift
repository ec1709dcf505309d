import Contracts

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
      summary: "the quantity in the first selection divided by that in the second; over replicates that both "
        + "have, the 95% t interval of their ratios decides",
      parameters: [
        .of, .required("where", .list(.selection, least: 2, most: 2), "the numerator, then the denominator"),
        .optional("equals", .anyNumber, "the paper's ratio"), .within("how far ours may be from it"),
        .optional("low", .anyNumber, "the least it may be"),
        .optional("high", .anyNumber, "the most it may be"),
      ], rules: [.atLeastOne(["equals", "low", "high"]), .ascending("low", "high")]),
    make: { parameters in
      let (first, second) = try parameters.twoSelections()
      let target: Target =
        if let number = try parameters.optionalNumber("equals") {
          .number(number, within: try parameters.optionalNumber("within") ?? 0)
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
    let top = try rows(first).sample(of: of)
    let bottom = try rows(second).sample(of: of)
    let ratio = top.summary.mean / bottom.summary.mean
    guard ratio.isFinite else { return .notFinite("the ratio", ratio) }
    let each = paired(top, bottom).map { Summary(of: $0.map { $0.0 / $0.1 }) }
    return Finding(
      decision: decision(ratio, each?.interval()), ours: readable(ratio), number: ratio,
      count: min(top.values.count, bottom.values.count), interval: each?.interval(),
      explanation: "\(of): \(readable(top.summary.mean)) / \(readable(bottom.summary.mean)) = "
        + readable(ratio))
  }

  /// Over replicates the interval decides: within what is claimed, apart from it, or neither.
  private func decision(_ ratio: Double, _ interval: Interval?) -> Finding.Decision {
    guard let interval, interval.low < interval.high else { return holds(ratio) ? .pass : .fail }
    if holds(interval.low), holds(interval.high) { return .pass }
    return meets(interval) ? .inconclusive : .fail
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
