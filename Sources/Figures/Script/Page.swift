import Foundation

/// A script in the making: data on top, then the drawing, once for each format.
struct Page {
  let name: String
  let width: Double
  let height: Double
  private var data: [String] = []
  private var drawing: [String] = []
  private var blockCount = 0

  init(name: String, width: Double, height: Double) {
    self.name = name
    self.width = width
    self.height = height
  }

  mutating func draw(_ lines: String...) { drawing += lines }
  mutating func draw(_ lines: [String]) { drawing += lines }

  /// Adds a block of data and gives its name.
  mutating func add(_ block: Plot.Block) -> String {
    blockCount += 1
    let name = "$data\(blockCount)"
    data.append(comment(block.comment))
    data.append("\(name) << EOD")
    data += block.rows.map { $0.map(plotted).joined(separator: " ") }
    data.append("EOD")
    return name
  }

  func x(_ pixels: Double) -> String { "screen " + String(format: "%.5f", pixels / width) }
  func y(_ pixels: Double) -> String { "screen " + String(format: "%.5f", pixels / height) }

  /// Text at a place of the page, centred unless `justified` otherwise.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double, justified: String = "center", rotated: Bool = false
  ) {
    drawing.append(
      "set label \(quoted(text)) at \(self.x(x)), \(self.y(y)) \(justified)"
        + (rotated ? " rotate by 90" : "") + " font ',\(plotted(size))' textcolor rgb '\(Style.ink)' front")
  }

  /// The whole script. `reread` runs it again from its top for the next format.
  var script: String {
    let head = [
      "# Run `gnuplot \(name).gp` in this folder: it makes \(name).svg, \(name).png and \(name).pdf.",
      "# All data are below, and every line may be edited.", "",
    ]
    return (head + data + [""] + preamble + drawing + ending).joined(separator: "\n") + "\n"
  }

  private var preamble: [String] {
    let size = "\(plotted(width)),\(plotted(height))"
    let cairo = "noenhanced font 'sans-serif,12' background '#FFFFFF'"
    let double = "\(plotted(2 * width)),\(plotted(2 * height))"
    let inches = String(format: "%.4f,%.4f", width / 96, height / 96)
    return [
      "if (!exists('format')) format = 0", "format = format + 1",
      "if (format == 1) set terminal svg size \(size) dynamic noenhanced font 'sans-serif,12' "
        + "background '#FFFFFF' name 'figure'; set output \(quoted(name + ".svg"))",
      "if (format == 2) set terminal pngcairo size \(double) \(cairo) fontscale 1.5 linewidth 2 "
        + "pointscale 2; set output \(quoted(name + ".png"))",
      "if (format == 3) set terminal pdfcairo size \(inches) \(cairo) fontscale 0.5625 linewidth 1.2 "
        + "pointscale 0.7; set output \(quoted(name + ".pdf"))",
      "dot = format == 1 ? 0.75 : 1  # SVG draws points larger",
      "set encoding utf8; set minussign", "set multiplot",
    ]
  }

  private var ending: [String] {
    ["unset multiplot", "set output", "if (format < 3) reread"]
  }
}
