import Claims
import Contracts
import Declarations
import Statistics

/// What a paper may quote of a claim.
package struct QuotedClaim: Sendable, Equatable {
  package let id: String
  /// `value`, `interval`, `paper`, `n`, `verdict`; without those that the claim does not have.
  package let parts: [String: String]
  /// Why there is no number.
  package let absence: String

  package init(_ verdict: Verdict) {
    id = verdict.id
    absence = "\(verdict.outcome.word): \(verdict.explanation)"
    var parts = ["verdict": verdict.outcome.word, "paper": verdict.paper, "n": verdict.countText]
    parts["value"] = verdict.number.flatMap { $0.isFinite ? readable($0) : nil } ?? verdict.ours
    parts["interval"] = verdict.interval?.described
    self.parts = parts.filter { !$0.value.isEmpty }
  }

  /// As `report.json` has it; nil where it is not of that form.
  package init?(_ json: JSONValue) {
    guard let id = json["id"]?.string, let quoted = json["quoted"]?.object else { return nil }
    self.id = id
    absence = json["absence"]?.string ?? ""
    parts = quoted.compactMapValues(\.string)
  }

  package var json: JSONValue {
    .object([
      "id": .string(id), "absence": .string(absence), "quoted": .object(parts.mapValues { .string($0) }),
    ])
  }
}

/// `modgap.tex`: `\modgap{figure3.loss-at-original-gap}` is the number, `\modgap[interval]{…}` its interval. A name that
/// is not there, or has no number, is an error of LaTeX that says so: a paper cannot quote what does not exist any more.
package func latexMacros(_ experiments: [(name: String, claims: [QuotedClaim])]) -> String {
  let lines = experiments.flatMap { experiment in
    experiment.claims.flatMap { definitions($0, of: experiment.name) }
  }
  let file: LaTeX = "\(latexHead)\n\(macroCommands)\n\(lines.map { "\($0)\n" as LaTeX }.joined())\\endinput\n"
  return file.text
}

/// The first line of each file of LaTeX: by it those that are out of date are known for ours.
package let latexMark = latexHead.text

private let latexHead: LaTeX = "% Written by modgap from stored results; do not edit."

private let macroCommands: LaTeX = #"""
  % \input this file in the preamble. \modgap{EXPERIMENT.CLAIM} is our number; in brackets before it another part:
  % \modgap[interval]{…}, \modgap[paper]{…}, \modgap[n]{…}, \modgap[verdict]{…}.
  \providecommand\modgapmissing[2]{\GenericError{}{modgap: there is no #1 of `#2'%
    \ifcsname modgap=absence=#2\endcsname\csname modgap=absence=#2\endcsname\fi}{}%
    {It is not among the results that this file was written from: run the experiment, or mend the name.}\textbf{??}}
  \providecommand\modgap[2][value]{\ifcsname modgap=#1=#2\endcsname\csname modgap=#1=#2\endcsname
    \else\modgapmissing{#1}{#2}\fi}
  """#

private func definitions(_ claim: QuotedClaim, of experiment: String) -> [LaTeX] {
  guard let name = LaTeX.name("\(experiment).\(claim.id)") else { return [] }
  func definition(_ part: LaTeX, _ content: LaTeX) -> LaTeX {
    "\\expandafter\\def\\csname modgap=\(part)=\(name)\\endcsname{\(content)}"
  }
  let known: [(name: String, code: LaTeX)] = [
    ("value", "value"), ("interval", "interval"), ("paper", "paper"), ("n", "n"), ("verdict", "verdict"),
  ]
  var lines = known.compactMap { part in
    claim.parts[part.name].map { definition(part.code, quotedPart($0)) }
  }
  if claim.parts["value"] == nil, !claim.absence.isEmpty {
    lines.append(definition("absence", " (\(LaTeX.message(claim.absence)))"))
  }
  return lines
}

/// A number, an interval of two, or text.
private func quotedPart(_ text: String) -> LaTeX {
  let ends =
    text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast().split(separator: ",") : []
  guard ends.count == 2 else { return .number(text) }
  let numbers: [LaTeX] = ends.map { .number(String($0.drop { $0 == " " })) }
  return "{[}\(numbers[0]), \(numbers[1]){]}"
}

// MARK: - Tables

/// `tables/<name>.tex`: the table as a `tabular` without packages; nil where it is too large for a page of a paper.
package func latexTable(_ table: Report.ShownTable) -> String? {
  let (columns, rows) = (table.head.columns, table.rowCount)
  guard rows > 0, rows <= 60, rows == table.head.rowCount, (1...12).contains(columns.count) else {
    return nil
  }
  let kinds: [LaTeX] = columns.map {
    if case .texts = $0.values { return "l" }
    return "r"
  }
  let heads: [LaTeX] = columns.map { "\($0.name)" }
  var lines: [LaTeX] = [
    latexHead, "\\begin{tabular}{\(kinds.joined())}", "\\hline", "\(heads.joined(separator: " & ")) \\\\",
    "\\hline",
  ]
  for row in 0..<rows {
    let cells: [LaTeX] = columns.map { tableCell($0.values.cell(row)) }
    lines.append("\(cells.joined(separator: " & ")) \\\\")
  }
  lines += ["\\hline", "\\end{tabular}", ""]
  return lines.joined(separator: "\n").text
}

/// Five digits, as everywhere that people read numbers.
private func tableCell(_ cell: Cell) -> LaTeX {
  switch cell {
  case .integer(let value): .number("\(value)")
  case .real(let value): .number(readable(value))
  case .text(let text): "\(text)"
  }
}

/// `tables/claims.tex`: claim, the paper's number, ours, interval, verdict.
package func latexClaims(_ verdicts: [Verdict]) -> String {
  var lines: [LaTeX] = [
    latexHead, "\\begin{tabular}{lllll}", "\\hline", "Claim & Paper & Ours & 95\\% interval & Verdict \\\\",
    "\\hline",
  ]
  for verdict in verdicts {
    let parts = QuotedClaim(verdict).parts
    let cells: [LaTeX] =
      ["\(verdict.id)"] + ["paper", "value", "interval", "verdict"].map { quotedPart(parts[$0] ?? "") }
    lines.append("\(cells.joined(separator: " & ")) \\\\")
  }
  lines += ["\\hline", "\\end{tabular}", ""]
  return lines.joined(separator: "\n").text
}
