import Claims
import Declarations

/// The verdicts as aligned text, each with its explanation where it is not a plain pass; then the conditions, once
/// each.
package func terminalTable(_ verdicts: [Verdict], color: Bool, command: (Verdict) -> ShellCommand) -> String {
  let head = ["verdict", "claim", "basis", "paper", "ours", "n", "95% interval", "given", "source"]
  let conditions = numbered(verdicts.map(\.conditions))
  let rows = verdicts.map { verdict in
    [
      verdict.outcome.word, verdict.id, verdict.basis?.rawValue ?? "", verdict.paper, verdict.ours,
      verdict.countText, verdict.intervalText,
      conditions.firstIndex(of: verdict.conditions).map { "[\($0 + 1)]" } ?? "",
      verdict.source,
    ].map(printable)
  }
  let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
  var lines = [aligned(head, widths)]
  for (verdict, row) in zip(verdicts, rows) {
    lines.append(painted(aligned(row, widths), verdict.outcome, color))
    if case .pass = verdict.outcome { continue }
    lines.append("  \(printable(verdict.explanation))")
    lines.append("  \(printable(command(verdict).text))")
  }
  for (index, condition) in conditions.enumerated() {
    lines += condition.enumerated().map {
      ($0.offset == 0 ? "[\(index + 1)] " : "    ") + printable($0.element)
    }
  }
  lines += verdicts.linesByBasis + [verdicts.family].compactMap { $0 }
  lines.append(VerdictCounts(verdicts).summary)
  return lines.joined(separator: "\n") + "\n"
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
