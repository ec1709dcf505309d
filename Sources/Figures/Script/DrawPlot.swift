/// Puts a plot into its rectangle: margins from the sizes of its texts, so that none overlap.
extension Page {
  mutating func draw(_ plot: Plot, in rectangle: Rectangle) {
    var plot = plot.withFittingLegend(rectangle.width)
    let inner = self.inner(plot, in: rectangle)
    draw("", .comment(plot.caption ?? plot.title ?? "a plot"), "reset")
    draw(frame(plot, inner.area))
    drawTitles(plot, rectangle, inner.area)
    drawAxes(plot, inner.area)
    if let place = inner.legend { drawLegend(plot, at: place) }
    if let note = plot.note { drawNote(note, inner.area) }
    draw(plot.decorations)
    draw(plot.definitions)
    drawLayers(&plot)
  }

  /// Where the axes go, and where the legend does.
  struct Inner {
    var area: Rectangle
    var legend: (x: Double, y: Double)?
  }

  private func inner(_ plot: Plot, in rectangle: Rectangle) -> Inner {
    let legend = LegendBox(plot)
    var area = self.area(plot, in: rectangle)
    guard plot.legendPlace != .none, !plot.legend.isEmpty else { return Inner(area: area) }
    if plot.legendPlace == .above {
      return Inner(area: area, legend: ((area.left + area.right) / 2, area.top + 10))
    }
    if let place = legend.place(in: area, of: plot) { return Inner(area: area, legend: place) }
    area.right = max(area.right - legend.width - 10, area.left + 40)
    return Inner(area: area, legend: (area.right + 10, area.top))
  }

  /// The middle of the axes that the plot will have.
  func centre(of plot: Plot, in rectangle: Rectangle) -> Double {
    let area = inner(plot.withFittingLegend(rectangle.width), in: rectangle).area
    return (area.left + area.right) / 2
  }

  private func area(_ plot: Plot, in rectangle: Rectangle) -> Rectangle {
    var area = rectangle
    area.top -= 8 + titleHeight(plot.title, rectangle.width)
    if plot.legendPlace == .above, !plot.legend.isEmpty { area.top -= legendRowHeight }
    area.bottom += captionHeight(plot.caption, rectangle.width) + 4
    if plot.isBare { return squared(area) }
    area.bottom += Style.tickSize + 14
    if !plot.x.label.isEmpty { area.bottom += Style.labelSize * Style.leading + 2 }
    area.left += yTicks(plot, height: area.height).width + 14
    if !plot.y.label.isEmpty { area.left += Style.labelSize * Style.leading + 4 }
    area.right -= 14
    return area
  }

  /// The largest square in the middle of a rectangle.
  private func squared(_ area: Rectangle) -> Rectangle {
    let side = min(area.width, area.height)
    let (x, y) = ((area.left + area.right) / 2, (area.bottom + area.top) / 2)
    return Rectangle(left: x - side / 2, bottom: y - side / 2, right: x + side / 2, top: y + side / 2)
  }

  func titleHeight(_ title: String?, _ width: Double) -> Double {
    Double(wrapped(title ?? "", size: Style.titleSize, width: width).count) * Style.titleSize * Style.leading
  }

  func captionHeight(_ caption: String?, _ width: Double) -> Double {
    let lines = wrapped(caption ?? "", size: Style.captionSize, width: width).count
    return lines == 0 ? 0 : Double(lines) * Style.captionSize * Style.leading + 6
  }

  private func frame(_ plot: Plot, _ area: Rectangle) -> [GnuplotCode] {
    [
      "set lmargin at \(x(area.left)); set rmargin at \(x(area.right))",
      "set bmargin at \(y(area.bottom)); set tmargin at \(y(area.top))",
      "set object rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb \(Style.panel) "
        + "fillstyle solid noborder",
      "set xrange [\(plot.x.low):\(plot.x.high)]",
      "set yrange [\(plot.y.low):\(plot.y.high)]",
      "unset border; unset key",
    ]
  }

  private var legendRowHeight: Double { Style.legendSize * 1.7 }

  private mutating func drawTitles(_ plot: Plot, _ rectangle: Rectangle, _ area: Rectangle) {
    var below = rectangle
    below.top = rectangle.top - 4 - titleHeight(plot.title, rectangle.width)
    drawTitle(plot.title, over: below, centre: (area.left + area.right) / 2)
    drawCaption(plot.caption, in: rectangle)
  }

