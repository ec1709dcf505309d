import Claims
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Foundation
import Regression
import Runner

/// Tells what a night found: one table of claims with their drift, then what moved and what was tested.
struct NightPrinter {
  let result: NightResult
  let options: NightOptions

  // MARK: - The terminal

  var text: String {
    var lines: [String] = []
    if result.endings.contains(where: { !$0.verdicts.isEmpty }) {
      lines.append(alignedTable(Self.head, rows))
    }
    lines += sections.flatMap { [$0.title + ":"] + $0.lines.map { "  " + $0 } }
    lines += result.trend.map { ["over the nights: \($0)"] } ?? []
    return lines.joined(separator: "\n") + "\n" + summary + "\n"
  }

  static let head = [
    "experiment", "claim", "basis", "source", "paper", "ours", "interval", "n", "verdict", "drift",
  ]

  var rows: [[String]] {
    result.endings.flatMap { ending in
      ending.verdicts.map { verdict in
        let name = ending.judged.name
        return [
          name, verdict.id, verdict.basis?.rawValue ?? "", verdict.source, verdict.paper, verdict.ours,
          verdict.interval?.described ?? "", verdict.count > 0 ? "\(verdict.count)" : "",
          verdict.outcome.word, drift(of: verdict, in: name),
        ]
      }
    }
  }

  /// What the regression says of the numbers of a claim's table.
  private func drift(of verdict: Verdict, in experiment: String) -> String {
    let own = result.findings.filter { $0.key.experiment.isExactly(experiment) }
    let claim = own.first { $0.key.id.isExactly("claim/\(verdict.id)") }
    if let claim { return "\(claim.level)" }
    let table = own.filter { $0.key.id.hasBytes(first: verdict.table + "/") }
    if let worst = table.map(\.level).max() { return "\(worst), \(counted(table.count, "number"))" }
    let isJudged = result.numbers.contains { $0.experiment.isExactly(experiment) } && result.judged > 0
    return isJudged ? "none" : ""
  }

  // MARK: - What there is to say

  /// What may explain the numbers that moved, and the command that tries it.
  private var changes: [String] {
    let moved = Set(result.findings.map { ExactString($0.key.experiment) })
    let configs = result.endings.filter { moved.contains(ExactString($0.run.name)) }.map(\.run.config)
    guard !configs.isEmpty else { return result.findings.isEmpty ? [] : result.changes }
    let folders = ["--results", options.root, "--reference", options.reference.path]
    return result.changes
      + ["which of it explains them: " + ShellCommand(["modgap", "bisect-drift"] + configs + folders).text]
  }

  var sections: [NightFacts.Section] {
    typealias Section = NightFacts.Section
    let all = [
      Section(title: "numbers that moved", lines: result.findings.map(Self.line)),
      Section(title: "what changed since the reference", lines: changes),
      Section(title: "not reproducible", lines: result.irreproducible),
      Section(
        title: "the program's own promises",
        lines: result.selfTests.map { "\($0.name): " + ($0.problem ?? "holds, \($0.detail)") }),
      Section(title: "judged", lines: families + audited),
      Section(title: "not judged", lines: unjudged + result.notes),
      Section(
        title: "cannot run",
        lines: result.endings.compactMap { ending in
          ending.error.map { "\(ending.run.config): \(explain($0))" }
        }),
    ]
    return all.filter { !$0.lines.isEmpty }
  }

  static func line(_ finding: NightFinding) -> String {
    "\(finding.level): \(finding.key): \(finding.message) (\(finding.rule.rawValue))"
  }

  private var families: [String] {
    result.judgements.flatMap(\.families).map {
      "\($0.rule.rawValue): \(counted($0.count, "number")); \($0.level)"
    }
  }

  private var audited: [String] {
    result.audit.map { ["audit: \($0.audited) of \($0.cached) cached stages computed again"] } ?? []
  }

  private var unjudged: [String] {
    let new = result.judgements.flatMap(\.new)
    let without = result.judgements.flatMap(\.unjudged).map { "\($0.key): \($0.reason)" }
    let more =
      new.isEmpty
      ? [] : ["\(counted(new.count, "number")) that the reference does not have, the first: \(new[0])"]
    return more + without
  }

  var summary: String {
    let verdicts = result.endings.flatMap(\.verdicts)
    let red = result.findings.count { $0.level == .red }
    let amber = result.findings.count { $0.level == .amber }
    var parts = ["night of \(options.date.text)"]
    if options.comparesNumbers {
      parts.append("claims: \(VerdictCounts(verdicts).summary)")
      parts.append("\(counted(result.judged, "number")) judged: \(red) red, \(amber) amber")
    }
    let broken = result.selfTests.count { $0.problem != nil }
    if !result.selfTests.isEmpty {
      parts.append("self-tests: \(result.selfTests.count - broken) of \(result.selfTests.count) hold")
    }
    return parts.joined(separator: "; ")
  }

