import Declarations
import Statistics

/// Our mean is equivalent to a published one: two one-sided Welch tests at 5% of the difference against ± the margin,
/// which is to say that the 90% interval of the difference lies within it. The spread of the published runs is
/// what their 95% t interval of half-width h says, sd = h·√m/t(.975, m − 1) for m runs. Source: Schuirmann 1987, J.
/// Pharmacokinet. Biopharm. 15, 657, doi 10.1007/BF01068419.
struct EquivalentCheck: Check {
  let of: String
  let published: Summary
  /// Nil where it is not declared, or the published runs are not counted: then nothing is decided.
  let margin: Double?

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "equivalent",
      summary:
        "our mean over the replicates is equivalent to a published mean, by two one-sided Welch tests at 5%: "
        + "the 90% interval of the difference is within the margin",
      parameters: [
        .of, .required("mean", .anyNumber, "the published mean"),
        .optional(
          "margin", .positive,
          "the difference that counts as none, declared before the run; without it the check decides nothing"),
        .optional(
          "interval", .ends(areApart: false),
          "the published 95% t interval of the mean, low and high; without it the mean is a constant"),
        .optional(
          "runs", .integer(2...1_000_000), "the number of runs behind the interval", beside: "interval"),
      ], rules: [.between("mean", ends: "interval")], bounds: ["margin"],
      demands: [("margin", nil), ("runs", "interval")]),
    make: { parameters in
      let published = try published(parameters)
      return EquivalentCheck(
        of: try parameters.string("of"), published: published,
        margin: published.count == 0 ? nil : try parameters.optionalNumber("margin"))
    })

  private static func published(_ parameters: CheckParameters) throws -> Summary {
    let mean = try parameters.number("mean")
    let ends = try parameters.numbers("interval")
    guard !ends.isEmpty else { return Summary(count: 1, mean: mean, standardDeviation: .nan) }
    guard ends.count == 2, ends[0] <= mean, mean <= ends[1] else {
      throw RowFailure.badParameter("interval", expected: "two numbers around the mean")
    }
    guard let runs = try parameters.optionalNumber("runs") else {
      return Summary(count: 0, mean: mean, standardDeviation: .nan)
    }
    guard runs >= 2 else { throw RowFailure.badParameter("runs", expected: "at least 2") }
    let halfWidth = (ends[1] - ends[0]) / 2
    let t = StudentT.quantile(0.975, degrees: runs - 1)
    return Summary(count: Int(runs), mean: mean, standardDeviation: halfWidth * runs.squareRoot() / t)
  }

  var expected: String {
    let own = published.interval().map { " \($0.described), n = \(published.count)," } ?? ""
    return "\(readable(published.mean))\(own) equivalent within "
      + (margin.map { "± \(readable($0))" } ?? "an undeclared margin")
  }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let sample = try rows([:]).decidableSample(of: of)
    let summary = sample.summary
    guard summary.mean.isFinite else { return .notFinite(of, summary.mean) }
    let test = published.count == 0 ? nil : MeanDifference(summary, published)
    let evidence = evidence(sample, test)
    let interval = test?.interval(level: 0.9)
    let place =
      "\(of) is \(readable(summary.mean)), \(readable(summary.mean - published.mean)) from the published mean"
    return Finding(
      evidence, ours: readable(summary.mean), number: summary.mean, count: summary.count, interval: interval,
      level: 0.9,
      explanation: place + (interval.map { "; the 90% interval of the difference is \($0.described)" } ?? "")
        + advice(evidence, summary))
  }

  private func evidence(_ sample: Sample, _ test: MeanDifference?) -> Evidence {
    if let none = Evidence.singleDraw([sample]) { return none }
    guard let margin else {
      return .none("equivalence needs a \"margin\", and beside an \"interval\" its number of \"runs\"")
    }
    guard let test else { return .exact(holds: abs(sample.summary.mean - published.mean) <= margin) }
    return Evidence(test, low: -margin, high: margin, sides: 1)
  }

  /// How many more replicates would settle it if mean and spread stayed as they are.
  private func advice(_ evidence: Evidence, _ ours: Summary) -> String {
    guard let margin, evidence.decision() == .inconclusive, ours.count > 1, ours.standardDeviation > 0 else {
      return ""
    }
    let most = 10_000
    let enough = (ours.count + 1..<ours.count + most).first { count in
      let more = Summary(count: count, mean: ours.mean, standardDeviation: ours.standardDeviation)
      guard let test = MeanDifference(more, published) else { return false }
      return Evidence(test, low: -margin, high: margin, sides: 1).decision() != .inconclusive
    }
    guard let enough else {
      return "; more seeds alone would not decide it: the published spread is too large"
    }
    return "; about \(counted(enough - ours.count, "more seed")) would decide it"
  }
}
