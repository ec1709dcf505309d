import Declarations
import Foundation

/// The simulation's set-up: images on the equator of the unit sphere and their texts above them, with
/// the mismatched pairs joined in red: Fig. 3(e) of the paper.
enum Sphere {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "sphere", summary: "pairs of points on the unit sphere, with mismatched pairs joined in red",
      parameters: [
        .defaulted("pairs", .integer(1...40), .number(6), "the number of pairs"),
        .defaulted("spacing_degrees", .number(0...360), .number(20), "azimuth from one pair to the next"),
        .defaulted("first_degrees", .number(-360...360), .number(-20), "azimuth of the first pair"),
        .defaulted("mismatched", .boolean, .bool(true), "exchanges the first two texts"),
        .defaulted(
          "elevation_degrees", .number(-90...90), .number(32), "the elevation at which the texts are drawn"),
        .defaulted(
          "view", .list(.number(-360...360), least: 2, most: 2), .array([.number(28), .number(14)]),
          "azimuth and elevation of the view"),
      ] + Parameter.common),
    picture: { parameters, _ in
      var plot = try plot(parameters)
      plot.title = parameters.optionalString("title")
      plot.caption = parameters.optionalString("caption")
      return .plot(plot)
    },
    size: { _ in (520, 540) })

  static func plot(_ parameters: FigureParameters) throws -> Plot {
    let setup = try Setup(parameters)
    var plot = Plot(
      x: .init(label: "", low: -1.25, high: 1.25), y: .init(label: "", low: -1.25, high: 1.25))
    plot.isBare = true
    plot.definitions = setup.definitions
    plot.decorations = [
      "set object circle at 0,0 size 1 behind fillcolor rgb '#DAD3DC' fillstyle solid noborder"
    ]
    plot.blocks = setup.blocks
    plot.layers = Sphere.layers
    plot.decorations += setup.labels
    plot.legend = [
      .init(title: "Image", marker: "pointtype 9 pointsize 1.1*dot linecolor rgb \(Style.blue)"),
      .init(title: "Text", marker: "pointtype 13 pointsize 1.1*dot linecolor rgb \(Style.orange)"),
    ]
    plot.legendPlace = .topRight
    return plot
  }

  private static let layers: [Plot.Layer] = {
    let place: GnuplotCode = "(u($1,$2)):(v($1,$2))"
    let steps: GnuplotCode = "(u($1,$3)-u($1,$2)):(v($1,$3)-v($1,$2))"
    let styles: [(block: Int, style: GnuplotCode)] = [
      (
        0,
        "using (u($1,$2)):(depth($1,$2)<0 ? v($1,$2) : NaN) with lines linewidth 0.5 linecolor rgb '#CFC8D2' notitle"
      ),
      (
        0,
        "using (u($1,$2)):(depth($1,$2)>=0 ? v($1,$2) : NaN) with lines linewidth 0.7 linecolor rgb '#A49CA8' notitle"
      ),
      (1, "using 1:2 with lines linewidth 0.9 linecolor rgb '#6E6873' notitle"),
      (2, "using \(place) with lines linewidth 1 linecolor rgb '#D9A58C' notitle"),
      (3, "using \(place) with lines linewidth 2 linecolor rgb '#E3342F' notitle"),
      (
        4,
        "using \(place):\(steps) with vectors head filled size screen 0.012,25 linewidth 2.4 "
          + "linecolor rgb \(Style.gold) notitle"
      ),
      (5, "using \(place) with points pointtype 9 pointsize 1.3*dot linecolor rgb \(Style.blue) notitle"),
      (6, "using \(place) with points pointtype 13 pointsize 1.3*dot linecolor rgb \(Style.orange) notitle"),
    ]
    return styles.map { .init($0.block, $0.style) }
  }()
}

extension Sphere {
  /// Where everything stands, as azimuth and elevation in degrees.
  struct Setup {
    let azimuths: [Double]
    let elevation: Double
    let isMismatched: Bool
    let view: (azimuth: Double, elevation: Double)

    init(_ parameters: FigureParameters) throws {
      let pairs = try parameters.integer("pairs", in: 1...40)
      let spacing = try parameters.number("spacing_degrees")
      let first = try parameters.number("first_degrees")
      azimuths = (0..<pairs).map { first + spacing * Double($0) }
      elevation = try parameters.number("elevation_degrees")
      isMismatched = try parameters.flag("mismatched") && pairs > 1
      let angles = parameters.numbers("view")
      let middle = first + spacing * Double(pairs - 1) / 2
      view = angles.count == 2 ? (angles[0], angles[1]) : (middle, 14)
    }

