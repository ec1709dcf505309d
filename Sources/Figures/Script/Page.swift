/// A script in the making: data on top, then the drawing, once for each format.
struct Page {
  let name: String
  let width: Double
  let height: Double
  private var data: [GnuplotCode] = []
  private var drawing: [GnuplotCode] = []
  private var blockCount = 0

  init(name: String, width: Double, height: Double) {
    self.name = name
    self.width = width
    self.height = height
  }

  mutating func draw(_ lines: GnuplotCode...) { drawing += lines }
  mutating func draw(_ lines: [GnuplotCode]) { drawing += lines }

  /// Adds a block of data and gives its name.
  mutating func add(_ block: Plot.Block) -> GnuplotCode {
    blockCount += 1
    let name: GnuplotCode = "$data\(blockCount)"
    data.append(.comment(block.comment))
    data.append("\(name) << EOD")
    data += block.rows.map { $0.map { GnuplotCode($0) }.joined(separator: " ") }
    data.append("EOD")
    return name
  }

  func x(_ pixels: Double) -> GnuplotCode { "screen \(pixels / width, decimals: 5)" }
  func y(_ pixels: Double) -> GnuplotCode { "screen \(pixels / height, decimals: 5)" }

  /// Text at a place of the page, centred unless `justified` otherwise.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double, justified: GnuplotCode = "center",
    rotated: Bool = false
  ) {
    let turn: GnuplotCode = rotated ? " rotate by 90" : ""
    drawing.append(
      "set label \(text) at \(self.x(x)), \(self.y(y)) \(justified)\(turn) font ',\(size)' "
        + "textcolor rgb \(Style.ink) front")
  }

  /// The whole script. `reread` runs it again from its top for the next format.
  var script: GnuplotCode {
    let head: [GnuplotCode] = [
      .comment(
        "Run gnuplot -d ./\(name).gp in this folder; it writes \(name).svg, \(name).png and \(name).pdf."),
      .comment("All data are below. You can edit this file."), "",
    ]
    let parts: [[GnuplotCode]] = [head, data, [""], preamble, drawing, Self.ending]
    return parts.joined().joined(separator: "\n") + "\n"
  }

  /// Lines of the script so far, which is what gnuplot's time and the size of the pictures go with.
  var lineCount: Int { data.count + drawing.count }

  private var preamble: [GnuplotCode] {
    let cairo: GnuplotCode = "noenhanced font 'sans-serif,12' background '#FFFFFF'"
    let inches: GnuplotCode = "\(width / 96, decimals: 4),\(height / 96, decimals: 4)"
    return [
      "if (!exists('format')) format = 0", "format = format + 1",
      "if (format == 1) set terminal svg size \(width),\(height) dynamic noenhanced font 'sans-serif,12' "
        + "background '#FFFFFF' name 'figure'; set output \(name + ".svg")",
      "if (format == 2) set terminal pngcairo size \(2 * width),\(2 * height) \(cairo) fontscale 1.5 linewidth 2 "
        + "pointscale 2; set output \(name + ".png")",
      "if (format == 3) set terminal pdfcairo size \(inches) \(cairo) fontscale 0.5625 linewidth 1.2 "
        + "pointscale 0.7; set output \(name + ".pdf")",
      "dot = format == 1 ? 0.75 : 1  # SVG draws points larger",
      "set encoding utf8; set minussign", "set multiplot",
    ]
  }

  private static let ending: [GnuplotCode] = ["unset multiplot", "set output", "if (format < 3) reread"]
}
