import Declarations
import Statistics

/// All that a night is judged by.
package struct NightInput: Sendable {
  package var reference: [ReferenceNumber]
  package var tonight: [ReferenceNumber]
  package var environment: EnvironmentClass
  /// What last night had; nil where there was none.
  package var yesterday: [NumberKey]?
  /// The numbers once more, of a fresh store or fresh seeds; nil where they were not made.
  package var confirmation: [ReferenceNumber]?
  /// What changed since the reference was made.
  package var changes: [String] = []
  package var prefix: (bounds: PrefixBounds, log: TrainingLog, confirmation: TrainingLog?)?
  package var canary:
    (reference: CanaryReference, runs: [[String: Double]], confirmation: [[String: Double]]?)?
  package var drift: Drift?

  package init(
    reference: [ReferenceNumber], tonight: [ReferenceNumber], environment: EnvironmentClass
  ) {
    (self.reference, self.tonight, self.environment) = (reference, tonight, environment)
  }
}

/// What a night says: whether it is still the same program.
package struct NightJudgement: Sendable {
  package private(set) var findings: [Finding] = []
  /// By rule, how many numbers were judged, in the order of the rules.
  package private(set) var families: [RuleFamily] = []
  /// Numbers that the reference does not have.
  package private(set) var new: [NumberKey] = []
  /// Numbers of which nothing can be said, with the reason.
  package private(set) var unjudged: [(key: NumberKey, reason: String)] = []
  package let changes: [String]

  package var level: FindingLevel { findings.map(\.level).max() ?? .green }
  package var judged: Int { families.reduce(0) { $0 + $1.count } }

  private var counts: [JudgementRule: Int] = [:]

  package init(_ input: NightInput) {
    changes = input.changes
    judgeNumbers(input)
    judgePrefix(input)
    judgeCanary(input)
    judgeDrift(input)
    families = JudgementRule.allCases.compactMap { rule in
      counts[rule].map { RuleFamily(rule: rule, count: $0) }
    }
    if judged == 0 {
      add(.presence, NumberKey(experiment: "nightly", id: "all"), "nothing was judged", .red, isError: true)
    }
  }

  private mutating func add(
    _ rule: JudgementRule, _ key: NumberKey, _ message: String, _ level: FindingLevel, isError: Bool = false
  ) {
    findings.append(Finding(level: level, rule: rule, key: key, message: message, isError: isError))
  }

  // MARK: - Numbers

  private mutating func judgeNumbers(_ input: NightInput) {
    do {
      let reference = try input.reference.byKey()
      let tonight = try input.tonight.byKey()
      let again = try input.confirmation?.byKey()
      let judge = NumberJudge(input.environment, input.reference)
      for number in input.reference {
        guard let found = tonight[number.key] else {
          add(.presence, number.key, "it is missing; the reference has it", .red, isError: true)
          continue
        }
        judgeNumber(found, number, again, judge)
      }
      let lost = Set(input.yesterday ?? []).filter { tonight[$0] == nil && reference[$0] == nil }
      for key in lost.sorted() {
        add(.presence, key, "it is missing; last night had it", .red, isError: true)
      }
      new = tonight.keys.filter { reference[$0] == nil }.sorted()
    } catch {
      add(.presence, NumberKey(experiment: "nightly", id: "all"), Self.text(error), .red, isError: true)
    }
  }

  private mutating func judgeNumber(
    _ found: ReferenceNumber, _ reference: ReferenceNumber, _ again: [NumberKey: ReferenceNumber]?,
    _ judge: NumberJudge
  ) {
    switch judge.judge(found, reference) {
    case .passedOver: break
    case .unjudged(let reason): unjudged.append((reference.key, reason))
    case .same(let rule): counts[rule, default: 0] += 1
    case .differs(let rule, let message):
      counts[rule, default: 0] += 1
      guard let again else { return add(rule, reference.key, message, .amber) }
      guard let second = again[reference.key] else {
        return add(
          .presence, reference.key, "\(message); it is missing where it was computed again", .red,
          isError: true)
      }
      guard case .differs(_, let secondMessage) = judge.judge(second, reference) else {
        return add(rule, reference.key, "\(message); not so where it was computed again", .amber)
      }
      add(rule, reference.key, "\(message); computed again, \(secondMessage)", .red)
    }
  }

  // MARK: - Trainings

  private mutating func judgePrefix(_ input: NightInput) {
    guard let (bounds, log, again) = input.prefix else { return }
    let key = NumberKey(experiment: "canary", id: "first-steps")
    do {
      let found = try bounds.judge(log)
      counts[.prefix] = bounds.family
      guard let first = found.first else { return }
      let message = "\(first.message); \(counted(found.count, "number")) of \(bounds.family)"
      guard let again else { return add(.prefix, key, message, .amber) }
      let isConfirmed = try !bounds.judge(again).isEmpty
      add(.prefix, key, message + Self.ending(isConfirmed), isConfirmed ? .red : .amber)
    } catch {
      add(.prefix, key, Self.text(error), .red, isError: true)
    }
  }

  private mutating func judgeCanary(_ input: NightInput) {
    guard let (reference, runs, again) = input.canary else { return }
    let key = NumberKey(experiment: "canary", id: "components")
    do {
      let verdict = try reference.judge(runs)
      counts[.canary] = reference.rule.components
      guard verdict.isFailure else { return }
      guard let again else { return add(.canary, key, verdict.message, .amber) }
      let isConfirmed = try reference.judge(again).isFailure
      add(.canary, key, verdict.message + Self.ending(isConfirmed), isConfirmed ? .red : .amber)
    } catch {
      add(.canary, key, Self.text(error), .red, isError: true)
    }
  }

  private mutating func judgeDrift(_ input: NightInput) {
    guard let drift = input.drift else { return }
    if drift.family > 0 { counts[.drift] = drift.family }
    unjudged += drift.unjudged.map { ($0, "its reference has too few draws or no spread to find a drift by") }
    for alarm in drift.alarms {
      let message =
        "it \(alarm.direction > 0 ? "rises" : "falls") over the nights: its cumulative sum is \(readable(alarm.sum)), the limit \(readable(drift.limit))"
      add(.drift, alarm.key, message, alarm.isConfirmed ? .red : .amber)
    }
  }

  private static func ending(_ isConfirmed: Bool) -> String {
    isConfirmed ? "; confirmed by fresh seeds" : "; not so with fresh seeds"
  }

  private static func text(_ error: any Error) -> String { (error as? any Failure)?.message ?? "\(error)" }
}

extension CanaryVerdict {
  package var message: String {
    let components = beyond.isEmpty ? [] : ["beyond its bounds: \(beyond.joined(separator: "; "))"]
    let constants = moved.isEmpty ? [] : ["no seed changed it before: \(moved.joined(separator: ", "))"]
    return (components + constants).joined(separator: "; ")
  }
}
