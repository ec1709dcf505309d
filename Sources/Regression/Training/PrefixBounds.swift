import Declarations
import Statistics

/// The beginning of a training, before it amplifies how a machine rounds.
///
/// The log of legal roundings of one training spreads little in its first steps. Another one lies for each step and quantity
/// within m̄ ± t(1 − α/2f, K − 1)·s·√(1 + 1/K) of the K runs, with f = steps × quantities: by Bonferroni, all of
/// them do but for a share α of the nights. The reach is at least the floor of float32, in which the log is computed.
package struct PrefixBounds: Sendable {
  package static let steps = 20

  package struct Finding: Sendable, Equatable {
    package let quantity: String
    /// From 1.
    package let step: Int
    package let value: Double
    package let bounds: Interval

    package var message: String {
      "\(quantity) is \(readable(value)) in step \(step), outside of \(bounds.described)"
    }
  }

  private let samples: [String: [Summary]]
  package let runs: Int
  package let level: Double
  /// f: how many numbers are judged.
  package var family: Int { samples.values.reduce(0) { $0 + $1.count } }

  /// - Throws: `RegressionFailure` for fewer than three runs, fewer steps than are judged, a quantity that a run does
  ///   not have, and a value that is not finite.
  package init(_ ensemble: [TrainingLog], steps: Int = PrefixBounds.steps, level: Double = FamilyLevel.night)
    throws
  {
    guard ensemble.count >= 3 else {
      throw RegressionFailure.tooFew(what: "runs of the ensemble", found: ensemble.count, needed: 3)
    }
    (runs, self.level) = (ensemble.count, level)
    var samples: [String: [Summary]] = [:]
    for name in Set(ensemble.flatMap(\.quantities.keys)) {
      let values = try ensemble.map { try Self.beginning($0, name, steps, "a run of the ensemble") }
      samples[name] = (0..<steps).map { step in Summary(of: values.map { $0[step] }) }
    }
    guard !samples.isEmpty else {
      throw RegressionFailure.tooFew(what: "quantities in the log", found: 0, needed: 1)
    }
    self.samples = samples
  }

  private static func beginning(_ log: TrainingLog, _ name: String, _ steps: Int, _ place: String) throws
    -> [Double]
  {
    guard let values = log.quantities[name] else { throw RegressionFailure.missingQuantity(name, in: place) }
    guard values.count >= steps else {
      throw RegressionFailure.tooFew(what: "steps in \(place)", found: values.count, needed: steps)
    }
    guard values.prefix(steps).allSatisfy(\.isFinite) else {
      throw RegressionFailure.notFinite(what: "\(name) of \(place)")
    }
    return Array(values.prefix(steps))
  }

  /// What lies outside, in the order of the steps.
  /// - Throws: `RegressionFailure` for a quantity, steps or numbers that are not there.
  package func judge(_ log: TrainingLog) throws -> [Finding] {
    let found = try samples.keys.sorted().flatMap { name -> [Finding] in
      let sample = samples[name] ?? []
      let values = try Self.beginning(log, name, sample.count, "tonight's log")
      return zip(values, sample).enumerated().compactMap { step, pair in
        let bounds = bounds(pair.1)
        return bounds.low <= pair.0 && pair.0 <= bounds.high
          ? nil : Finding(quantity: name, step: step + 1, value: pair.0, bounds: bounds)
      }
    }
    return found.sorted { ($0.step, $0.quantity) < ($1.step, $1.quantity) }
  }

  private func bounds(_ sample: Summary) -> Interval {
    let spread = sample.predictionInterval(level: 1 - level / Double(family))
    let reach = max(
      (spread.map { $0.high - $0.low } ?? 0) / 2, Precision.single.floor * (1 + abs(sample.mean)))
    return Interval(low: sample.mean - reach, high: sample.mean + reach)
  }
}
