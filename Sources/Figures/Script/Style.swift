import Foundation

/// The look of the paper's pictures: a lavender panel with a white grid and saturated colours.
enum Style {
  static let panel = "#EAEAF2"
  static let grid = "#FFFFFF"
  static let ink = "#262626"
  static let missing = "#D9D9D9"
  static let blue = "#4C72B0"
  static let orange = "#DD8452"
  static let green = "#55A868"
  static let red = "#C44E52"
  static let purple = "#8172B3"
  static let gold = "#F5A623"

  private static let deep = [
    blue, orange, green, red, purple, "#937860", "#DA8BC3", "#8C8C8C", "#CCB974", "#64B5CD",
  ]

  /// Sizes of text in pixels.
  static let tickSize = 11.0
  static let legendSize = 11.5
  static let labelSize = 13.0
  static let titleSize = 14.0
  static let captionSize = 15.0
  /// From one line of text to the next, as a multiple of its size.
  static let leading = 1.3

  /// Ten named colours, then as many hues as are asked for.
  static func colour(_ index: Int, of count: Int) -> String {
    if count <= deep.count { return deep[index % deep.count] }
    return hue(Double(index) / Double(count))
  }

  /// Of constant saturation and brightness, as seaborn's `hls` palette.
  private static func hue(_ turn: Double) -> String {
    func channel(_ offset: Double) -> Int {
      let k = (offset + turn * 12).truncatingRemainder(dividingBy: 12)
      return Int((255 * (0.55 - 0.36 * max(-1, min(k - 3, 9 - k, 1)))).rounded())
    }
    return String(format: "#%02X%02X%02X", channel(0), channel(8), channel(4))
  }

  /// The colour with this opacity, as gnuplot writes it: `#AARRGGBB`, AA = 00 opaque.
  static func faded(_ colour: String, opacity: Double) -> String {
    let alpha = Int((255 * (1 - min(max(opacity, 0), 1))).rounded())
    return String(format: "#%02X", alpha) + colour.dropFirst()
  }
}
