import Claims
import Declarations

/// The verdicts as aligned text, each with its explanation where it is not a plain pass.
package func terminalTable(_ verdicts: [Verdict], color: Bool, command: (Verdict) -> ShellCommand) -> String {
  let head = ["verdict", "claim", "paper", "ours", "n", "95% interval", "source"]
  let rows = verdicts.map { verdict in
    [
      verdict.outcome.word, verdict.id, verdict.paper, verdict.ours, verdict.countText, verdict.intervalText,
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
  lines.append(VerdictCounts(verdicts).summary)
  return lines.joined(separator: "\n") + "\n"
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
    case .inconclusive: "33"
    case .notRun: "2"
    }
  return "\u{1B}[\(code)m\(line)\u{1B}[0m"
}
