import Declarations
import Statistics

/// The numbers of the nights, as their page shows them.
package struct Trend: Sendable {
  package struct Night: Sendable {
    /// Days since 1970.
    package let day: Int
    /// `2026-11-27`, in UTC.
    package let date: String
    package init(day: Int, date: String) { (self.day, self.date) = (day, date) }
  }

  /// Something that happened in a night: a change of what numbers are made with, or a finding.
  package struct Event: Sendable {
    package enum Kind: String, Sendable { case change, amber, red }
    package let night: Night
    package let kind: Kind
    /// Of a finding, its number.
    package let id: String
    package let text: String
    package init(night: Night, kind: Kind, id: String, text: String) {
      (self.night, self.kind, self.id, self.text) = (night, kind, id, text)
    }
  }

  package struct Series: Sendable {
    package let id: String
    /// `nats`; nil where it has none.
    package let unit: String?
    package let accepted: Double?
    package let band: Interval?
    /// Nil for a night that lacks the number.
    package let points: [(day: Int, value: Double?)]
    /// How far it was from the accepted value at most, in half-widths of the band.
    package let farthest: Double
    package init(
      id: String, unit: String?, accepted: Double?, band: Interval?, points: [(day: Int, value: Double?)],
      farthest: Double
    ) {
      (self.id, self.unit, self.accepted, self.band) = (id, unit, accepted, band)
      (self.points, self.farthest) = (points, farthest)
    }
  }

  package struct Group: Sendable {
    package let experiment: String
    /// Numbers that moved.
    package let moved: [Series]
    /// How many never did.
    package let resting: Int
    package let events: [Event]
    package init(experiment: String, moved: [Series], resting: Int, events: [Event]) {
      (self.experiment, self.moved, self.resting, self.events) = (experiment, moved, resting, events)
    }
  }

  package let nights: [Night]
  package let groups: [Group]
  package init(nights: [Night], groups: [Group]) { (self.nights, self.groups) = (nights, groups) }

  /// How many numbers are drawn, and of how many more the page has a row without a picture.
  static let mostDrawn = 250
  static let mostListed = 1000
  static let mostEvents = 100
}

/// `trend.html`: each number that moved over the nights, inside of what is accepted; those that moved most first.
package func trendPage(_ trend: Trend) -> String {
  let groups = trend.groups.map(sorted).sorted { a, b in
    let (left, right) = (a.moved.first?.farthest ?? 0, b.moved.first?.farthest ?? 0)
    return left == right ? a.experiment.isExactlyBefore(b.experiment) : left > right
  }
  var body: [HTML] = ["<h1>Numbers over the nights</h1>"] + headline(trend)
  guard !trend.nights.isEmpty else { return htmlPage(title: "Numbers over the nights", body) }
  body += controls(groups)
  let shown = drawn(groups)
  for (index, group) in groups.enumerated() {
    body += section(group, index, trend, drawn: shown[index].drawn, listed: shown[index].listed)
  }
  return htmlPage(title: "Numbers over the nights", body, more: ("", filterScript))
}

private func sorted(_ group: Trend.Group) -> Trend.Group {
  Trend.Group(
    experiment: group.experiment,
    moved: group.moved.sorted {
      $0.farthest == $1.farthest ? $0.id.isExactlyBefore($1.id) : $0.farthest > $1.farthest
    }, resting: group.resting, events: group.events)
}

/// Of each group, how many numbers are drawn and listed, so that the page stays small.
private func drawn(_ groups: [Trend.Group]) -> [(drawn: Int, listed: Int)] {
  let ranked = groups.enumerated().flatMap { index, group in group.moved.map { (index, $0.farthest) } }
    .sorted { $0.1 > $1.1 }
  var counts = [(drawn: Int, listed: Int)](repeating: (0, 0), count: groups.count)
  for (rank, (index, _)) in ranked.enumerated() {
    if rank < Trend.mostDrawn {
      counts[index].drawn += 1
    } else if rank < Trend.mostDrawn + Trend.mostListed {
      counts[index].listed += 1
    }
  }
  return counts
}

private func headline(_ trend: Trend) -> [HTML] {
  guard let first = trend.nights.first, let last = trend.nights.last else {
    return ["<p>No night has been kept yet.</p>"]
  }
  let moved = trend.groups.reduce(0) { $0 + $1.moved.count }
  let resting = trend.groups.reduce(0) { $0 + $1.resting }
  let span: HTML =
    first.day == last.day
    ? "One night, \(first.date)" : "\(trend.nights.count) nights, \(first.date) to \(last.date)"
  return [
    "<p class=\"counts\">\(span) (UTC). \(counted(moved, "number")) moved, \(resting) never did.</p>",
    """
    <p>The band is what is accepted in another numeric environment: the reference ± its tolerance, the interval of a claim, \
    or the prediction interval of what is trained. In the same environment every number must be equal. Distances are in half-widths \
    of the band; a number without a band has no tolerance, and its distance is in float32 roundings. \
    <a href="index.html">All reports</a></p>
    """,
  ]
}

