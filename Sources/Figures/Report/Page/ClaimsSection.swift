import Claims
import Declarations
import Statistics

/// The verdicts as a table that sorts and filters; each claim with its place in the config and its command.
func claimsSection(_ report: Report) -> [HTML] {
  guard !report.verdicts.isEmpty else { return [] }
  let titles: [HTML] = [
    "Claim", "Basis", "Paper", "Ours", "n", "95% interval", "Against the paper", "Verdict", "Source",
  ]
  let head: [HTML] = [
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Claims\"><table class=\"claims\" data-name=\"claims\">",
    "<thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as HTML }.joined())</tr></thead>", "<tbody>",
  ]
  return head + report.verdicts.map { claimRow($0, report) } + ["</tbody></table></div>"]
}

private func claimRow(_ verdict: Verdict, _ report: Report) -> HTML {
  let word = verdict.outcome.word
  let cells: [(label: HTML, content: HTML)] = [
    ("Basis", "\(verdict.basis?.rawValue ?? "")"), ("Paper", "\(verdict.paper)"),
    ("Ours", "\(verdict.ours)"), ("n", "\(verdict.countText)"),
    ("95% interval", "\(verdict.intervalText)"), ("Against the paper", numberLine(verdict)),
    ("Verdict", "<span class=\"verdict\">\(word)</span>"), ("Source", "\(verdict.source)"),
  ]
  // The number as it sorts and is copied; the other cells are their texts.
  let values: [HTML] = cells.map { cell in
    cell.label == "Ours" && verdict.number != nil
      ? " data-value=\"\(verdict.number.map { "\($0)" } ?? "")\""
      : cell.label == "Against the paper" ? " data-value=\"\"" : ""
  }
  let row = zip(cells, values).map { labelledCell($0.label, $0.content, value: $1) }
  return """
    <tr class="\(word)" id="\("claim-\(verdict.id)")"><td data-value="\(verdict.id)">\(claimText(verdict, report))</td>\
    \(row.joined())</tr>
    """
}

/// A cell that says on a narrow screen which column it is of.
func labelledCell(_ label: HTML, _ content: HTML, value: HTML = "") -> HTML {
  content.text.isEmpty ? "<td></td>" : "<td data-label=\"\(label)\"\(value)>\(content)</td>"
}

private func claimText(_ verdict: Verdict, _ report: Report) -> HTML {
  let given: HTML = verdict.given.isEmpty ? "" : "<br><small>Given: \(verdict.given)</small>"
  let place: HTML =
    report.page.config.flatMap { config in
      config.place(claim: verdict.id).map { " (\(link(to: $0, config)))" as HTML }
    } ?? ""
  return """
    <strong>\(verdict.says)</strong><br><small>\(verdict.id)\(place): \(linked(verdict.explanation, report.page.config))\
    </small>\(given)<br><code class="command">\(report.command(verdict).text)</code>
    """
}

// MARK: - Our number on a line with the paper's

/// Nothing where the claim compares no number with one that it states.
private func numberLine(_ verdict: Verdict) -> HTML {
  guard let bounds = verdict.expectedBounds, let number = verdict.number else { return "" }
  // An interval of something else, such as of a difference, does not belong on the number's axis.
  let interval = verdict.interval.flatMap { $0.low <= number && number <= $0.high ? $0 : nil }
  return numberLine(
    number, interval, bands: [(bounds.low, bounds.high)], mark: bounds.value, name: "ours",
    against: "paper \(verdict.paper)")
}

/// A number with its interval on one line with what it is compared with: bands, which may have no end, and a number.
func numberLine(
  _ number: Double, _ interval: Interval?, bands: [(low: Double?, high: Double?)], mark: Double?,
  name: String, against: String
) -> HTML {
  let bounds = bands.flatMap { [$0.low, $0.high] }
  let marks = ([number, mark, interval?.low, interval?.high] + bounds).compactMap { $0 }.filter(\.isFinite)
  guard number.isFinite, let least = marks.min(), let most = marks.max() else { return "" }
  let scale = LineScale(least: least, most: most)
  let label =
    "\(name) \(readable(number))\(interval.map { ", interval \($0.described)" } ?? ""); \(against)"
  let compared = bands.map { band($0.low, $0.high, scale) }.joined()
  let line: HTML = mark.map { "<path class=\"paper\" d=\"M\(scale.place($0)) 2V24\"/>" } ?? ""
  return """
    <svg class="line" viewBox="0 0 150 26" role="img" aria-label="\(label)"><title>\(label)</title>\
    <path class="axis" d="M0 13H150"/>\(compared)\(line)\(oursMark(number, interval, scale))</svg>
    """
}

private struct LineScale {
  let least: Double
  let most: Double

  /// From 12 to 138 of 150; the middle where all are one number, and for what is none.
  func place(_ number: Double) -> Int {
    guard most > least, !number.isNaN else { return 75 }
    // Halves, since the difference of two finite numbers may not be one.
    let share = (number / 2 - least / 2) / (most / 2 - least / 2)
    return 12 + Int((126 * min(max(share, 0), 1)).rounded())
  }
}

/// To the end of the line where it has no bound there.
private func band(_ low: Double?, _ high: Double?, _ scale: LineScale) -> HTML {
  guard low != nil || high != nil else { return "" }
  let (left, right) = (low.map(scale.place) ?? 0, high.map(scale.place) ?? 150)
  return "<rect class=\"band\" x=\"\(left)\" y=\"3\" width=\"\(max(1, right - left))\" height=\"20\"/>"
}

private func oursMark(_ number: Double, _ interval: Interval?, _ scale: LineScale) -> HTML {
  let place = scale.place(number)
  let whiskers: HTML =
    interval.map { interval in
      let (left, right) = (scale.place(interval.low), scale.place(interval.high))
      return "<path class=\"ours\" d=\"M\(left) 13H\(right)M\(left) 8V18M\(right) 8V18\"/>"
    } ?? ""
  return "\(whiskers)<circle class=\"dot\" cx=\"\(place)\" cy=\"13\" r=\"4\"/>"
}
