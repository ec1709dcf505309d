import Declarations
import Statistics

/// Judges one number by its reference.
struct NumberJudge {
  enum Outcome: Equatable {
    case same(JudgementRule)
    case differs(JudgementRule, String)
    /// Why nothing can be said.
    case unjudged(String)
    /// The rule is for other environments or kinds only.
    case passedOver
  }

  let environment: EnvironmentClass
  /// How many numbers the two statistical rules judge.
  let trained: Int
  let claims: Int

  init(_ environment: EnvironmentClass, _ reference: [ReferenceNumber]) {
    self.environment = environment
    trained = reference.count { $0.kind == .trained }
    claims = reference.count { $0.kind == .claim }
  }

  func judge(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    if environment == .same { return equal(new, reference) }
    switch reference.kind {
    case .digest: return .passedOver
    case .text: return text(new, reference)
    case .real, .cosine: return real(new, reference)
    case .count, .place: return count(new, reference)
    case .trained: return prediction(new, reference)
    case .claim: return claim(new, reference)
    }
  }

  // MARK: - The same environment

  private func equal(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    let rule: JudgementRule = reference.kind == .digest ? .digest : .equality
    if Self.isEqual(new, reference) { return .same(rule) }
    guard reference.kind == .real || reference.kind == .cosine, let tolerance = reference.tolerance,
      case let apart = deviation(new, reference), apart <= tolerance
    else { return .differs(rule, changed(new, reference)) }
    return .differs(
      rule,
      "\(changed(new, reference)), which is within the tolerance of another environment, but not the same number"
    )
  }

  static func isEqual(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Bool {
    new.value == reference.value && new.count == reference.count && new.deviation == reference.deviation
      && new.interval == reference.interval
  }

  // MARK: - Another environment

  private func text(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    new.value == reference.value ? .same(.equality) : .differs(.equality, changed(new, reference))
  }

  private func real(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    guard let tolerance = reference.tolerance else {
      return .unjudged("it has no tolerance yet; calibrate again")
    }
    let apart = deviation(new, reference)
    if apart <= tolerance { return .same(.ensemble) }
    return .differs(.ensemble, "\(changed(new, reference)): \(Self.times(apart, tolerance))")
  }

  private func deviation(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Double {
    guard let r = new.value.number, let r0 = reference.value.number else { return .infinity }
    return Deviation.of(reference.kind, r, r0)
  }

  private static func times(_ apart: Double, _ tolerance: Double) -> String {
    "\(readable(apart)) apart, \(readable(apart / tolerance)) times the tolerance \(readable(tolerance))"
  }

  /// Shares of items are compared up to the rounding of their division.
  private func count(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    guard let r = new.value.number, let r0 = reference.value.number else {
      return .differs(.margin, changed(new, reference))
    }
    if r == r0 || (r.isNaN && r0.isNaN) { return .same(.margin) }
    if reference.kind == .place, reference.change == nil {
      return .unjudged("its margin has no tolerance yet; calibrate again")
    }
    let allowed = (reference.change ?? 0) + Precision.double.floor * (1 + abs(r0))
    if abs(r - r0) <= allowed { return .same(.margin) }
    return .differs(.margin, "\(changed(new, reference)), but \(Self.margin(reference))")
  }

  private static func margin(_ reference: ReferenceNumber) -> String {
    let change = reference.change ?? 0
    let allowed = change > 0 ? "it may change by \(readable(change)) only" : "it may not change"
    guard let margin = reference.margin, let tolerance = reference.tolerance else { return allowed }
    return "\(allowed): the nearest margin is \(readable(margin)), the tolerance \(readable(tolerance))"
  }

  private func prediction(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    guard let sample = reference.summary else {
      return .unjudged("its reference has no replicates, and another environment trains another network")
    }
    guard let value = new.value.number, value.isFinite else {
      return .differs(.prediction, changed(new, reference))
    }
    let bounds = sample.predictionInterval(draws: new.count ?? 1, family: trained)
    if bounds.low <= value, value <= bounds.high { return .same(.prediction) }
    return .differs(.prediction, "\(changed(new, reference)), outside of \(bounds.described)")
  }

  /// Means with intervals differ where Welch's test says so; verdicts without, where they are not the same. A verdict
  /// that changes while its number does not is the claim's own failure, which its exit status says.
  private func claim(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    guard let old = Self.sample(reference) else { return verdict(new, reference) }
    guard let sample = Self.sample(new) else {
      return .differs(
        .claim, "its interval is missing, or has no number; the reference's is \(Self.described(reference))")
    }
    let level = FamilyLevel.night / Double(max(1, claims))
    let isRounding = Deviation.between(sample.mean, old.mean) <= Precision.single.floor
    guard !isRounding, let test = MeanDifference(sample, old), !(test.twoSided >= level) else {
      return .same(.claim)
    }
    return .differs(
      .claim,
      "\(new.value.plain) with \(Self.described(new)) instead of \(reference.value.plain) with \(Self.described(reference)) (p = \(readable(test.twoSided)))"
    )
  }

  private func verdict(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> Outcome {
    new.value == reference.value ? .same(.claim) : .differs(.claim, changed(new, reference))
  }

  private static func described(_ number: ReferenceNumber) -> String {
    number.interval?.described ?? "no interval"
  }

  /// Mean and deviation as the half-width t·s/√n of its interval gives them.
  private static func sample(_ number: ReferenceNumber) -> Summary? {
    guard let count = number.count, count > 1, let interval = number.interval, let level = number.level,
      interval.low.isFinite, interval.high.isFinite
    else { return nil }
    let t = StudentT.quantile(0.5 + level / 2, degrees: Double(count - 1))
    let half = (interval.high - interval.low) / 2
    return Summary(
      count: count, mean: interval.low + half, standardDeviation: half / t * Double(count).squareRoot())
  }

  private func changed(_ new: ReferenceNumber, _ reference: ReferenceNumber) -> String {
    func spelled(_ number: ReferenceNumber) -> String {
      let text = number.value.plain
      return number.kind == .digest ? String(text.prefix(12)) : text.isEmpty ? "no text" : text
    }
    return "\(spelled(new)) instead of \(spelled(reference))"
  }
}

extension Summary {
  /// Within which the mean of m new replicates lies: m̄ ± t(1 − α/2f, n − 1)·s·√(1/m + 1/n) of the reference's n.
  package func predictionInterval(draws: Int, family: Int) -> Interval {
    let level = FamilyLevel.night / Double(max(1, family))
    let t = StudentT.quantile(1 - level / 2, degrees: Double(count - 1))
    let share = (1 / Double(max(1, draws)) + 1 / Double(count)).squareRoot()
    let reach = max(t * standardDeviation * share, Precision.single.floor * (1 + abs(mean)))
    return Interval(low: mean - reach, high: mean + reach)
  }
}
