import Claims
import Declarations

/// `report.html`: one file that needs no other and no network; only files beside it are linked to.
package func htmlReport(_ report: Report) -> String {
  let sections: [PageSection] = [
    ("claims", "Claims", claimsSection(report)), ("figures", "Figures", figuresSection(report)),
    ("tables", "Tables", tablesSection(report)), ("plan", "Plan", planSection(report.page.nodes)),
    ("timeline", "Timeline", timelineSection(report.page.times)),
    ("methods", "Methods", report.methods.flatMap(methodSection)),
    ("config", "Config", configSection(report.page.config)),
    ("provenance", "Provenance", provenanceSection(report.page.facts)),
  ]
  return htmlPage(
    title: report.heading, headSection(report) + withNavigation(sections), isWatched: report.isWatched)
}

typealias PageSection = (id: HTML, title: HTML, body: [HTML])

/// The sections that have something in them, behind links to each.
func withNavigation(_ all: [PageSection]) -> [HTML] {
  let sections = all.filter { !$0.body.isEmpty }
  let links: [HTML] = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }
  let navigation: HTML = "<nav aria-label=\"Sections\">\(links.joined(separator: "\n"))</nav>"
  let parts = sections.flatMap { section -> [HTML] in
    ["<section aria-labelledby=\"\(section.id)\"><h2 id=\"\(section.id)\">\(section.title)</h2>"]
      + section.body + ["</section>"]
  }
  return [navigation] + parts
}

/// A whole page with the style and the script of all pages. It may load nothing, wherever its texts come from.
///
/// - Parameters:
///   - isWatched: it looks for a newer page of its own each second, for which it may load `watchedFile` beside it.
///   - more: style and script of this kind of page alone.
func htmlPage(
  title: String, _ body: [HTML], isWatched: Bool = false, more: (style: HTML, script: HTML) = ("", "")
) -> String {
  let beside: HTML = isWatched ? " 'self' file:" : ""
  let page: HTML = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\(beside); img-src data:">
    <title>\(title)</title>
    <link rel="icon" href="data:,">
    <style>
    \(pageStyle)\(more.style)
    </style>
    </head>
    <body>
    <main>
    \(body.joined(separator: "\n"))
    </main>
    <script>
    \(pageScript)\(isWatched ? watchScript : "")\(more.script)
    </script>
    </body>
    </html>

    """
  return page.text
}

private func headSection(_ report: Report) -> [HTML] {
  let head: [HTML] = [
    "<h1>\(report.heading)</h1>", "<p class=\"counts\">\(VerdictCounts(report.verdicts).summary)</p>",
  ]
  let lines = report.verdicts.linesByBasis + [report.verdicts.family].compactMap { $0 }
  let worth: [HTML] =
    lines.isEmpty ? [] : ["<ul class=\"worth\">"] + lines.map { "<li>\($0)</li>" } + ["</ul>"]
  let notes: [HTML] = (report.notes + report.notices).map {
    "<p class=\"note\">\(linked($0, report.page.config))</p>"
  }
  return head + worth + notes
}

// MARK: - Figures

private func figuresSection(_ report: Report) -> [HTML] {
  report.figures.map { figureSection($0, report.page) }
}

private func figureSection(_ figure: Report.Figure, _ page: Report.Page) -> HTML {
  let stem = HTML.address("figures/\(figure.name)")
  let title = figure.title ?? figure.name
  let endings: [HTML] = figure.isDrawn ? ["svg", "png", "pdf", "gp"] : ["gp"]
  let links: [HTML] = endings.map { "<a href=\"\(stem).\($0)\">\($0)</a>" }
  let notes: [HTML] = figure.notes.map { "<br><small>\($0)</small>" }
  let script: HTML = page.scripts[figure.name].map(scriptSection) ?? ""
  return """
    <figure id="\("figure-\(figure.name)")">\(pictureSection(figure, title, page))\
    <figcaption>\(title) \(links.joined(separator: " "))\(notes.joined())</figcaption>\(script)</figure>
    """
}

private func pictureSection(_ figure: Report.Figure, _ title: String, _ page: Report.Page) -> HTML {
  let stem = HTML.address("figures/\(figure.name)")
  guard figure.isDrawn else {
    return "<p>Not drawn; the script is <a href=\"\(stem).gp\">\("figures/\(figure.name).gp")</a>.</p>"
  }
  guard let picture = page.pictures[figure.name] else {
    return "<p>The picture is in <a href=\"\(stem).svg\">\("figures/\(figure.name).svg")</a>.</p>"
  }
  return inlinePicture(picture, title: title, id: "title-\(figure.name)")
}

/// A picture with its name for who does not see it.
func inlinePicture(_ picture: InlineSVG, title: String, id: String) -> HTML {
  """
  <div class="wide canvas" tabindex="0" role="group" aria-label="\(title)">\
  <svg width="\(picture.width)" viewBox="\(picture.viewBox)" role="img" aria-labelledby="\(id)"><title id="\(id)">\(title)</title>\
  \(HTML.picture(picture))</svg></div>
  """
}

private func scriptSection(_ lines: [String]) -> HTML {
  let code: [HTML] = lines.map { "\($0)" }
  return """
    <details><summary>The gnuplot script</summary><pre class="wide tall" tabindex="0">\
    \(code.joined(separator: "\n"))</pre></details>
    """
}

// MARK: - What was used

private func methodSection(_ method: Report.Method) -> [HTML] {
  let head: HTML =
    "<details><summary>\(method.stage) <small>\(method.kind)</small></summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"\(method.stage)\"><table>"
  let rows: [HTML] = method.settings.map {
    "<tr><td>\($0.name)</td><td>\($0.value + $0.remark)</td></tr>"
  }
  return [head] + rows + ["</table></div></details>"]
}

private func provenanceSection(_ facts: [Report.Fact]) -> [HTML] {
  guard !facts.isEmpty else { return [] }
  return factsTable(facts) + [
    "<p>All of it: <a href=\"manifest.json\">manifest.json</a>, <a href=\"provenance.json\">provenance.json</a>, <a href=\"verdicts.csv\">verdicts.csv</a>.</p>"
  ]
}

func factsTable(_ facts: [Report.Fact]) -> [HTML] {
  guard !facts.isEmpty else { return [] }
  let rows: [HTML] = facts.map { "<tr><th scope=\"row\">\($0.name)</th><td>\($0.value)</td></tr>" }
  return [
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Provenance\"><table class=\"facts\">"
  ] + rows + ["</table></div>"]
}
