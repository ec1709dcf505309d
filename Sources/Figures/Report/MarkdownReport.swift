import Claims
import Contracts

/// `report.md`, for code hosts and mail.
package func markdownReport(_ report: Report) -> String {
  var lines: [Markdown] = ["# \(report.heading)", "", "\(VerdictCounts(report.verdicts).summary)", ""]
  for line in report.verdicts.linesByBasis + [report.verdicts.family].compactMap({ $0 }) {
    lines += ["- \(line)"]
  }
  lines.append("")
  for note in report.notes + report.notices { lines += ["> \(note)", ""] }
  lines += claims(report) + figures(report) + tables(report) + methods(report)
  return lines.joined(separator: "\n").text
}

private func row(_ cells: [String]) -> Markdown {
  let cells: [Markdown] = cells.map { "\($0)" }
  return "| \(cells.joined(separator: " | ")) |"
}

private func claims(_ report: Report) -> [Markdown] {
  guard !report.verdicts.isEmpty else { return [] }
  let rows = report.verdicts.map { verdict in
    row([
      verdict.says, verdict.basis?.rawValue ?? "", verdict.paper, verdict.ours, verdict.countText,
      verdict.intervalText, verdict.outcome.word, verdict.source,
    ])
  }
  let head: [Markdown] = [
    "## Claims", "", "| Claim | Basis | Paper | Ours | n | 95% interval | Verdict | Source |",
    "|---|---|---|---|---|---|---|---|",
  ]
  return head + rows + ["", "To recompute each number:", ""]
    + report.verdicts.map { verdict in
      let given = verdict.given.isEmpty ? "" : " Given: \(verdict.given)."
      return "- \(verdict.id): \(verdict.explanation).\(given) \(Markdown.span(report.command(verdict).text))"
    } + [""]
}

private func figures(_ report: Report) -> [Markdown] {
  guard !report.figures.isEmpty else { return [] }
  return ["## Figures", ""]
    + report.figures.flatMap { figure -> [Markdown] in
      let stem = Markdown.address("figures/\(figure.name)")
      let picture: Markdown =
        figure.isDrawn
        ? "![\(figure.title ?? figure.name)](\(stem).svg)"
        : "Not drawn; the script is [\("figures/\(figure.name).gp")](\(stem).gp)."
      return [picture, ""] + figure.notes.flatMap { note -> [Markdown] in ["> \(note)", ""] }
    }
}

private func tables(_ report: Report) -> [Markdown] {
  guard !report.tables.isEmpty else { return [] }
  return ["## Tables", ""] + report.tables.map { "- [\($0).csv](\(Markdown.address("tables/\($0).csv")))" }
    + [""]
}

private func methods(_ report: Report) -> [Markdown] {
  guard !report.methods.isEmpty else { return [] }
  let rows = report.methods.flatMap { method in
    (method.settings.isEmpty
      ? [Report.Method.Setting(name: "", value: "")] : method.settings).map { setting in
        row([method.stage, method.kind, setting.name, setting.value + setting.remark])
      }
  }
  return ["## Methods", "", "| Stage | Kind | Setting | Value |", "|---|---|---|---|"] + rows + [""]
}
