import Foundation
@_spi(_Unicode) import Swift

/// The repairs of `ftfy.fix_text`, version 6.3, with its defaults: character references where there is no `<`,
/// wrong encodings, C1 controls, ligatures, wide and narrow forms, curly quotes, line breaks, terminal escapes,
/// control characters, NFC.
///
/// Surrogates need no repair: no text that is UTF-8 has one.
enum TextRepair {
  /// Longer lines are repaired in pieces.
  private static let longestSegment = 1_000_000
  /// How often what was repaired is repaired again; the bound keeps hostile texts from taking quadratic time.
  private static let mostPasses = 256

  /// Line by line, since each may have been decoded with another encoding.
  static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var isMarkup = false
    var start = 0
    while start < text.count {
      let rest = text[start...].prefix(longestSegment)
      let end = rest.firstIndex(of: "\n").map { $0 + 1 } ?? rest.endIndex
      let segment = Array(text[start..<end])
      // Once a line has a `<`, this and all that follow are taken for HTML, whose references are meant.
      isMarkup = isMarkup || segment.contains("<")
      result += repairedSegment(segment, unescapes: !isMarkup)
      start = end
    }
    return result
  }

  private static func repairedSegment(_ segment: [Unicode.Scalar], unescapes: Bool) -> [Unicode.Scalar] {
    var segment = segment
    for _ in 0..<mostPasses {
      var next = unescapes ? HTMLEntities.unescapeCertain(segment) : segment
      next = EncodingRepair.withoutC1(EncodingRepair.repaired(next)).flatMap(plain)
      next = withoutControls(withoutEscapes(withLineFeeds(next)))
      next = composed(next)
      if next == segment { break }
      segment = next
    }
    return segment
  }

  // MARK: - Characters

  /// Latin ligatures and digraphs in their letters, wide and narrow forms as the usual ones, quotes straight.
  private static func plain(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case ..<0x0132: return [scalar]
    case 0x0149: return ["'", "n"]
    case 0xFB05: return ["\u{17F}", "t"]
    case 0x0132, 0x0133, 0x01C4...0x01CC, 0x01F1...0x01F3, 0xFB00...0xFB06, 0xFF01...0xFFEF, 0x3000:
      return Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
    case 0x02BC, 0x2018...0x201B: return ["'"]
    case 0x201C...0x201F: return ["\""]
    default: return [scalar]
    }
  }

  private static func withLineFeeds(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      switch scalar.value {
      case 0x0A where index > 0 && text[index - 1] == "\r": break
      case 0x0D, 0x85, 0x2028, 0x2029: result.append("\n")
      default: result.append(scalar)
      }
    }
    return result
  }

  /// Without ANSI's sequences for terminals: ESC, `[`, digits and semicolons, a letter.
  private static func withoutEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains("\u{1B}") else { return text }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      if let end = endOfEscape(text, index) {
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func endOfEscape(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
    guard text[start] == "\u{1B}", start + 1 < text.count, text[start + 1] == "[" else { return nil }
    let last = text[(start + 2)...].firstIndex {
      $0 != ";" && $0.properties.generalCategory != .decimalNumber
    }
    guard let last, text[last].isASCII, text[last].properties.isAlphabetic else { return nil }
    return last + 1
  }

  private static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.filter { scalar in
      switch scalar.value {
      case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: false
      default: true
      }
    }
  }

  /// NFC. Below U+0300 nothing is composed or decomposed.
  ///
  /// The standard library's own normalisation, since Foundation's takes U+10041 for `A` where a mark follows. It does
  /// not order the parts of three Tibetan vowels, which are therefore taken apart before.
  private static func composed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains(where: { $0.value >= 0x300 }) else { return text }
    let parts = text.flatMap { tibetanVowels[$0] ?? [$0] }
    return Array(String(String.UnicodeScalarView(parts))._nfc)
  }

  private static let tibetanVowels: [Unicode.Scalar: [Unicode.Scalar]] = [
    "\u{F73}": ["\u{F71}", "\u{F72}"], "\u{F75}": ["\u{F71}", "\u{F74}"], "\u{F81}": ["\u{F71}", "\u{F80}"],
  ]
}
