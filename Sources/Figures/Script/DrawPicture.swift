extension Page {
  mutating func draw(_ picture: Picture, in rectangle: Rectangle) {
    switch picture {
    case .plot(let plot): draw(plot, in: rectangle)
    case .missing(let reason, let caption, let title):
      drawMissing(reason, caption: caption, title: title, in: rectangle)
    case .grid(let grid): draw(grid, in: rectangle)
    }
  }

  /// Cells in reading order, with room for titles of columns (above) and rows (at the left).
  private mutating func draw(_ grid: PictureGrid, in rectangle: Rectangle) {
    guard grid.columns > 0, !grid.cells.isEmpty else { return }
    var area = rectangle
    area.bottom += captionHeight(grid.caption, rectangle.width)
    area.top -= titleHeight(grid.title, rectangle.width) + (grid.title == nil ? 0 : 8)
    if !grid.rowTitles.isEmpty { area.left += Style.titleSize * Style.leading * rowLines(grid, area) + 8 }
    let columnTitleHeight = grid.columnTitles.map { titleHeight($0, area.width / Double(grid.columns)) }.max()
    area.top -= columnTitleHeight ?? 0
    for (index, cell) in grid.cells.enumerated() {
      draw(cell, in: self.cell(index, of: grid, in: area))
    }
    drawGridTexts(grid, rectangle, area)
  }

  private func rowLines(_ grid: PictureGrid, _ area: Rectangle) -> Double {
    let height = area.height / Double(max(grid.rowCount, 1))
    return Double(
      grid.rowTitles.map { wrapped($0, size: Style.titleSize, width: height - 10).count }.max() ?? 0)
  }

  private func cell(_ index: Int, of grid: PictureGrid, in area: Rectangle) -> Rectangle {
    let (row, column) = (index / grid.columns, index % grid.columns)
    let widths = shares(grid.widths, grid.columns)
    let heights = shares(grid.heights, grid.rowCount)
    let left = area.left + area.width * widths[..<column].reduce(0, +)
    let top = area.top - area.height * heights[..<row].reduce(0, +)
    return Rectangle(
      left: left + 6, bottom: top - area.height * heights[row] + 6,
      right: left + area.width * widths[column] - 6,
      top: top - 4)
  }

  /// Parts of 1, in these proportions; missing ones count 1.
  private func shares(_ weights: [Double], _ count: Int) -> [Double] {
    let all = (0..<count).map { weights.indices.contains($0) ? max(weights[$0], 0.01) : 1 }
    let total = all.reduce(0, +)
    return all.map { $0 / total }
  }

  /// A frame without axes, because gnuplot draws labels with a plot only.
  private mutating func drawGridTexts(_ grid: PictureGrid, _ rectangle: Rectangle, _ area: Rectangle) {
    guard grid.caption != nil || grid.title != nil || !grid.columnTitles.isEmpty || !grid.rowTitles.isEmpty
    else { return }
    draw("", .comment("titles of columns and rows"), "reset", "unset border; unset tics; unset key")
    for (index, title) in grid.columnTitles.prefix(min(grid.columns, grid.cells.count)).enumerated() {
      let place = cell(index, of: grid, in: area)
      drawTitle(
        title, over: Rectangle(left: place.left, bottom: place.bottom, right: place.right, top: area.top),
        centre: centre(of: grid.cells[index], in: place))
    }
    for (row, title) in grid.rowTitles.prefix(grid.rowCount).enumerated() {
      drawRowTitle(title, cell(row * grid.columns, of: grid, in: area), left: rectangle.left)
    }
    drawCaption(grid.caption, in: rectangle)
    var top = rectangle
    top.top -= titleHeight(grid.title, rectangle.width)
    drawTitle(grid.title, over: top, centre: (rectangle.left + rectangle.right) / 2)
    drawLabelsOnly()
  }

  /// The middle of what a column's title stands above: of the axes, where there are some.
  private func centre(of picture: Picture, in place: Rectangle) -> Double {
    if case .plot(let plot) = picture { return self.centre(of: plot, in: place) }
    return (place.left + place.right) / 2
  }

  private mutating func drawRowTitle(_ title: String, _ cell: Rectangle, left: Double) {
    let lines = wrapped(title, size: Style.titleSize, width: cell.height - 6)
    for (index, line) in lines.enumerated() {
      text(
        line, x: left + Style.titleSize * Style.leading * (Double(index) + 0.6),
        y: (cell.bottom + cell.top) / 2, size: Style.titleSize, rotated: true)
    }
  }

  private mutating func drawLabelsOnly() {
    draw(
      "set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1",
      "set xrange [0:1]; set yrange [0:1]", "plot NaN notitle")
  }

  private mutating func drawMissing(
    _ reason: String, caption: String?, title: String?, in rectangle: Rectangle
  ) {
    var area = rectangle
    area.bottom += captionHeight(caption, rectangle.width) + 4
    area.top -= titleHeight(title, rectangle.width) + 8
    draw("", .comment("missing: \(reason)"), "reset", "unset border; unset tics; unset key")
    draw(
      "set object rectangle from \(x(area.left + 8)), \(y(area.bottom)) to \(x(area.right - 8)), "
        + "\(y(area.top)) behind fillcolor rgb \(Style.missing) fillstyle solid noborder")
    let lines = wrapped(reason, size: Style.labelSize, width: area.width - 40)
    for (index, line) in lines.enumerated() {
      let offset = (Double(lines.count - 1) / 2 - Double(index)) * Style.labelSize * Style.leading
      text(
        line, x: (area.left + area.right) / 2, y: (area.bottom + area.top) / 2 + offset, size: Style.labelSize
      )
    }
    drawTitle(title, over: area, centre: (area.left + area.right) / 2)
    drawCaption(caption, in: rectangle)
    drawLabelsOnly()
  }
}
