import Claims
import Declarations

/// The verdicts of an experiment, for a table of several.
package struct JudgedExperiment {
  package let name: String
  package let verdicts: [Verdict]
  /// The command that computes a claim's number again.
  package let command: (Verdict) -> ShellCommand

  package init(name: String, verdicts: [Verdict], command: @escaping (Verdict) -> ShellCommand) {
    (self.name, self.verdicts, self.command) = (name, verdicts, command)
  }
}

/// The verdicts as aligned text, each with its explanation where it is not a plain pass; then the conditions, once
/// each.
package func terminalTable(_ verdicts: [Verdict], color: Bool, command: @escaping (Verdict) -> ShellCommand)
  -> String
{
  terminalTable([JudgedExperiment(name: "", verdicts: verdicts, command: command)], color: color)
}

/// The same of several experiments, in one table, whose first column is the experiment. Each experiment's tests are a
/// family of their own, as where it is judged alone.
package func terminalTable(_ experiments: [JudgedExperiment], color: Bool) -> String {
  let isSeveral = experiments.contains { !$0.name.isEmpty }
  let head =
    (isSeveral ? ["experiment"] : [])
    + ["verdict", "claim", "basis", "paper", "ours", "n", "95% interval", "given", "source"]
  let all = experiments.flatMap { experiment in experiment.verdicts.map { (experiment, $0) } }
  let conditions = numbered(all.map(\.1.conditions))
  let rows = all.map { experiment, verdict in
    ((isSeveral ? [experiment.name] : []) + [
      verdict.outcome.word, verdict.id, verdict.basis?.rawValue ?? "", verdict.paper, verdict.ours,
      verdict.countText, verdict.intervalText,
      conditions.firstIndex(of: verdict.conditions).map { "[\($0 + 1)]" } ?? "",
      verdict.source,
    ]).map(printable)
  }
  let widths = columnWidths([head] + rows)
  var lines = [aligned(head, widths)]
  for ((experiment, verdict), row) in zip(all, rows) {
    lines.append(painted(aligned(row, widths), verdict.outcome, color))
    if case .pass = verdict.outcome { continue }
    lines += indented(verdict.explanation)
    lines.append("  \(printable(experiment.command(verdict).text))")
  }
  for (index, condition) in conditions.enumerated() {
    lines += condition.enumerated().map {
      ($0.offset == 0 ? "[\(index + 1)] " : "    ") + printable($0.element)
    }
  }
  return (lines + summary(experiments, isSeveral)).joined(separator: "\n") + "\n"
}

/// A config may have many mistakes: the first few, and how many more.
private func indented(_ explanation: String, most: Int = 5) -> [String] {
  let lines = explanation.split(separator: "\n", omittingEmptySubsequences: false).map {
    "  " + printable(String($0))
  }
  return lines.count <= most ? lines : lines.prefix(most - 1) + ["  and \(lines.count - most + 1) more"]
}

private func summary(_ experiments: [JudgedExperiment], _ isSeveral: Bool) -> [String] {
  let verdicts = experiments.flatMap(\.verdicts)
  let statements = experiments.flatMap { experiment in
    Dictionary(grouping: experiment.verdicts) { ExactString($0.claim?.statement ?? $0.id) }.values
  }
  let families = experiments.compactMap { experiment in
    experiment.verdicts.family.map { isSeveral ? "\(experiment.name): \($0)" : $0 }
  }
  return verdicts.linesByBasis(statements: statements) + families + [VerdictCounts(verdicts).summary]
}

/// Rows of text below a head, in columns.
package func alignedTable(_ head: [String], _ rows: [[String]]) -> String {
  let rows = rows.map { $0.map(printable) }
  let widths = columnWidths([head] + rows)
  return ([head] + rows).map { aligned($0, widths) }.joined(separator: "\n")
}

private func columnWidths(_ rows: [[String]]) -> [Int] {
  rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
}

/// Those that are not empty, each once.
private func numbered(_ conditions: [[String]]) -> [[String]] {
  conditions.reduce(into: []) { known, next in
    if !next.isEmpty, !known.contains(next) { known.append(next) }
  }
}

private func aligned(_ cells: [String], _ widths: [Int]) -> String {
  let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
  let line = padded.joined(separator: "  ")
  return String(line.reversed().drop { $0 == " " }.reversed())
}

/// Without control characters, which a terminal would obey.
private func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    result.unicodeScalars.append(isControl ? " " : scalar)
  }
  return result
}

private func painted(_ line: String, _ outcome: Verdict.Outcome, _ color: Bool) -> String {
  guard color else { return line }
  let code =
    switch outcome {
    case .pass: "32"
    case .fail, .error: "31"
    case .inconclusive, .differs: "33"
    case .notRun: "2"
    }
  return "\u{1B}[\(code)m\(line)\u{1B}[0m"
}
