import Declarations
import Figures
import Regression
import Runner

/// Tells what explains the numbers that moved.
struct DriftPrinter {
  let results: [DriftBisection.Result]
  /// Experiments that the reference does not have.
  let unknown: [String]
  let reference: String
  /// What did not run.
  let errors: [(experiment: String, error: any Error)]

  // MARK: - The terminal

  var text: String {
    let parts =
      results.map(Self.lines)
      + [unknown.map { "\($0): \(reference) has no numbers of it; accept them with modgap nightly --accept" }]
    return parts.flatMap { $0 }.map { $0 + "\n" }.joined()
  }

  private static func lines(_ result: DriftBisection.Result) -> [String] {
    let explanation = result.explanation
    var lines = [
      "\(result.experiment): \(explanation.moved.count) of \(counted(result.judged, "number")) moved"
    ]
    lines += section("the first", explanation.moved.prefix(3).map(\.id))
    lines += section("what changed since the reference", result.changes.map(\.message))
    if !explanation.attempts.isEmpty {
      lines.append(
        alignedTable(
          ["restored", "came back", "still differ"],
          explanation.attempts.map {
            row($0, explanation)
          }))
    }
    lines += section("not restored", result.kept.map { "\($0.change.name): \($0.reason)" })
    return lines + ["\(result.experiment): \(explanation.sentence)"]
  }

  private static func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : ["\(title):"] + lines.map { "  \($0)" }
  }

  private static func row(_ attempt: DriftExplanation.Attempt, _ explanation: DriftExplanation) -> [String] {
    let name =
      attempt.restored.count == 1 ? attempt.restored[0] : "all \(attempt.restored.count) together"
    if let problem = attempt.problem { return [name, "not computed", problem] }
    return [name, "\(attempt.back.count)", "\(explanation.stillDiffer(attempt))"]
  }

  // MARK: - Status

  /// 0 explained, or nothing moved · 2 numbers moved for no reason that was found · 3 nothing to compare with · 1, 65, 74
  /// as ever.
  var exitStatus: Int32 {
    let status = runStatus(errors: errors.map(\.error), verdicts: [])
    if status != 0 { return status }
    if !results.allSatisfy(\.explanation.isExplained) { return 2 }
    return results.isEmpty ? FailureKind.nothingEvaluated.rawValue : 0
  }

  // MARK: - JSON

  var json: JSONValue {
    .object([
      "format": "modgap-drift", "version": 1, "exit_status": .number(Double(exitStatus)),
      "experiments": .array(results.map(Self.json)),
      "without_reference": .array(unknown.map { .string($0) }),
      "errors": .array(
        errors.map { .object(["experiment": .string($0.experiment), "error": .string(explain($0.error))]) }),
    ])
  }

  private static func json(_ result: DriftBisection.Result) -> JSONValue {
    let explanation = result.explanation
    return .object([
      "experiment": .string(result.experiment), "judged": .number(Double(result.judged)),
      "moved": .array(explanation.moved.map { .string($0.id) }),
      "changes": .array(result.changes.map { .string($0.message) }),
      "attempts": .array(
        explanation.attempts.map { attempt in
          .object([
            "restored": .array(attempt.restored.map { .string($0) }),
            "came_back": .number(Double(attempt.back.count)),
            "still_differ": .number(Double(explanation.stillDiffer(attempt))),
            "problem": attempt.problem.map { .string($0) } ?? .null,
          ])
        }),
      "not_restored": .array(
        result.kept.map {
          .object(["change": .string($0.change.message), "reason": .string($0.reason)])
        }),
      "conclusion": .string(word(explanation.conclusion)), "explained": .bool(explanation.isExplained),
      "sentence": .string(explanation.sentence),
    ])
  }

  private static func word(_ conclusion: DriftExplanation.Conclusion) -> String {
    switch conclusion {
    case .nothingMoved: "nothing-moved"
    case .each: "single"
    case .parts: "parts"
    case .combination: "combination"
    case .partly: "partly"
    case .unexplained: "unexplained"
    }
  }
}
