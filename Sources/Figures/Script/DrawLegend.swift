/// The legend is drawn from rectangles, arrows and labels: gnuplot sizes its own key by a guess that
/// differs between the three formats.
extension Page {
  mutating func drawLegend(_ plot: Plot, at place: (x: Double, y: Double)) {
    if plot.legendPlace == .above {
      drawRow(plot.legend, centre: place.x, y: place.y)
      return
    }
    let box = LegendBox(plot)
    draw(
      "set object rectangle from \(x(place.x)), \(y(place.y)) to \(x(place.x + box.width)), "
        + "\(y(place.y - box.height)) front fillcolor rgb \(Style.panel) fillstyle solid noborder")
    var height = place.y - LegendBox.padding - LegendBox.rowHeight / 2
    if let title = plot.legendTitle {
      text(title, x: place.x + LegendBox.padding, y: height, size: Style.legendSize, justified: "left")
      height -= LegendBox.rowHeight
    }
    for entry in plot.legend {
      drawEntry(entry, x: place.x + LegendBox.padding, y: height)
      height -= LegendBox.rowHeight
    }
  }

  private mutating func drawEntry(_ entry: Plot.LegendEntry, x left: Double, y height: Double) {
    let sample = entry.sampleWidth
    if let line = entry.line {
      draw(
        "set arrow from \(x(left)), \(y(height)) to \(x(left + sample)), \(y(height)) nohead \(line) front")
    }
    if let marker = entry.marker {
      draw("set label '' at \(x(left + sample / 2)), \(y(height)) point \(marker) front")
    }
    text(entry.title, x: left + sample + 8, y: height, size: Style.legendSize, justified: "left")
  }

  private mutating func drawRow(_ entries: [Plot.LegendEntry], centre: Double, y height: Double) {
    var left = centre - Plot.rowWidth(entries) / 2
    for entry in entries {
      drawEntry(entry, x: left, y: height)
      left += entry.width + Plot.legendGap
    }
  }
}

extension Plot.LegendEntry {
  /// The line, or the room for a marker alone.
  var sampleWidth: Double { line == nil ? 12 : 30 }
  var width: Double { sampleWidth + 8 + textWidth(title, size: Style.legendSize) }
}

extension Plot {
  fileprivate static let legendGap = 20.0

  fileprivate static func rowWidth(_ entries: [LegendEntry]) -> Double {
    entries.map(\.width).reduce(0, +) + legendGap * Double(max(entries.count - 1, 0))
  }

  /// The same, whose legend stands beside the axes where it would be wider than the plot above them.
  func withFittingLegend(_ width: Double) -> Plot {
    guard movesWideLegend, legendPlace == .above, Self.rowWidth(legend) > width - 80 else { return self }
    var plot = self
    plot.legendPlace = .outside
    return plot
  }
}
