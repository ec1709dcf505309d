import Statistics

/// By what a number was judged.
package enum JudgementRule: String, Sendable, CaseIterable {
  /// Whether it is there.
  case presence
  case digest
  /// Texts, and everything in the same environment.
  case equality
  case ensemble
  case margin
  case prediction
  case claim
  case prefix
  case canary
  case drift

  /// How often it is wrong where nothing changed.
  package var level: String {
    switch self {
    case .presence, .digest, .equality: "never wrong by chance"
    case .ensemble: "\(readable(EnsembleTolerance.factor)) times the largest move of the ensemble; no level"
    case .margin: "items within twice the tolerance; no level"
    case .prediction, .claim, .prefix: "\(Self.night) a night for the family, by Bonferroni"
    case .canary: "\(Self.night) a night, of known components"
    case .drift: "one false alarm of the family in \(readable(CUSUM.nights)) nights"
    }
  }

  private static let night = "\(readable(100 * FamilyLevel.night))%"
}

package enum FindingLevel: Int, Sendable, Comparable {
  case green
  /// Not confirmed by a second set of numbers, of fresh seeds or a fresh store.
  case amber
  case red

  package static func < (a: FindingLevel, b: FindingLevel) -> Bool { a.rawValue < b.rawValue }
}

/// A number that is not what it should be.
package struct Finding: Sendable, Equatable {
  package let level: FindingLevel
  package let rule: JudgementRule
  package let key: NumberKey
  /// The numbers, in one sentence.
  package let message: String
  /// Whether something is missing or cannot be judged, rather than wrong.
  package var isError: Bool

  package init(
    level: FindingLevel, rule: JudgementRule, key: NumberKey, message: String, isError: Bool = false
  ) {
    (self.level, self.rule, self.key) = (level, rule, key)
    (self.message, self.isError) = (message, isError)
  }
}

/// How many numbers were judged by one rule.
package struct RuleFamily: Sendable, Equatable {
  package let rule: JudgementRule
  package let count: Int
  package var level: String { rule.level }

  package init(rule: JudgementRule, count: Int) { (self.rule, self.count) = (rule, count) }
}
