import Declarations
import Statistics

/// `analysis.html`: one file that needs no other and no network.
package func analysisPage(_ contents: AnalysisPage.Contents) throws(AnalysisFailure) -> String {
  try contents.points?.check()
  let blocks = contents.points.map { PointBlocks($0) }
  let sections: [PageSection] = [
    ("metrics", "Metrics", metricsSection(contents.metrics)),
    ("points", contents.points?.sides.count == 1 ? "Points" : "Pairs", pointsSection(blocks)),
    ("pictures", "Pictures", contents.pictures.enumerated().map { pictureSection($1, number: $0 + 1) }),
    ("config", "Config", configSection(contents.config)),
    ("provenance", "Provenance", factsTable(contents.facts)),
  ]
  return htmlPage(
    title: contents.title, headSection(contents) + withNavigation(sections),
    more: (analysisStyle, blocks == nil ? "" : explorerScripts))
}

private let explorerScripts =
  explorerDataScript + explorerRasterScript + explorerGridScript + explorerPlotScript + explorerInputScript
  + explorerPanelsScript
  + explorerScript

private func headSection(_ contents: AnalysisPage.Contents) -> [HTML] {
  let command: [HTML] = contents.command.map { ["<p><code class=\"command\">\($0.text)</code></p>"] } ?? []
  return ["<h1>\(contents.title)</h1>"] + contents.sentences.map { "<p class=\"lead\">\($0)</p>" } + command
    + contents.notes.map(note) + warningsSection(contents.warnings)
}

private func note(_ text: String) -> HTML { "<p class=\"note\">\(text)</p>" }

private func warningsSection(_ warnings: [AnalysisPage.Warning]) -> [HTML] {
  let (raised, passed) = (warnings.filter(\.isRaised), warnings.filter { !$0.isRaised })
  let items: [HTML] = raised.map {
    "<li><strong>Warning: \($0.name)</strong>: \($0.score). \($0.remedy)</li>"
  }
  let rest: [HTML] = passed.map { "<li>\($0.name): \($0.score)</li>" }
  return (items.isEmpty ? [] : ["<ul class=\"warnings\">"] + items + ["</ul>"])
    + (rest.isEmpty
      ? []
      : ["<details><summary>\(counted(rest.count, "check")) passed</summary><ul>"] + rest + [
        "</ul></details>"
      ])
}

private func pictureSection(_ picture: AnalysisPage.Picture, number: Int) -> HTML {
  """
  <figure>\(inlinePicture(picture.image, title: picture.title, id: "title-picture-\(number)"))\
  <figcaption>\(picture.title)</figcaption></figure>
  """
}

// MARK: - Metrics

private func metricsSection(_ metrics: [AnalysisPage.Metric]) -> [HTML] {
  guard !metrics.isEmpty else { return [] }
  var references: [String] = []
  for name in metrics.flatMap(\.references).map(\.name) where !references.contains(name) {
    references.append(name)
  }
  let titles: [HTML] =
    ["Metric", "Side", "Value", "95% interval", "Shuffled null", "p"] + references.map { "\($0)" }
    + ["Compared", "Direction", "Citation"]
  return [
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Metrics\"><table class=\"claims metrics\" data-name=\"metrics\">",
    "<thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as HTML }.joined())</tr></thead>", "<tbody>",
  ] + metrics.map { metricRow($0, references) } + ["</tbody></table></div>"]
}

private func metricRow(_ metric: AnalysisPage.Metric, _ references: [String]) -> HTML {
  func number(_ label: HTML, _ value: Double?) -> HTML {
    // Sorted and copied with all its digits.
    labelledCell(
      label, "\(value.map(readable) ?? "")", value: " data-value=\"\(value.map { "\($0)" } ?? "")\"")
  }
  let bands: [HTML] = references.map { name in
    labelledCell("\(name)", "\(metric.references.first { $0.name == name }?.band.described ?? "")")
  }
  let cells =
    [labelledCell("Side", "\(metric.side)"), number("Value", metric.value)]
    + [labelledCell("95% interval", "\(metric.interval?.described ?? "")")]
    + [number("Shuffled null", metric.null), number("p", metric.p)] + bands
    + [labelledCell("Compared", comparison(metric), value: " data-value=\"\"")]
    + [labelledCell("Direction", "\(metric.direction)"), labelledCell("Citation", "\(metric.citation)")]
  let note: HTML = metric.note.isEmpty ? "" : "<br><small>\(metric.note)</small>"
  let command: HTML =
    metric.command.map {
      "<details><summary>Command</summary><code class=\"command\">\($0.text)</code></details>"
    } ?? ""
  return """
    <tr><td data-value="\(metric.name)"><strong>\(metric.name)</strong>\(note)\(command)</td>\(cells.joined())</tr>
    """
}

/// The value with its interval on one line with the bands of the references, and the null as a mark.
private func comparison(_ metric: AnalysisPage.Metric) -> HTML {
  func isDrawn(_ interval: Interval) -> Bool { interval.low.isFinite && interval.high.isFinite }
  let references = metric.references.filter { isDrawn($0.band) }
  let null = metric.null.flatMap { $0.isFinite ? $0 : nil }
  guard let value = metric.value, null != nil || !references.isEmpty else { return "" }
  let names =
    references.map { "\($0.name) \($0.band.described)" }
    + [null.map { "shuffled null \(readable($0))" }].compactMap { $0 }
  return numberLine(
    value, metric.interval.flatMap { isDrawn($0) ? $0 : nil },
    bands: references.map { ($0.band.low, $0.band.high) }, mark: null, name: metric.name,
    against: names.joined(separator: "; "))
}

// MARK: - Points

private func pointsSection(_ blocks: PointBlocks?) -> [HTML] {
  guard let blocks else { return [] }
  let data: [HTML] = blocks.blocks.map { block in
    "<template id=\"\("points-" + block.name)\">\(HTML.base64(block.bytes))</template>"
  }
  return blocks.notes.map(note) + [
    "<div id=\"explorer\"><noscript><p class=\"note\">The views of the points need JavaScript; everything else can be read without it.</p></noscript>",
    "<details id=\"explorer-keys\"><summary>Pointer and keys</summary><ul>",
    "<li>Drag: lasso, or move the view; with Shift, the lasso adds to the selection. A click lists the nearest neighbours in the original space.</li>",
    "<li>Wheel (after a click into the view, or with Ctrl) or two fingers: zoom.</li>",
    "<li>Arrows: move; + and −: zoom; 0: whole view; p: pair lines; Escape: clear the selection.</li>",
    "<li>r: a rectangle; arrows move it, Shift and arrows change its size, Enter selects what is in it, Shift and Enter adds it, Escape ends.</li>",
    "<li>Enter: neighbours of the point nearest to the cross.</li>",
    "<li>Both axes of a view have one scale; each view has its own.</li>", "</ul></details></div>",
  ] + data
}