  mutating func drawTitle(_ title: String?, over area: Rectangle, centre: Double) {
    let lines = wrapped(title ?? "", size: Style.titleSize, width: area.width)
    for (index, line) in lines.enumerated() {
      let height = Style.titleSize * Style.leading * (Double(lines.count - index) - 0.5)
      text(line, x: centre, y: area.top + height, size: Style.titleSize)
    }
  }

  mutating func drawCaption(_ caption: String?, in rectangle: Rectangle) {
    let lines = wrapped(caption ?? "", size: Style.captionSize, width: rectangle.width)
    for (index, line) in lines.enumerated() {
      let height = Style.captionSize * Style.leading * (Double(lines.count - index) - 0.5)
      text(
        line, x: (rectangle.left + rectangle.right) / 2, y: rectangle.bottom + height, size: Style.captionSize
      )
    }
  }

  private func xTicks(_ plot: Plot, width: Double) -> Ticks {
    for count in stride(from: max(2, Int(width / 55)), to: 1, by: -1) {
      let ticks = Ticks(low: plot.x.low, high: plot.x.high, count: count, isWhole: plot.x.isWhole)
      if (ticks.width + 10) * Double(ticks.labels.count) <= width { return ticks }
    }
    return Ticks(low: plot.x.low, high: plot.x.high, count: 1, isWhole: plot.x.isWhole)
  }

  private func marks(_ axis: Plot.Axis, _ width: Double) -> GnuplotCode? {
    axis.marks.isEmpty ? nil : axis.marks.command(unitsPerPixel: (axis.high - axis.low) / max(1, width))
  }

  private func yTicks(_ plot: Plot, height: Double) -> Ticks {
    Ticks(low: plot.y.low, high: plot.y.high, count: max(2, Int(height / 48)))
  }

  private mutating func drawAxes(_ plot: Plot, _ area: Rectangle) {
    if plot.isBare {
      draw("unset tics")
      return
    }
    let (across, up) = (xTicks(plot, width: area.width), yTicks(plot, height: area.height))
    draw(
      "set grid linetype 1 linewidth 1.2 linecolor rgb \(Style.grid)",
      "set tics scale 0 font ',\(Style.tickSize)' textcolor rgb \(Style.ink)",
      "set xtics \(marks(plot.x, area.width) ?? across.command); set format x '%.\(across.decimals)f'",
      "set ytics \(up.command); set format y '%.\(up.decimals)f'")
    drawAxisLabels(plot, area, tickWidth: up.width)
  }

  private mutating func drawAxisLabels(_ plot: Plot, _ area: Rectangle, tickWidth: Double) {
    let size = Style.labelSize
    if !plot.x.label.isEmpty {
      text(
        fitting(plot.x.label, size, area.width + 40), x: (area.left + area.right) / 2,
        y: area.bottom - Style.tickSize - 14 - size * 0.6, size: size)
    }
    if !plot.y.label.isEmpty {
      text(
        fitting(plot.y.label, size, area.height + 40), x: area.left - tickWidth - 14 - size * 0.6,
        y: (area.bottom + area.top) / 2, size: size, rotated: true)
    }
  }

  /// The text, cut with an ellipsis where it is longer than its axis.
  private func fitting(_ text: String, _ size: Double, _ width: Double) -> String {
    if textWidth(text, size: size) <= width { return text }
    let first = wrapped(text, size: size, width: max(width - size, size)).first ?? text
    return first + "…"
  }

  /// A box in the middle with a few words.
  private mutating func drawNote(_ note: String, _ area: Rectangle) {
    let (centre, middle) = ((area.left + area.right) / 2, area.bottom + 0.45 * area.height)
    let (width, height) = (textWidth(note, size: Style.labelSize) / 2 + 8, Style.labelSize * 0.85)
    draw(
      "set object rectangle from \(x(centre - width)), \(y(middle - height)) to \(x(centre + width)), "
        + "\(y(middle + height)) front fillcolor rgb '#CFE2F3' fillstyle solid noborder")
    text(note, x: centre, y: middle, size: Style.labelSize)
  }

  private mutating func drawLayers(_ plot: inout Plot) {
    let names = plot.blocks.map { add($0) }
    var layers: [GnuplotCode] = plot.layers.filter { names.indices.contains($0.block) }.map {
      "\(names[$0.block]) \($0.style)"
    }
    if layers.isEmpty { layers = ["NaN notitle"] }
    draw("plot \\\n  " + layers.joined(separator: ", \\\n  "))
  }
}
