import Claims

/// `report.html`: one file, pictures by relative address.
package func htmlReport(_ report: Report) -> String {
  let body =
    [
      "<h1>\(escaped(report.heading))</h1>",
      "<p class=\"counts\">\(VerdictCounts(report.verdicts).sentence)</p>",
    ]
    + report.notes.map { "<p class=\"note\">\(escaped($0))</p>" }
    + report.notices.map { "<p class=\"note\">\(escaped($0))</p>" }
    + claimsSection(report) + figuresSection(report) + tablesSection(report) + methodsSection(report)
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(report.heading))</title>
    <style>
    \(styleSheet)
    </style>
    </head>
    <body>
    \(body.joined(separator: "\n"))
    </body>
    </html>

    """
}

private func claimsSection(_ report: Report) -> [String] {
  guard !report.verdicts.isEmpty else { return [] }
  let head = ["Claim", "Paper", "Ours", "n", "95% interval", "Verdict", "Source"]
  return ["<h2>Claims</h2>", "<div class=\"wide\"><table>", "<thead><tr>"]
    + head.map { "<th>\($0)</th>" } + ["</tr></thead>", "<tbody>"]
    + report.verdicts.map { claimRow($0, command: report.command($0)) } + ["</tbody></table></div>"]
}

private func claimRow(_ verdict: Verdict, command: String) -> String {
  let word = verdict.outcome.word
  let claim =
    "<strong>\(escaped(verdict.says))</strong><br><small>\(escaped(verdict.id)): "
    + "\(escaped(verdict.explanation))</small><br><code>\(escaped(command))</code>"
  let cells = [
    claim, escaped(verdict.paper), escaped(verdict.ours), verdict.countText, escaped(verdict.intervalText),
    "<span class=\"verdict\">\(word)</span>", escaped(verdict.source),
  ]
  return "<tr class=\"\(word)\" id=\"\(escaped(verdict.id))\">" + cells.map { "<td>\($0)</td>" }.joined()
    + "</tr>"
}

private func figuresSection(_ report: Report) -> [String] {
  guard !report.figures.isEmpty else { return [] }
  return ["<h2>Figures</h2>"]
    + report.figures.map { figure in
      let name = escaped(figure.name)
      let picture =
        figure.isDrawn
        ? "<a href=\"figures/\(name).svg\"><img src=\"figures/\(name).svg\" alt=\"\(name)\"></a>"
        : "<p>Not drawn; the script is <a href=\"figures/\(name).gp\">figures/\(name).gp</a>.</p>"
      let links = ["svg", "png", "pdf", "gp"].filter { figure.isDrawn || $0 == "gp" }
        .map { "<a href=\"figures/\(name).\($0)\">\($0)</a>" }.joined(separator: " ")
      let notes = figure.notes.map { "<br><small>\(escaped($0))</small>" }.joined()
      return
        "<figure>\(picture)<figcaption>\(escaped(figure.title ?? figure.name)) \(links)\(notes)</figcaption>"
        + "</figure>"
    }
}

private func tablesSection(_ report: Report) -> [String] {
  guard !report.tables.isEmpty else { return [] }
  let links = report.tables.map { "<li><a href=\"tables/\(escaped($0)).csv\">\(escaped($0)).csv</a></li>" }
  return ["<h2>Tables</h2>", "<ul>"] + links + ["</ul>"]
}

private func methodsSection(_ report: Report) -> [String] {
  guard !report.methods.isEmpty else { return [] }
  return ["<h2 id=\"methods\">Methods</h2>"]
    + report.methods.flatMap { method -> [String] in
      let rows = method.settings.map { setting in
        "<tr><td>\(escaped(setting.name))</td><td>\(escaped(setting.value + setting.remark))</td></tr>"
      }
      return [
        "<details><summary>\(escaped(method.stage)) <small>\(escaped(method.kind))</small></summary><table>"
      ]
        + rows + ["</table></details>"]
    }
}

private let styleSheet = """
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
  .note { background: #f3f3f8; padding: .5em .8em }
  """
