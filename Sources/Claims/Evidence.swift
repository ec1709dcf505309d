import Declarations
import Statistics

/// What the decision about a claim rests on.
package enum Evidence: Sendable, Equatable {
  /// Numbers without chance in them, or replicates that are all equal.
  case exact(holds: Bool)
  /// Tests against the bounds that are claimed: what the mean says, and the probability of a mean as far from the
  /// nearest bound if the truth were there.
  case test(holds: Bool, p: Double)
  /// How many replicates have the property by themselves, and whether their mean has it.
  case share(agreeing: Int, of: Int, holds: Bool)
  /// Too little to decide by, and why.
  case none(String)
  /// The numbers are not what the claim is about: infinite, constant where a distribution is asked about, a curve
  /// without what is looked for. It fails, and is no way to differ from the paper.
  case broken

  /// The level at which tests decide.
  package static let level = 0.05
  /// The least share of replicates that must agree with the mean of all.
  static let leastShare = 0.9

  package var p: Double? {
    if case .test(_, let p) = self { return p }
    return nil
  }

  /// - Parameter adjusted: p as corrected for the number of tests; nil where this is the only one.
  func decision(adjusted: Double? = nil) -> Finding.Decision {
    switch self {
    case .exact(let holds): return holds ? .pass : .fail
    case .none: return .inconclusive
    case .broken: return .broken
    case .test(let holds, let p): return adjusted ?? p <= Self.level ? (holds ? .pass : .fail) : .inconclusive
    case .share(let agreeing, let count, let holds):
      let share = Double(agreeing) / Double(count)
      if holds, share >= Self.leastShare { return .pass }
      return !holds && share <= 1 - Self.leastShare ? .fail : .inconclusive
    }
  }
}

extension Evidence {
  /// Whether an estimate is within the bounds: of both if both are given, by the test against the one that is more
  /// in doubt; where it is outside, by the test against the bound that it violates.
  ///
  /// - Parameter sides: 2 tests as a 95% interval does that must lie within the bounds; 1 as two one-sided tests at 5%.
  init(_ estimate: MeanDifference, low: Double?, high: Double?, sides: Double = 2) {
    let value = estimate.difference
    let violated = [low.flatMap { value < $0 ? $0 : nil }, high.flatMap { value > $0 ? $0 : nil }].compactMap
    { $0 }
    guard estimate.standardError != 0 else {
      self = .exact(holds: violated.isEmpty)
      return
    }
    guard estimate.hasSpread else {
      self = .unknownSpread
      return
    }
    let bounds = violated.isEmpty ? [low, high].compactMap { $0 } : violated
    let p = bounds.map { estimate.less($0).oneSidedTail * sides }.max() ?? 0
    self = .test(holds: violated.isEmpty, p: min(1, p))
  }
}

extension Evidence {
  /// Of the mean of a sample, against bounds.
  init(_ sample: Sample, low: Double?, high: Double?) {
    if let none = Self.singleDraw([sample]) {
      self = none
    } else if let mean = sample.estimate {
      self.init(mean, low: low, high: high)
    } else {
      let value = sample.summary.mean
      self = .exact(holds: value >= low ?? -.infinity && value <= high ?? .infinity)
    }
  }

  /// Nil where no sample is one draw of something random, which is no evidence of its distribution.
  static func singleDraw(_ samples: [Sample]) -> Evidence? {
    guard let chance = samples.filter(\.isSingleDraw).map(\.chance).max() else { return nil }
    let words = "one replicate of something random says nothing about its mean"
    return chance == .fixed
      ? .none(
        "\(words), and its \"seed\" is fixed in the config: without it, several seeds would give several")
      : .none("\(words); use several seeds, with \"replicates\"")
  }

  /// Where bootstrap samples have no finite quantity.
  static let unknownSpread = Evidence.none(
    "the quantity is no finite number in some samples of the items, so its spread is not known")
}
