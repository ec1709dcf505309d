import Declarations
import Foundation
import Testing

/// What files and configs say neither steers a terminal nor begins a line of a log.
@Suite struct PlainTextTests {
  private static let unsafe: [Unicode.Scalar] =
    (0...0x1F).map { Unicode.Scalar($0) } + (0x7F...0x9F).map { Unicode.Scalar($0) }
    + [
      "\u{61C}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2066}",
      "\u{2069}",
    ]

  @Test func controlsAreSpelledOut() throws {
    for scalar in Self.unsafe {
      let text = "a\(Character(scalar))b"
      let escaped = PlainText.escaped(text)
      #expect(!escaped.unicodeScalars.contains(where: PlainText.isUnsafe), "\(scalar.value)")
      // As JSON spells it, so that it can be read back.
      #expect(try JSONDecoder().decode(String.self, from: Data("\"\(escaped)\"".utf8)) == text)
    }
    #expect(PlainText.escaped("a\u{301}\u{1B}\u{301}\r\n") == "a\u{301}\\u001b\u{301}\\u000d\\u000a")
    #expect(PlainText.escaped("a\n\tb\u{1B}", keepsLines: true) == "a\n\tb\\u001b")
    for text in ["", "plain", "é 中 👩‍👧 \u{200D}", "a\\u001b"] { #expect(PlainText.escaped(text) == text) }
  }
}