  /// 1 a stage failed (65, 74 as ever) · 2 a claim failed, a number moved, or a promise is broken · 3 nothing was judged.
  var exitStatus: Int32 {
    let summaries = result.endings.compactMap { try? $0.summary.get() }
    let verdicts = result.endings.flatMap(\.verdicts)
    let status = runStatus(
      errors: result.endings.compactMap(\.error) + summaries.flatMap(\.errors), verdicts: verdicts)
    let nothing = FailureKind.nothingEvaluated.rawValue
    guard status == 0 || status == nothing else { return status }
    if options.comparesNumbers, result.judged == 0, VerdictCounts(verdicts).judged == 0 { return nothing }
    return result.isRed ? 2 : 0
  }

  // MARK: - JSON

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": "modgap-night", "version": 1, "date": .string(options.date.text),
      "exit_status": .number(Double(exitStatus)), "summary": .string(summary),
    ]
    members["experiments"] = .array(result.endings.map(Self.json))
    members["findings"] = .array(result.findings.map(Self.json))
    members["changes"] = .array(result.changes.map { .string($0) })
    members["families"] = .array(result.judgements.flatMap(\.families).map(Self.json))
    members["self_tests"] = .array(result.selfTests.map(Self.json))
    members["irreproducible"] = .array(result.irreproducible.map { .string($0) })
    members["audited"] = .number(Double(result.audit?.audited ?? 0))
    members["trend"] = result.trend.map { .string($0) } ?? .null
    members["notes"] = .array(result.notes.map { .string($0) })
    return .object(members)
  }

  private static func json(_ ending: ConfigEnding) -> JSONValue {
    .object([
      "experiment": .string(ending.judged.name), "config": .string(ending.run.config),
      "error": ending.error.map { .string(explain($0)) } ?? .null,
      "verdicts": verdictsJSON(ending.verdicts, command: ending.command),
    ])
  }

  private static func json(_ finding: NightFinding) -> JSONValue {
    .object([
      "level": .string("\(finding.level)"), "rule": .string(finding.rule.rawValue),
      "experiment": .string(finding.key.experiment), "id": .string(finding.key.id),
      "message": .string(finding.message), "is_error": .bool(finding.isError),
    ])
  }

  private static func json(_ family: RuleFamily) -> JSONValue {
    .object([
      "rule": .string(family.rule.rawValue), "count": .number(Double(family.count)),
      "level": .string(family.level),
    ])
  }

  private static func json(_ test: SelfTests.Finding) -> JSONValue {
    .object(["name": .string(test.name), "problem": test.problem.map { .string($0) } ?? .null])
  }

  // MARK: - GitHub

  /// `::error file=…,line=…::…` for what is red or failed, `::warning` for what is amber.
  var annotations: [String] {
    let claims = result.endings.flatMap { ending in
      ending.verdicts.filter(\.isFailure).map { verdict in
        Self.annotation(
          "error", ending.run, "claim \(verdict.id)",
          "\(verdict.id): \(verdict.outcome.word): \(verdict.explanation)")
      }
    }
    let findings = result.findings.map { finding in
      let run = result.endings.first { $0.run.name.isExactly(finding.key.experiment) }?.run
      let table = finding.key.id.split(separator: "/").first.map(String.init) ?? ""
      return Self.annotation(
        finding.level == .red ? "error" : "warning", run, "stage \(TableName(table).stage)",
        Self.line(finding))
    }
    let tests = result.selfTests.compactMap { test in
      test.problem.map { Self.annotation("error", nil, "", "\(test.name): \($0)") }
    }
    return claims + findings + tests + result.irreproducible.map { Self.annotation("error", nil, "", $0) }
  }

  private static func annotation(_ level: String, _ run: ConfigRun?, _ place: String, _ message: String)
    -> String
  {
    guard let run else { return "::\(level)::\(escaped(message))" }
    let ready = try? run.ready.get()
    let position = ready?.places?.position(place) ?? ready?.places?.position("name")
    let file = position?.file ?? run.config
    let line = position.map { ",line=\($0.line),col=\($0.column)" } ?? ""
    return "::\(level) file=\(escaped(file, isProperty: true))\(line)::\(escaped(message))"
  }

  /// As GitHub's workflow commands spell it.
  private static func escaped(_ text: String, isProperty: Bool = false) -> String {
    let always = text.replacingBytes("%", with: "%25").replacingBytes("\r", with: "%0D").replacingBytes(
      "\n", with: "%0A")
    return isProperty ? always.replacingBytes(":", with: "%3A").replacingBytes(",", with: "%2C") : always
  }
}
