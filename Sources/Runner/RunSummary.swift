import Claims
import Declarations
import ExperimentPlan

/// How a run ended, for the command line to tell and the exit status to be taken from.
package struct RunSummary: Sendable {
  package let plan: Plan
  package let outcomes: [TaskOutcome?]
  package internal(set) var wasInterrupted: Bool
  package var verdicts: [Verdict] = []
  package var figureFailures: [FigureFailed] = []
  /// Stages that gave another result than before under the same key.
  package internal(set) var irreproducible: [Irreproducible] = []
  /// Whether `report.html` and its siblings are of this run.
  package internal(set) var reportIsWritten = false
  let log: RunLog

  /// A figure that could not be drawn, and why.
  package struct FigureFailed: Sendable {
    package let figure: String
    package let error: any Error
  }

  init(plan: Plan, outcomes: [TaskOutcome?], wasInterrupted: Bool, log: RunLog) {
    self.plan = plan
    self.outcomes = outcomes
    self.wasInterrupted = wasInterrupted
    self.log = log
  }

  /// Tasks that failed, with their errors and the last lines of their logs.
  package var failures: [(task: String, error: any Error, log: [String])] {
    zip(plan.tasks, outcomes).compactMap { task, outcome in
      if case .failed(let error)? = outcome { (task.id, error, log.tail(task.id)) } else { nil }
    }
  }

  package var blocked: [(task: String, by: String)] {
    zip(plan.tasks, outcomes).compactMap { task, outcome in
      if case .blocked(let cause)? = outcome { (task.id, cause) } else { nil }
    }
  }

  /// Reasons for which tasks were not run, each once, with how many tasks it kept.
  package var notRun: [(reason: String, count: Int)] {
    var counts: [ExactString: Int] = [:]
    for case .notRun(let reason)? in outcomes { counts[ExactString(reason), default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) }
  }

  package var cachedCount: Int {
    outcomes.count { if case .done(_, true)? = $0 { true } else { false } }
  }

  package var computedCount: Int {
    outcomes.count { if case .done(_, false)? = $0 { true } else { false } }
  }

  /// What stages and figures failed by.
  package var errors: [any Error] { failures.map(\.error) + figureFailures.map(\.error) }

  package var exitStatus: Int32 { runStatus(errors: errors, verdicts: verdicts) }
}

/// 0 · 1 a stage failed (65 or 74 where the input or the disk is to blame) · 2 a claim failed · 3 no claim could be
/// decided.
package func runStatus(errors: [any Error], verdicts: [Verdict]) -> Int32 {
  let kinds = errors.map { ($0 as? any Failure)?.kind ?? .stage }
  for kind in [FailureKind.io, .invalidInput, .leaseTimeout, .usage] where kinds.contains(kind) {
    return kind.rawValue
  }
  if !kinds.isEmpty { return FailureKind.stage.rawValue }
  if verdicts.contains(where: \.isFailure) { return 2 }
  return verdicts.areUndecided ? FailureKind.nothingEvaluated.rawValue : 0
}

extension Verdict {
  /// A claim that fails, or that cannot be put to its table, is not borne out.
  package var isFailure: Bool {
    switch outcome {
    case .fail, .error: true
    case .pass, .differs, .inconclusive, .notRun: false
    }
  }
}
