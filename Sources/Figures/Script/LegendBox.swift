/// The size a legend will have, and a place where it covers nothing.
struct LegendBox {
  let width: Double
  let height: Double

  init(_ plot: Plot) {
    let title = plot.legendTitle.map { textWidth($0, size: Style.legendSize) } ?? 0
    let rows = Double(plot.legend.count + (plot.legendTitle == nil ? 0 : 1))
    width = max(title, plot.legend.map(\.width).max() ?? 0) + 2 * Self.padding
    height = rows * Self.rowHeight + 2 * Self.padding
  }

  static let padding = 6.0
  static let rowHeight = Style.legendSize * 1.5

  /// The upper left corner in pixels; nil where it has to stand beside the plot.
  func place(in area: Rectangle, of plot: Plot) -> (x: Double, y: Double)? {
    let places = candidates(in: area)
    switch plot.legendPlace {
    case .outside, .none, .above: return nil
    case .topLeft: return places[0]
    case .topRight: return places[1]
    case .bottomLeft: return places[2]
    case .bottomRight: return places[3]
    case .auto: break
    }
    guard width < area.width - 20, height < area.height - 20 else { return nil }
    let points = plot.occupied.map { (x: across($0.x, plot.x, area), y: up($0.y, plot.y, area)) }
    return (places + edges(of: area)).first { place in !points.contains { covers($0, at: place) } }
  }

  private func candidates(in area: Rectangle) -> [(x: Double, y: Double)] {
    let (left, right) = (area.left + 8, area.right - width - 8)
    let (top, bottom) = (area.top - 6, area.bottom + height + 6)
    let (centre, middle) = ((left + right) / 2, (top + bottom) / 2)
    return [
      (left, top), (right, top), (left, bottom), (right, bottom), (right, middle), (left, middle),
      (centre, top), (centre, bottom),
    ]
  }

  /// Places along the edges: down the right one, down the left one, then along top and bottom.
  private func edges(of area: Rectangle) -> [(x: Double, y: Double)] {
    let (left, right) = (area.left + 8, area.right - width - 8)
    let (top, bottom) = (area.top - 6, area.bottom + height + 6)
    let parts = (0...16).map { Double($0) / 16 }
    return parts.map { (right, top - $0 * (top - bottom)) } + parts.map { (left, top - $0 * (top - bottom)) }
      + parts.map { (right - $0 * (right - left), top) } + parts.map { (right - $0 * (right - left), bottom) }
  }

  private func covers(_ point: (x: Double, y: Double), at place: (x: Double, y: Double)) -> Bool {
    let room = 7.0
    return point.x > place.x - room && point.x < place.x + width + room
      && point.y < place.y + room && point.y > place.y - height - room
  }

  private func across(_ value: Double, _ axis: Plot.Axis, _ area: Rectangle) -> Double {
    area.left + (value - axis.low) / (axis.high - axis.low) * area.width
  }

  private func up(_ value: Double, _ axis: Plot.Axis, _ area: Rectangle) -> Double {
    area.bottom + (value - axis.low) / (axis.high - axis.low) * area.height
  }
}
