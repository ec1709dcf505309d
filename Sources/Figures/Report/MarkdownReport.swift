import Claims

/// `report.md`, for code hosts and mail.
package func markdownReport(_ report: Report) -> String {
  var lines = ["# \(markdownCell(report.heading))", "", VerdictCounts(report.verdicts).sentence, ""]
  for note in report.notes { lines += ["> \(markdownCell(note))", ""] }
  for notice in report.notices { lines += ["> \(markdownCell(notice))", ""] }
  lines += claims(report) + figures(report) + tables(report) + methods(report)
  return lines.joined(separator: "\n")
}

private func claims(_ report: Report) -> [String] {
  guard !report.verdicts.isEmpty else { return [] }
  let rows = report.verdicts.map { verdict in
    let cells = [
      verdict.says, verdict.paper, verdict.ours, verdict.countText, verdict.intervalText,
      verdict.outcome.word, verdict.source,
    ]
    return "| " + cells.map(markdownCell).joined(separator: " | ") + " |"
  }
  let head = [
    "## Claims", "", "| Claim | Paper | Ours | n | 95% interval | Verdict | Source |",
    "|---|---|---|---|---|---|---|",
  ]
  return head + rows + ["", "Each number again:", ""]
    + report.verdicts.map { verdict in
      "- \(markdownCell(verdict.id)): \(markdownCell(verdict.explanation)). "
        + markdownCode(report.command(verdict))
    } + [""]
}

private func figures(_ report: Report) -> [String] {
  guard !report.figures.isEmpty else { return [] }
  return ["## Figures", ""]
    + report.figures.flatMap { figure in
      let picture =
        figure.isDrawn
        ? "![\(markdownCell(figure.title ?? figure.name))](figures/\(figure.name).svg)"
        : "Not drawn; the script is [figures/\(figure.name).gp](figures/\(figure.name).gp)."
      return [picture, ""] + figure.notes.flatMap { ["> \(markdownCell($0))", ""] }
    }
}

private func tables(_ report: Report) -> [String] {
  guard !report.tables.isEmpty else { return [] }
  return ["## Tables", ""] + report.tables.map { "- [\(markdownCell($0)).csv](tables/\($0).csv)" } + [""]
}

private func methods(_ report: Report) -> [String] {
  guard !report.methods.isEmpty else { return [] }
  let rows = report.methods.flatMap { method in
    (method.settings.isEmpty
      ? [Report.Method.Setting(name: "", value: "")] : method.settings).map { setting in
        let cells = [
          method.stage, method.kind, setting.name, setting.value + setting.remark,
        ]
        return "| " + cells.map(markdownCell).joined(separator: " | ") + " |"
      }
  }
  return ["## Methods", "", "| Stage | Kind | Setting | Value |", "|---|---|---|---|"] + rows + [""]
}
