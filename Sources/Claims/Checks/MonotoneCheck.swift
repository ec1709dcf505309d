import Declarations
import Statistics

/// The quantity only rises, or only falls, along a grid.
struct MonotoneCheck: Check {
  let of: String
  let over: String
  let rises: Bool
  let isStrict: Bool

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "monotone",
      summary: "the quantity only rises, or only falls, along a grid; over replicates, a step in the other "
        + "direction makes the claim inconclusive if its 95% interval reaches 0; over samples of the pairs, every step "
        + "is tested, paired by sample",
      parameters: [
        .of, .over, .required("direction", .choice(["increasing", "decreasing"]), "the direction"),
        .defaulted("strict", .boolean, .bool(false), "equal neighbours are not allowed"), .bootstrap,
      ]),
    make: { parameters in
      let direction = try parameters.string("direction")
      guard ["increasing", "decreasing"].contains(direction) else {
        throw RowFailure.badParameter("direction", expected: "\"increasing\" or \"decreasing\"")
      }
      return MonotoneCheck(
        of: try parameters.string("of"), over: try parameters.string("over"),
        rises: direction == "increasing", isStrict: try parameters.flag("strict"))
    })

  private var word: String { (isStrict ? "strictly " : "") + (rises ? "increasing" : "decreasing") }

  var expected: String { "\(word) over \(over)" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let curve = try rows([:]).decidableCurve(of: of, over: over)
    let means = curve.means
    guard curve.count > 1, let first = means.first, let last = means.last else {
      return Finding(
        .broken, ours: "one point", explanation: "one point of \(over) has no direction")
    }
    if let finding = curve.notFinite(of, over: over) { return finding }
    let steps = Array(zip(curve, curve.dropFirst()))
    let breaks = steps.filter { !follows($0.sample, $1.sample) }
    let range = "\(readable(first)) to \(readable(last))"
    return Finding(
      curve.resampledSingleDraw
        ?? (curve.samples > 1 ? resampledEvidence(steps, breaks) : evidence(breaks)),
      ours: breaks.isEmpty ? range : "\(range), broken \(counted(breaks.count, "time"))",
      count: curve.first?.sample.values.count ?? 0,
      explanation: breaks.first.map { broken in
        "\(of) goes from \(readable(broken.0.sample.summary.mean)) at \(over) = \(readable(broken.0.x)) "
          + "to \(readable(broken.1.sample.summary.mean)) at \(readable(broken.1.x))"
      } ?? "\(of) is \(word) over \(counted(curve.count, "value")) of \(over), from \(range)")
  }

  private func evidence(_ breaks: [(CurvePoint, CurvePoint)]) -> Evidence {
    breaks.isEmpty || breaks.contains { isCertain($0, $1) }
      ? .exact(holds: breaks.isEmpty)
      : .none("the interval of each step in the other direction includes 0")
  }

  /// Over samples of the pairs: the claim holds if each step differs from 0, so the least certain one decides
  /// (intersection-union); it fails if one step in the other direction does, by Bonferroni for the number of steps.
  private func resampledEvidence(
    _ steps: [(CurvePoint, CurvePoint)], _ breaks: [(CurvePoint, CurvePoint)]
  ) -> Evidence {
    func p(_ step: (CurvePoint, CurvePoint)) -> Double {
      guard let test = meanDifference(step.1.sample, step.0.sample), test.standardError != 0 else { return 0 }
      return test.hasSpread ? test.twoSided : 1
    }
    guard breaks.isEmpty else {
      return .test(holds: false, p: min(1, Double(steps.count) * (breaks.map(p).min() ?? 1)))
    }
    return .test(holds: true, p: steps.map(p).max() ?? 1)
  }

  /// Whether a step that goes the wrong way does so beyond its interval.
  private func isCertain(_ earlier: CurvePoint, _ later: CurvePoint) -> Bool {
    guard let step = meanDifference(later.sample, earlier.sample)?.interval() else { return true }
    return rises ? step.high < 0 : step.low > 0
  }

  private func follows(_ earlier: Sample, _ later: Sample) -> Bool {
    let step = later.summary.mean - earlier.summary.mean
    return isStrict ? (rises ? step > 0 : step < 0) : (rises ? step >= 0 : step <= 0)
  }
}
