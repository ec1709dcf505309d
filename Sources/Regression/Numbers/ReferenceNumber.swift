import Declarations
import Statistics

/// How a number is judged where the environment is another one. In the same environment, every number must be equal.
package enum NumberKind: String, Sendable, CaseIterable {
  /// A stage's digest: judged in the same environment only.
  case digest
  /// Words: equal everywhere.
  case text
  /// |r − r₀|/(1 + |r₀|) within the tolerance.
  case real
  /// A cosine similarity near 1: the same of 1 − c.
  case cosine
  /// May change by a multiple of what the ensemble changed in its column.
  case count
  /// The coordinate of an extreme: may change where the second best is nearer than twice the tolerance.
  case place
  /// What a trained network gives: within a prediction interval of the reference's replicates.
  case trained
  /// A verdict, with the interval that decided.
  case claim

  var isText: Bool { self == .digest || self == .text || self == .claim }
}

/// One number of an experiment, with what its rule needs.
package struct ReferenceNumber: Sendable, Equatable {
  package let experiment: String
  /// `table/quantity/key=value,key=value`.
  package let id: String
  package let kind: NumberKind
  package let value: Cell
  /// Of `real` and `cosine`, and of the values whose order decides a `place`. Nil before calibration.
  package var tolerance: Double?
  /// What the tolerance was taken from: `ensemble-34`, `floor-double`.
  package var toleranceSource: String?
  /// How far the second best is from the best, as the tolerance is measured.
  package var margin: Double?
  /// By how much a count or place may change.
  package var change: Double?
  /// Replicates, and their standard deviation.
  package var count: Int?
  package var deviation: Double?
  package var interval: Interval?
  /// Of the interval.
  package var level: Double?

  package init(experiment: String, id: String, kind: NumberKind, value: Cell) {
    (self.experiment, self.id, self.kind, self.value) = (experiment, id, kind, value)
  }

  package init(experiment: String, id: String, trained summary: Summary) {
    self.init(experiment: experiment, id: id, kind: .trained, value: .real(summary.mean))
    count = summary.count
    deviation = summary.standardDeviation.isFinite ? summary.standardDeviation : nil
  }

  package init(
    experiment: String, claim: String, verdict: String, count: Int?, interval: Interval?, level: Double?
  ) {
    self.init(experiment: experiment, id: "claim/\(claim)", kind: .claim, value: .text(verdict))
    (self.count, self.interval, self.level) = (count, interval, level)
  }

  package var key: NumberKey { NumberKey(experiment: experiment, id: id) }

  /// A number whose rule sums up replicates; nil where it has fewer than two.
  var summary: Summary? {
    guard let count, count > 1, let deviation, let mean = value.number else { return nil }
    return Summary(count: count, mean: mean, standardDeviation: deviation)
  }
}

/// Which number it is, among those of all experiments.
package struct NumberKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let experiment: String
  package let id: String

  package init(experiment: String, id: String) { (self.experiment, self.id) = (experiment, id) }

  package static func < (a: NumberKey, b: NumberKey) -> Bool {
    (a.experiment, a.id) < (b.experiment, b.id)
  }

  package var description: String { "\(experiment): \(id)" }
}

extension [ReferenceNumber] {
  /// - Throws: `RegressionFailure.repeated`.
  func byKey() throws -> [NumberKey: ReferenceNumber] {
    var found: [NumberKey: ReferenceNumber] = [:]
    for number in self where found.updateValue(number, forKey: number.key) != nil {
      throw RegressionFailure.repeated(experiment: number.experiment, id: number.id)
    }
    return found
  }
}
