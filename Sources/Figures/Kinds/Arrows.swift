import Claims
import Declarations

/// Two clouds of points and two arrows from one centroid towards the other, the way a shift moves them:
/// Fig. 3(a) of the paper.
enum Arrows {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "arrows", summary: "points of a projection and the directions of a shift",
      parameters: own + Parameter.facets + Parameter.common),
    picture: { parameters, context in try faceted(parameters, context, plot: plot) },
    size: { _ in (520, 470) })

  private static let own =
    Scatter.parameters.filter { !["connect", "palette"].contains($0.name) } + [Scatter.palette(.blueOrange)]

  static func plot(_ parameters: FigureParameters, _ context: FigureContext) throws -> Plot {
    let parameters = parameters.with(["connect": .bool(false)])
    let (_, groups) = try Scatter.groups(parameters, context)
    var plot = try Scatter.plot(parameters, context)
    guard groups.count == 2, groups.allSatisfy({ !$0.points.isEmpty }) else { return plot }
    let (a, b) = (groups[0].centroid, groups[1].centroid)
    let offset = 0.06 * (plot.y.high - plot.y.low)
    plot.decorations.append(arrow(from: b, to: a, raisedBy: offset, colour: Style.gold))
    plot.decorations.append(arrow(from: a, to: b, raisedBy: -offset, colour: Colour(0x1F77B4)))
    return plot
  }

  private static func arrow(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), raisedBy offset: Double,
    colour: Colour
  ) -> GnuplotCode {
    "set arrow from first \(start.x), \(start.y + offset) to first \(end.x), "
      + "\(end.y + offset) head filled size screen 0.025,22 linewidth 4 linecolor rgb \(colour) front"
  }
}
