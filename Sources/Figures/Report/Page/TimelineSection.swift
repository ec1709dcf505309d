import Declarations
import Foundation

/// When each stage ran, what it took and what was in the store already.
func timelineSection(_ times: [Report.StageTime]) -> [HTML] {
  guard let whole = times.map(\.end).max() else { return [] }
  let titles: [HTML] = [
    "Stage", "Tasks", "Cached", "Start (s)", "End (s)", "Computing (s)", "Peak memory (MB)",
  ]
  let columns: [HTML] = titles.enumerated().map { index, title in
    index == 0 ? "<th scope=\"col\">\(title)</th>" : "<th scope=\"col\" class=\"n\">\(title)</th>"
  }
  return [
    "<p>Of the last run that changed something. <small>Computing: all tasks together, when they were computed; peak memory: of the process, up to the stage's end.</small></p>",
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Timeline\"><table data-name=\"timeline\">",
    "<thead><tr>\(columns.joined())<th scope=\"col\">From start to end</th></tr></thead><tbody>",
  ] + times.map { timeRow($0, whole: whole) } + ["</tbody></table></div>"]
}

private func timeRow(_ time: Report.StageTime, whole: Double) -> HTML {
  let texts = [
    "\(time.taskCount)", "\(time.cachedCount)", seconds(time.start), seconds(time.end),
    time.seconds.map(seconds) ?? "",
    time.peakBytes.map { fixed($0 / 1e6, 0) } ?? "",
  ]
  let cells: [HTML] = texts.map { "<td class=\"n\">\($0)</td>" }
  return """
    <tr><td>\(time.stage)</td>\(cells.joined())<td data-value="">\(bar(time, whole: whole))</td></tr>
    """
}

private func seconds(_ value: Double) -> String { fixed(value, value < 10 ? 3 : 1) }

/// Grey where all of it came from the store.
private func bar(_ time: Report.StageTime, whole: Double) -> HTML {
  func place(_ value: Double) -> Int { whole > 0 ? Int((1000 * min(max(value / whole, 0), 1)).rounded()) : 0 }
  let (left, right) = (min(place(time.start), 996), place(time.end))
  let label = "\(time.stage): from \(seconds(time.start)) s to \(seconds(time.end)) s"
  let kind: HTML = time.cachedCount == time.taskCount ? " class=\"cached\"" : ""
  return """
    <svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label="\(label)">\
    <rect\(kind) x="\(left)" y="1" width="\(max(4, right - left))" height="12"/></svg>
    """
}