    /// The text of pair i stands above the image of this pair.
    func place(ofText index: Int) -> Int {
      isMismatched && index < 2 ? 1 - index : index
    }

    /// The orthographic view: u to the right, v upwards, depth towards the viewer.
    var definitions: [GnuplotCode] {
      [
        "look = \(view.azimuth); tilt = \(view.elevation)",
        "rad(a) = a * pi / 180",
        "u(a,e) = cos(rad(e)) * sin(rad(a - look))",
        "v(a,e) = cos(rad(tilt)) * sin(rad(e)) - sin(rad(tilt)) * cos(rad(e)) * cos(rad(a - look))",
        "depth(a,e) = sin(rad(tilt)) * sin(rad(e)) + cos(rad(tilt)) * cos(rad(e)) * cos(rad(a - look))",
      ]
    }

    func screen(_ azimuth: Double, _ elevation: Double) -> (x: Double, y: Double) {
      let (a, e, t) = (
        (azimuth - view.azimuth) * .pi / 180, elevation * .pi / 180, view.elevation * .pi / 180
      )
      return (cos(e) * sin(a), cos(t) * sin(e) - sin(t) * cos(e) * cos(a))
    }

    var blocks: [Plot.Block] {
      [
        .init(comment: "meridians and parallels: azimuth, elevation", rows: wires),
        .init(comment: "outline and axes on the page", rows: outline),
        .init(comment: "meridians of the pairs", rows: meridians),
        .init(comment: "mismatched pairs: image, text", rows: mismatches),
        .init(
          comment: "arrows: azimuth, elevation of start, of end",
          rows: azimuths.map { [$0, elevation - 4, 8] }),
        .init(comment: "images: azimuth, elevation", rows: azimuths.map { [$0, 0] }),
        .init(comment: "texts: azimuth, elevation", rows: azimuths.map { [$0, elevation] }),
      ]
    }

    private var wires: [[Double]] {
      let along = stride(from: -180.0, through: 180, by: 5)
      let parallels = stride(from: -60.0, through: 60, by: 30).flatMap { e in along.map { [$0, e] } + [[]] }
      let meridians = stride(from: 0.0, to: 360, by: 30).flatMap { a in
        stride(from: -90.0, through: 90, by: 5).map { [a, $0] } + [[]]
      }
      return parallels + meridians
    }

    private var outline: [[Double]] {
      let circle = stride(from: 0.0, through: 360, by: 3).map { [cos($0 * .pi / 180), sin($0 * .pi / 180)] }
      let axes = Setup.axisEnds.flatMap { end -> [[Double]] in
        let place = screen(end.0, end.1)
        return [[0, 0], [1.12 * place.x, 1.12 * place.y], []]
      }
      return circle + [[]] + axes
    }

    private static let axisEnds = [(0.0, 0.0), (90.0, 0.0), (0.0, 90.0)]

    private var meridians: [[Double]] {
      azimuths.flatMap { a in stride(from: -40.0, through: elevation, by: 4).map { [a, $0] } + [[]] }
    }

    private var mismatches: [[Double]] {
      guard isMismatched else { return [[azimuths[0], 0]] }
      return [[azimuths[0], 0], [azimuths[1], elevation], [], [azimuths[1], 0], [azimuths[0], elevation]]
    }

    var labels: [GnuplotCode] {
      let names = zip(["x", "y", "z"], Setup.axisEnds).map { name, end in
        let place = screen(end.0, end.1)
        return label(name, (1.18 * place.x, 1.18 * place.y), colour: Style.ink)
      }
      let images = azimuths.indices.map { index in
        let place = screen(azimuths[index], 0)
        return label(
          "I\(subscripted(index))", (place.x, place.y - 0.11), colour: colour(index, Style.blue).asInk)
      }
      let texts = azimuths.indices.map { index in
        let place = screen(azimuths[self.place(ofText: index)], elevation)
        return label(
          "T\(subscripted(index))", (place.x, place.y + 0.11), colour: colour(index, Style.orange).asInk)
      }
      return names + images + texts
    }

    private func colour(_ index: Int, _ usual: Colour) -> Colour {
      isMismatched && index < 2 ? Colour(0xE3342F) : usual
    }

    private func label(_ text: String, _ place: (Double, Double), colour: Colour) -> GnuplotCode {
      "set label \(text) at first \(place.0), \(place.1) center font ',14' textcolor rgb \(colour) front"
    }
  }
}

/// 12 as ₁₂.
private func subscripted(_ number: Int) -> String {
  String(
    String(number).unicodeScalars.compactMap { UnicodeScalar($0.value - 48 + 0x2080) }.map(Character.init))
}
