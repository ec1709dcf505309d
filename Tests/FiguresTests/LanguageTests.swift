import Foundation
import Testing

@testable import Figures

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Text of everybody's, in each language that is written.
@Suite("Languages")
struct LanguageTests {
  /// What ends a string, a comment, a cell, a tag or a line somewhere; what hides it; and what no file may have.
  private static let scalars: [Unicode.Scalar] =
    Array("'\"`\\$(){}@#!%&<>|*_[]~^;-=+\n\r\ta07éτ語😀 ".unicodeScalars)
    // Controls, breaks, marks of direction, combining marks; what XML forbids; for private use.
    + [
      0x1, 0x7, 0x1B, 0x7F, 0x85, 0x2028, 0x2029, 0x202E, 0x2066, 0x200D, 0xFEFF, 0x301, 0x20DD, 0xFE0F,
      0xFFFD,
      0xFFFE, 0xFFFF, 0x1FFFF, 0xFDD0, 0xE000, 0x10FFFF,
    ].compactMap { Unicode.Scalar($0 as UInt32) }

  private static func texts() -> [String] {
    var random = SystemRandomNumberGenerator()
    let made = (0..<400).map { _ in
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        if let scalar = scalars.randomElement(using: &random) { text.append(scalar) }
      }
      return String(text)
    }
    // Each with a combining mark behind it, and at each end.
    return made + scalars.flatMap { ["\($0)\u{301}", "\($0)x", "x\($0)", "'\u{301}\($0)"] }
  }

  /// As it is shown: on one line, without what XML forbids.
  private static func shown(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x9...0xD, 0x85, 0x2028, 0x2029: result.append(" ")
      case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: result.append("\u{FFFD}")
      case let value where value & 0xFFFF >= 0xFFFE: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// What gnuplot makes of a string constant.
  private static func read(_ constant: String) -> String? {
    let bytes = Array(constant.utf8)
    guard bytes.count >= 2, let quote = bytes.first, bytes.last == quote else { return nil }
    let inside = bytes.dropFirst().dropLast()
    if quote == UInt8(ascii: "'") {
      return inside.contains { "'`\\\n".utf8.contains($0) } ? nil : String(decoding: inside, as: UTF8.self)
    }
    var result: [UInt8] = []
    var place = inside.startIndex
    while place < inside.endIndex {
      let byte = inside[place]
      guard byte != quote, byte != UInt8(ascii: "`"), byte != 10 else { return nil }
      if byte == UInt8(ascii: "\\") {
        guard place + 3 < inside.endIndex,
          let value = UInt8(String(decoding: inside[place + 1...place + 3], as: UTF8.self), radix: 8)
        else { return nil }
        result.append(value)
        place += 4
        // gnuplot may read a further digit as one of the number's.
        if place < inside.endIndex, "0123456789".utf8.contains(inside[place]) { return nil }
      } else {
        result.append(byte)
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  @Test func aGnuplotStringIsOnlyText() {
    for text in Self.texts() {
      let constant = GnuplotCode(text).text
      #expect(Self.read(constant)?.utf8.elementsEqual(Self.shown(text).utf8) == true, "\(constant)")
      #expect(!constant.unicodeScalars.contains("`") && !constant.utf8.contains(10))
    }
  }

  @Test func aGnuplotCommentIsOneLine() {
    for text in Self.texts() {
      let comment = GnuplotCode.comment(text).text
      #expect(comment.unicodeScalars.starts(with: ["#", " "]))
      #expect(!comment.unicodeScalars.contains { "\n\r\\`{}@".unicodeScalars.contains($0) }, "\(comment)")
    }
  }

  @Test func xmlGivesTheTextBack() throws {
    final class Reader: NSObject, XMLParserDelegate {
      var text = ""
      var attribute: String?
      func parser(_ parser: XMLParser, foundCharacters string: String) {
        text.unicodeScalars.append(contentsOf: string.unicodeScalars)
      }
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
      ) { attribute = attributes["b"] }
    }
    for text in Self.texts() {
      let code: XML = "<a b=\"\(text)\">\(text)</a>"
      let reader = Reader()
      let parser = XMLParser(data: Data(code.text.utf8))
      parser.delegate = reader
      #expect(parser.parse(), "\(code.text)")
      #expect(reader.text.utf8.elementsEqual(Self.shown(text).utf8), "\(code.text)")
      #expect(reader.attribute?.utf8.elementsEqual(Self.shown(text).utf8) == true, "\(code.text)")
      #expect(HTML(text).text == XML(text).text)
    }
  }

  @Test func markdownKeepsItsCells() {
    for text in Self.texts() {
      let bytes = Array(Markdown(text).text.utf8)
      #expect(!bytes.contains(10) && !bytes.contains(13))
      var isEscaped = false
      for byte in bytes {
        if !isEscaped { #expect(!"|`<>[]*_#$~".utf8.contains(byte), "\(Markdown(text).text)") }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      }
      #expect(!isEscaped)
    }
  }

  @Test(arguments: [
    ("- a", "\\- a"), ("+", "\\+"), ("1. a", "1\\. a"), ("12) a", "12\\) a"), ("1.5", "1.5"),
    ("a - b", "a - b"),
    ("-0.5", "-0.5"), ("---", "\\---"), ("7.", "7\\."),
    ("&lt;", "\\&lt;"), ("a & b", "a & b"), ("|\u{301}", "\\|\u{301}"), ("", ""),
    ("http://evil x", "http\\://evil x"), ("see www.evil.x", "see www\\.evil.x"), ("WWW.x", "WWW\\.x"),
    ("@user", "@\u{2060}user"), ("a@b.c", "a@\u{2060}b.c"), ("#12", "\\#\u{2060}12"),
    ("a: b. c @ d", "a: b. c @ d"),
  ])
  func markdown(text: String, expected: String) {
    #expect(Markdown(text).text.utf8.elementsEqual(expected.utf8))
  }

  @Test func addressesHaveNoMeaning() {
    #expect(Markdown.address("tables/a b)%#?é\".csv").text == "tables/a%20b%29%25%23%3F%C3%A9%22.csv")
    #expect(HTML.address("a\n").text == "a%0A")
  }
}
