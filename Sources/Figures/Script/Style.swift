import Foundation

/// The look of the paper's pictures: a lavender panel with a white grid and saturated colours.
enum Style {
  static let panel = Colour(0xEAEAF2)
  static let grid = Colour(0xFFFFFF)
  static let ink = Colour(0x262626)
  static let missing = Colour(0xD9D9D9)
  static let blue = Colour(0x4C72B0)
  static let orange = Colour(0xDD8452)
  static let green = Colour(0x55A868)
  static let red = Colour(0xC44E52)
  static let purple = Colour(0x8172B3)
  static let gold = Colour(0xF5A623)

  private static let deep: [Colour] = [
    blue, orange, green, red, purple, Colour(0x937860), Colour(0xDA8BC3), Colour(0x8C8C8C), Colour(0xCCB974),
    Colour(0x64B5CD),
  ]

  /// Colours that the colour-blind tell apart, without the yellow, which is too pale on the panel.
  /// Source: Okabe and Ito 2008, Color Universal Design.
  static let distinct: [Colour] = [
    Colour(0x0072B2), Colour(0xE69F00), Colour(0x009E73), Colour(0xD55E00), Colour(0xCC79A7),
    Colour(0x56B4E9), ink,
  ]
  /// What has no colour of its own.
  static let others = Colour(0xA6A6A6)

  /// Sizes of text in pixels.
  static let tickSize = 11.0
  static let legendSize = 11.5
  static let labelSize = 13.0
  static let titleSize = 14.0
  static let captionSize = 15.0
  /// From one line of text to the next, as a multiple of its size.
  static let leading = 1.3

  /// Ten named colours, then as many hues as are asked for.
  static func colour(_ index: Int, of count: Int) -> Colour {
    if count <= deep.count { return deep[index % deep.count] }
    return hue(Double(index) / Double(count))
  }

  /// Of constant saturation and brightness, as seaborn's `hls` palette.
  private static func hue(_ turn: Double) -> Colour {
    func channel(_ offset: Double) -> UInt8 {
      let k = (offset + turn * 12).truncatingRemainder(dividingBy: 12)
      return UInt8((255 * (0.55 - 0.36 * max(-1, min(k - 3, 9 - k, 1)))).rounded())
    }
    return Colour(red: channel(0), green: channel(8), blue: channel(4))
  }
}
