import Contracts
import Foundation

/// The language of gnuplot's scripts. Text is a string constant.
enum GnuplotLanguage: TargetLanguage {
  /// Between apostrophes where all of it is harmless even outside of a string; else between quotation marks,
  /// with everything that gnuplot or its shell could take for more than text as octal numbers.
  ///
  /// gnuplot 5.4 ends a string at an apostrophe that stands first, although two of them are to mean one: so
  /// none is written. SVG forbids control characters, and so they are replaced.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars.lazy.map(Self.visible)
    if scalars.allSatisfy(isPlain) { return "'" + string(scalars) + "'" }
    var constant = "\""
    // gnuplot reads as many digits as follow a backslash and a zero: none may.
    var isBehindNumber = false
    for scalar in scalars {
      if isPlain(scalar), !(isBehindNumber && ("0"..."9").contains(scalar)) {
        constant.unicodeScalars.append(scalar)
        isBehindNumber = false
      } else {
        for byte in String(scalar).utf8 { constant += "\\" + octal(byte) }
        isBehindNumber = true
      }
    }
    return constant + "\""
  }

  /// For behind `#`: on one line, which no backslash continues, and with nothing that is replaced in a script
  /// before it is read.
  static func commented(_ text: String) -> String {
    string(
      text.unicodeScalars.lazy.map { scalar -> Unicode.Scalar in
        switch visible(scalar) {
        case "\\": "/"
        case "`": "'"
        case "{": "("
        case "}": ")"
        case "@": "?"
        case let other: isHidden(other) ? "\u{FFFD}" : other
        }
      })
  }

  /// Line breaks and tabs as spaces, and what XML forbids as U+FFFD.
  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    isBreak(scalar) || scalar == "\t" ? " " : isForbidden(scalar) ? "\u{FFFD}" : scalar
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", " ", ".", ",", ":", ";", "-", "_", "(", ")", "=", "+", "/", "<",
      ">",
      "|", "*", "?", "&", "[", "]", "%", "^":
      true
    default: !scalar.isASCII && !isHidden(scalar)
    }
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// Three digits.
  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}

typealias GnuplotCode = Code<GnuplotLanguage>

/// A number for a script: eight significant digits; what gnuplot skips where it is not finite.
func plotted(_ number: Double) -> String {
  guard number.isFinite else { return "NaN" }
  let text = String(format: "%.8g", number)
  return text == "-0" ? "0" : text
}

func fixed(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", number) }

/// A colour, and how far what lies behind it is seen.
struct Colour: Sendable, Equatable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8
  /// 255 where nothing is seen through it.
  var alpha: UInt8 = 255

  /// - Parameter hex: 0xRRGGBB.
  init(_ hex: UInt32) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
  }

  init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

  func faded(_ opacity: Double) -> Colour {
    var colour = self
    colour.alpha = 255 - UInt8((255 * (1 - min(max(opacity, 0), 1))).rounded())
    return colour
  }

  /// Darkened as far as text needs it: a contrast of 6 to a panel is one of 4.5 to what is drawn on it in pale colours.
  var asInk: Colour {
    var ink = self
    let ground = Style.panel.luminance
    while (ground + 0.05) / (ink.luminance + 0.05) < 6 {
      func darker(_ channel: UInt8) -> UInt8 { UInt8(Double(channel) * 0.96) }
      ink = Colour(red: darker(ink.red), green: darker(ink.green), blue: darker(ink.blue))
    }
    return ink
  }

  /// Relative, as WCAG defines it.
  private var luminance: Double {
    func linear(_ channel: UInt8) -> Double {
      let share = Double(channel) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// As gnuplot writes it: `#RRGGBB`, or `#AARRGGBB`, where AA = 00 is opaque.
  var code: GnuplotCode {
    let solid = hex(red) + hex(green) + hex(blue)
    return alpha == 255 ? "'#\(solid)'" : "'#\(hex(255 - alpha))\(solid)'"
  }

  private func hex(_ channel: UInt8) -> GnuplotCode {
    Self.digits[Int(channel >> 4)] + Self.digits[Int(channel & 15)]
  }

  private static let digits: [GnuplotCode] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "E", "F",
  ]
}