private func controls(_ groups: [Trend.Group]) -> [HTML] {
  let links: [HTML] = groups.indices.map { "<a href=\"#g\($0)\">\(groups[$0].experiment)</a>" }
  return [
    "<nav aria-label=\"Experiments\">\(links.joined(separator: "\n"))</nav>",
    "<p class=\"tools\"><label>Filter all <input id=\"filter-all\" type=\"search\" aria-label=\"Filter the numbers of all experiments\"></label></p>",
  ]
}

/// One field for the filters of all tables.
private let filterScript: HTML = #"""

  const all = document.getElementById("filter-all");
  all?.addEventListener("input", () => {
    for (const field of document.querySelectorAll("div.tools input")) {
      field.value = all.value;
      field.dispatchEvent(new Event("input"));
    }
  });
  """#

// MARK: - One experiment

private func section(_ group: Trend.Group, _ index: Int, _ trend: Trend, drawn: Int, listed: Int) -> [HTML] {
  let marks = changeMarks(group)
  var body: [HTML] = [
    "<section aria-labelledby=\"g\(index)\"><h2 id=\"g\(index)\">\(group.experiment)</h2>",
    "<p>\(counted(group.moved.count, "number")) moved; \(group.resting) never did, and are not listed.</p>",
  ]
  body += changeList(marks) + findingList(group)
  let shown = group.moved.prefix(drawn + listed)
  if !shown.isEmpty {
    body += tableHead(group.experiment)
    body += shown.enumerated().map { number, series in
      let plot = number < drawn ? TrendPlot(series, group, trend, marks).code : ""
      return row(series, plot, events(of: series, in: group))
    }
    body.append("</tbody></table></div>")
  }
  let rest = group.moved.count - shown.count
  if rest > 0 { body.append("<p>\(counted(rest, "more number")) moved less than these.</p>") }
  return body + ["</section>"]
}

private func tableHead(_ experiment: String) -> [HTML] {
  let titles: [HTML] = ["Number", "Unit", "Accepted", "Last", "Farthest", "History", "Findings"]
  return [
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"\("Numbers of \(experiment)")\"><table class=\"claims trend\" data-name=\"\(experiment)\">",
    "<thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as HTML }.joined())</tr></thead><tbody>",
  ]
}

private func row(_ series: Trend.Series, _ plot: HTML, _ found: [Trend.Event]) -> HTML {
  let last = series.points.last?.value
  let accepted =
    (series.accepted.map(readable) ?? "no reference") + (series.band.map { " \($0.described)" } ?? "")
  let worst = found.contains { $0.kind == .red } ? "red" : found.isEmpty ? "" : "amber"
  let findings: HTML =
    found.isEmpty
    ? "<td></td>"
    : "<td data-label=\"Findings\"><span class=\"level \(worst)\">\(worst)</span> \(counted(found.count, "night"))</td>"
  let far = series.farthest.isFinite ? readable(series.farthest) : "missing in a night"
  return """
    <tr><td>\(series.id)</td><td data-label="Unit">\(series.unit ?? "none")</td>\
    <td data-label="Accepted" data-value="\(series.accepted.map { "\($0)" } ?? "")">\(accepted)</td>\
    <td data-label="Last" data-value="\(last.map { "\($0)" } ?? "")">\(last.map(readable) ?? "missing")</td>\
    <td data-label="Farthest" data-value="\(series.farthest.isFinite ? "\(series.farthest)" : "inf")">\(far)</td>\
    <td class="history" data-value="">\(plot)</td>\(findings)</tr>
    """
}

private func events(of series: Trend.Series, in group: Trend.Group) -> [Trend.Event] {
  group.events.filter { $0.kind != .change && $0.id.isExactly(series.id) }
}

// MARK: - What changed, what was found

/// The changes of one night together, numbered in the order of the nights.
struct ChangeMark {
  let number: Int
  let night: Trend.Night
  let texts: [String]
}

private func changeMarks(_ group: Trend.Group) -> [ChangeMark] {
  let nights = Dictionary(grouping: group.events.filter { $0.kind == .change }, by: \.night.day)
  return nights.sorted { $0.key < $1.key }.enumerated().map { index, entry in
    ChangeMark(number: index + 1, night: entry.value[0].night, texts: entry.value.map(\.text))
  }
}

private func changeList(_ marks: [ChangeMark]) -> [HTML] {
  guard !marks.isEmpty else { return [] }
  let items: [HTML] = marks.suffix(Trend.mostEvents).map { mark in
    "<li value=\"\(mark.number)\">\(mark.night.date): \(mark.texts.prefix(20).joined(separator: "; "))\(mark.texts.count > 20 ? "; and \(mark.texts.count - 20) more" : "")</li>"
  }
  return [
    "<details open><summary>What changed: \(counted(marks.count, "night"))</summary><ol class=\"marks\">"
  ]
    + items + ["</ol></details>"]
}

private func findingList(_ group: Trend.Group) -> [HTML] {
  let found = group.events.filter { $0.kind != .change }
  guard !found.isEmpty else { return [] }
  let items: [HTML] = found.suffix(Trend.mostEvents).reversed().map { event in
    "<li>\(event.night.date): <span class=\"level \(event.kind.rawValue)\">\(event.kind.rawValue)</span> \(event.id): \(event.text)</li>"
  }
  let more = found.count > items.count ? ", the last \(items.count)" : ""
  return ["<details><summary>Findings: \(found.count)\(more)</summary><ul>"] + items + ["</ul></details>"]
}
