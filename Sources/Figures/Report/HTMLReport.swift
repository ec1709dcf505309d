import Claims
import Declarations

/// `report.html`: one file, pictures by relative address.
package func htmlReport(_ report: Report) -> String {
  let notes: [HTML] = (report.notes + report.notices).map { "<p class=\"note\">\($0)</p>" }
  let head: [HTML] = [
    "<h1>\(report.heading)</h1>", "<p class=\"counts\">\(VerdictCounts(report.verdicts).summary)</p>",
  ]
  let lines = report.verdicts.linesByBasis + [report.verdicts.family].compactMap { $0 }
  let worth: [HTML] =
    lines.isEmpty ? [] : ["<ul class=\"worth\">"] + lines.map { "<li>\($0)</li>" } + ["</ul>"]
  let parts = [
    head, worth, notes, claimsSection(report), figuresSection(report), tablesSection(report),
    methodsSection(report),
  ]
  let page: HTML = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(report.heading)</title>
    <style>
    \(styleSheet)
    </style>
    </head>
    <body>
    \(parts.joined().joined(separator: "\n"))
    </body>
    </html>

    """
  return page.text
}

private func claimsSection(_ report: Report) -> [HTML] {
  guard !report.verdicts.isEmpty else { return [] }
  let titles: [HTML] = ["Claim", "Basis", "Paper", "Ours", "n", "95% interval", "Verdict", "Source"]
  let head: [HTML] = ["<h2>Claims</h2>", "<div class=\"wide\"><table>", "<thead><tr>"]
  return head + titles.map { "<th>\($0)</th>" } + ["</tr></thead>", "<tbody>"]
    + report.verdicts.map { claimRow($0, command: report.command($0)) } + ["</tbody></table></div>"]
}

private func claimRow(_ verdict: Verdict, command: ShellCommand) -> HTML {
  let word = verdict.outcome.word
  let given: HTML = verdict.given.isEmpty ? "" : "<br><small>Given: \(verdict.given)</small>"
  let claim: HTML =
    "<strong>\(verdict.says)</strong><br><small>\(verdict.id): \(verdict.explanation)</small>\(given)<br><code>\(command.text)</code>"
  let cells: [HTML] = [
    claim, "\(verdict.basis?.rawValue ?? "")", "\(verdict.paper)", "\(verdict.ours)", "\(verdict.countText)",
    "\(verdict.intervalText)",
    "<span class=\"verdict\">\(word)</span>", "\(verdict.source)",
  ]
  let row: [HTML] = cells.map { "<td>\($0)</td>" }
  return "<tr class=\"\(word)\" id=\"\(verdict.id)\">\(row.joined())</tr>"
}

private func figuresSection(_ report: Report) -> [HTML] {
  guard !report.figures.isEmpty else { return [] }
  return ["<h2>Figures</h2>"] + report.figures.map(figureSection)
}

private func figureSection(_ figure: Report.Figure) -> HTML {
  let stem = HTML.address("figures/\(figure.name)")
  let picture: HTML =
    figure.isDrawn
    ? "<a href=\"\(stem).svg\"><img src=\"\(stem).svg\" alt=\"\(figure.name)\"></a>"
    : "<p>Not drawn; the script is <a href=\"\(stem).gp\">\("figures/\(figure.name).gp")</a>.</p>"
  let endings: [HTML] = figure.isDrawn ? ["svg", "png", "pdf", "gp"] : ["gp"]
  let links: [HTML] = endings.map { "<a href=\"\(stem).\($0)\">\($0)</a>" }
  let notes: [HTML] = figure.notes.map { "<br><small>\($0)</small>" }
  return
    "<figure>\(picture)<figcaption>\(figure.title ?? figure.name) \(links.joined(separator: " "))\(notes.joined())</figcaption></figure>"
}

private func tablesSection(_ report: Report) -> [HTML] {
  guard !report.tables.isEmpty else { return [] }
  return ["<h2>Tables</h2>", "<ul>"]
    + report.tables.map { "<li><a href=\"\(HTML.address("tables/\($0).csv"))\">\($0).csv</a></li>" } + [
      "</ul>"
    ]
}

private func methodsSection(_ report: Report) -> [HTML] {
  guard !report.methods.isEmpty else { return [] }
  return ["<h2 id=\"methods\">Methods</h2>"] + report.methods.flatMap(methodSection)
}

private func methodSection(_ method: Report.Method) -> [HTML] {
  let head: HTML = "<details><summary>\(method.stage) <small>\(method.kind)</small></summary><table>"
  let rows: [HTML] = method.settings.map {
    "<tr><td>\($0.name)</td><td>\($0.value + $0.remark)</td></tr>"
  }
  return [head] + rows + ["</table></details>"]
}

private let styleSheet: HTML = """
  body { font: 16px/1.45 system-ui, sans-serif; color: #262626; max-width: 1200px; margin: 2em auto; padding: 0 1em }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; vertical-align: top; padding: .45em .6em; border-bottom: 1px solid #ddd }
  .wide { overflow-x: auto }
  code { font-size: .8em; color: #555; overflow-wrap: anywhere; white-space: pre-wrap }
  img { max-width: 100%; height: auto }
  figure { margin: 1.5em 0 }
  .verdict { padding: .1em .5em; border-radius: .3em; white-space: nowrap; color: #fff; background: #777 }
  .pass .verdict { background: #2e7d4f }
  .fail .verdict, .error .verdict { background: #b3261e }
  .inconclusive .verdict { background: #9a6700 }
  .differs .verdict { background: #5b4a99 }
  .note { background: #f3f3f8; padding: .5em .8em }
  """
