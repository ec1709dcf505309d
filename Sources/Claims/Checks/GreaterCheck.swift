import Declarations
import Statistics

/// The quantity is greater in the first selection than in the second.
struct GreaterCheck: Check {
  let of: String
  let first: Selection
  let second: Selection

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "greater",
      summary: "the quantity is greater in the first selection than in the second; over replicates, the "
        + "95% t interval of the difference (paired where both have the same replicates) decides",
      parameters: [
        .of,
        .required(
          "where", .list(.selection, least: 2, most: 2),
          "the selection with the greater value, then the one with the smaller"),
        .overPairs,
      ]),
    make: { parameters in
      let (first, second) = try parameters.twoSelections()
      return GreaterCheck(of: try parameters.string("of"), first: first, second: second)
    })

  var expected: String { "\(describe(first)) > \(describe(second))" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let more = try rows(first).decidableSample(of: of)
    let less = try rows(second).decidableSample(of: of)
    let (a, b) = (more.summary, less.summary)
    let difference = a.mean - b.mean
    guard difference.isFinite else { return .notFinite("the difference", difference) }
    let test = meanDifference(more, less)
    let interval = test?.interval()
    return Finding(
      evidence(difference, test, [more, less]), ours: "\(readable(a.mean)) against \(readable(b.mean))",
      number: difference, count: min(a.count, b.count), interval: interval,
      explanation: "\(of): \(readable(a.mean)) against \(readable(b.mean)), difference "
        + readable(difference) + (interval.map { ", 95% interval \($0.described)" } ?? ""))
  }

  private func evidence(_ difference: Double, _ test: MeanDifference?, _ samples: [Sample]) -> Evidence {
    if let none = Evidence.singleDraw(samples) { return none }
    guard let test, test.standardError != 0 else { return .exact(holds: difference > 0) }
    guard test.hasSpread else { return .unknownSpread }
    return .test(holds: difference > 0, p: test.twoSided)
  }
}
