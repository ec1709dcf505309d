import Declarations
import Foundation
import Statistics

/// The history of one number: value over date, the band behind it, changes as vertical lines, findings as large dots.
///
/// The picture has no text and is stretched to the room that there is; dates and values stand beside it, so that they are as
/// large as all other text.
struct TrendPlot {
  private let series: Trend.Series
  private let found: [Trend.Event]
  private let marks: [ChangeMark]
  private let days: ClosedRange<Int>
  private let dates: (first: String, last: String)
  private let range: ClosedRange<Double>

  private static let (width, height) = (1000, 100)

  init(_ series: Trend.Series, _ group: Trend.Group, _ trend: Trend, _ marks: [ChangeMark]) {
    (self.series, self.marks) = (series, marks)
    found = group.events.filter { $0.kind != .change && $0.id.isExactly(series.id) }
    let (first, last) = (trend.nights.first, trend.nights.last)
    days = (first?.day ?? 0)...max(first?.day ?? 0, last?.day ?? 0)
    dates = (first?.date ?? "", last?.date ?? "")
    range = Self.range(series)
  }

  /// Of all that is drawn, with some room.
  private static func range(_ series: Trend.Series) -> ClosedRange<Double> {
    let all =
      series.points.compactMap(\.value)
      + [series.accepted, series.band?.low, series.band?.high]
      .compactMap { $0 }
    let finite = all.filter { $0.isFinite && abs($0) < 1e300 }
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let room = high > low ? 0.08 * (high - low) : max(abs(low) * 1e-6, 1e-12)
    return (low - room)...(high + room)
  }

  var code: HTML {
    let (low, high) = Self.labels(range)
    let isOne = days.lowerBound == days.upperBound
    let right: HTML = isOne ? "" : "<span>\(dates.last)</span>"
    return """
      <div class="plot\(isOne ? " one" as HTML : "")"><span class="unit">\(series.unit ?? "no unit")</span><span class="y">\(high)</span><span class="y low">\(low)</span>\
      <div class="marks" aria-hidden="true">\(labelsOfMarks.joined())</div>\
      <svg viewBox="0 0 \(Self.width) \(Self.height)" preserveAspectRatio="none" role="img" aria-label="\(label)"><title>\(label)</title>\
      \(band)\(reference)\(lines.joined())<path class="line" d="\(path)"/>\(dots)\(findings.joined())</svg>\
      <div class="x"><span>\(dates.first)</span>\(right)</div></div>
      """
  }

  // MARK: - Places

  private func x(_ day: Int) -> Int {
    let span = days.upperBound - days.lowerBound
    guard span > 0 else { return Self.width / 2 }
    let share = Double(min(max(day, days.lowerBound), days.upperBound) - days.lowerBound) / Double(span)
    return 12 + Int((share * Double(Self.width - 24)).rounded())
  }

  private func y(_ value: Double) -> Int {
    // Halves, since the difference of two finite numbers may not be one.
    let share = (value / 2 - range.lowerBound / 2) / (range.upperBound / 2 - range.lowerBound / 2)
    let kept = min(max(share.isFinite ? share : 0.5, 0), 1)
    return Self.height - Int((kept * Double(Self.height)).rounded())
  }

  /// In as many digits as tell them apart.
  static func labels(_ range: ClosedRange<Double>) -> (low: String, high: String) {
    for digits in 4...17 {
      let texts = [range.lowerBound, range.upperBound].map { String(format: "%.\(digits)g", $0) }
      let step = (range.upperBound - range.lowerBound) / 20
      let values = texts.compactMap { Double($0) }
      let isNear = zip(values, [range.lowerBound, range.upperBound]).allSatisfy { abs($0 - $1) <= step }
      if texts[0] != texts[1], isNear { return (texts[0], texts[1]) }
    }
    return (readable(range.lowerBound), readable(range.upperBound))
  }

  // MARK: - What is drawn

  private var band: HTML {
    guard let band = series.band, band.low.isFinite, band.high.isFinite else { return "" }
    let (top, bottom) = (y(band.high), y(band.low))
    return
      "<rect class=\"band\" x=\"0\" y=\"\(top)\" width=\"\(Self.width)\" height=\"\(max(1, bottom - top))\"/>"
  }

  private var reference: HTML {
    guard let accepted = series.accepted, accepted.isFinite else { return "" }
    return "<path class=\"paper\" d=\"M0 \(y(accepted))H\(Self.width)\"/>"
  }

  private var lines: [HTML] {
    marks.map { mark in
      "<path class=\"mark\" d=\"M\(x(mark.night.day)) 0V\(Self.height)\"><title>\("\(mark.number), \(mark.night.date)")</title></path>"
    }
  }

  /// A number at its line; of lines that are too near for two numbers, only the first has one, with a `+`.
  private var labelsOfMarks: [HTML] {
    var clusters: [(place: Int, number: Int, count: Int)] = []
    for mark in marks {
      let place = x(mark.night.day)
      if let last = clusters.last, place - last.place < 110 {
        clusters[clusters.count - 1].count += 1
      } else {
        clusters.append((place, mark.number, 1))
      }
    }
    return clusters.map { cluster in
      "<span style=\"left:\(min(max(cluster.place / 10, 4), 94))%\">\(cluster.number)\(cluster.count > 1 ? "+" : "")</span>"
    }
  }

  /// The points without those that are between two of the same height; a gap where a night lacks the number.
  private var path: HTML {
    let points = series.points
    var parts: [HTML] = []
    var isDown = false
    for (index, point) in points.enumerated() {
      guard let value = point.value else {
        isDown = false
        continue
      }
      let isBetween =
        isDown && index + 1 < points.count && points[index - 1].value == value
        && points[index + 1].value == value
      if isBetween { continue }
      parts.append("\(isDown ? "L" : "M" as HTML)\(x(point.day)) \(y(value))")
      isDown = true
    }
    return parts.joined()
  }

  /// Round whatever the picture is stretched to: lines without a length, whose width is not stretched.
  private var dots: HTML {
    let shown = series.points.compactMap { point in point.value.map { (point.day, $0) } }
    let step = max(1, shown.count / 120)
    let places: [HTML] = shown.enumerated().filter { $0.offset % step == 0 || $0.offset == shown.count - 1 }
      .map { "M\(x($0.element.0)) \(y($0.element.1))h0" }
    return "<path class=\"dots\" d=\"\(places.joined())\"/>"
  }

  /// A night that lacks the number has its finding at the bottom.
  private var findings: [HTML] {
    let values = Dictionary(series.points.map { ($0.day, $0.value) }, uniquingKeysWith: { first, _ in first })
    return found.map { event in
      let height = (values[event.night.day] ?? nil).map(y) ?? Self.height
      return
        "<path class=\"found \(event.kind.rawValue)\" d=\"M\(x(event.night.day)) \(height)h0\"><title>\("\(event.night.date): \(event.kind.rawValue): \(event.text)")</title></path>"
    }
  }

  private var label: String {
    let shown = series.points.compactMap(\.value)
    let nights = counted(series.points.count, "night")
    let values =
      shown.isEmpty ? "no value" : "from \(readable(shown.min() ?? 0)) to \(readable(shown.max() ?? 0))"
    let unit = series.unit.map { " \($0)" } ?? ""
    let band = series.band.map { "; accepted \($0.described)" } ?? ""
    let missing = series.points.count - shown.count
    return "\(series.id): \(nights), \(values)\(unit)\(band)"
      + (missing > 0 ? "; missing in \(counted(missing, "night"))" : "")
      + (found.isEmpty ? "" : "; \(counted(found.count, "finding"))")
  }
}
