import Foundation

/// A language that is written into a file and read by another program, which may do what it says.
protocol TargetLanguage: Sendable {
  /// The text as that language writes it where it is to mean nothing but itself.
  ///
  /// It goes code point by code point: to Swift an apostrophe and a combining mark are one character, and to
  /// the program that reads it they are two.
  static func quoted(_ text: String) -> String
}

/// Code of another language, made of literals of this program and of what they have interpolated: other code of
/// the language as it is, numbers, and text, which is quoted. Nothing else can get into it.
///
/// ```swift
/// let line: HTML = "<td>\(verdict.says)</td>"
/// ```
struct Code<Language: TargetLanguage>: Sendable, Equatable, ExpressibleByStringInterpolation {
  private(set) var text: String

  /// Literals are `StaticString`s, which cannot be made of anything that is read.
  init(stringLiteral value: StaticString) { text = value.description }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Quoted.
  init(_ text: String) { self.text = Language.quoted(text) }

  /// For the languages themselves, which know other ways to quote.
  fileprivate init(unquoted text: String) { self.text = text }

  static func + (left: Code, right: Code) -> Code { Code(unquoted: left.text + right.text) }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: StaticString) { text += literal.description }
    mutating func appendInterpolation(_ code: Code) { text += code.text }
    mutating func appendInterpolation(_ text: String) { self.text += Language.quoted(text) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
  }
}

extension Sequence {
  func joined<Language>(separator: Code<Language> = "") -> Code<Language> where Element == Code<Language> {
    Code(unquoted: map(\.text).joined(separator: separator.text))
  }
}

// MARK: - Other ways to quote

extension TargetLanguage {
  /// What the language has made of a text by a way of its own.
  fileprivate static func made(_ text: String) -> Code<Self> { Code(unquoted: text) }
}

extension Code where Language == GnuplotLanguage {
  /// A comment to the end of the line.
  static func comment(_ text: String) -> Code { GnuplotLanguage.made("# " + GnuplotLanguage.commented(text)) }

  /// The text of a mark on an axis, which gnuplot takes for a format of the number there.
  ///
  /// gnuplot cuts such a text after 49 bytes, in the middle of a character: here it ends before, with an ellipsis.
  static func mark(_ text: String) -> Code {
    let whole = markCode(text)
    guard whole.utf8.count > mostMarkBytes + 3 else { return GnuplotLanguage.made(whole) }
    var kept = ""
    for character in text {
      let longer = kept + String(character)
      guard markCode(longer).utf8.count <= mostMarkBytes else { break }
      kept = longer
    }
    return GnuplotLanguage.made(markCode(kept + "…"))
  }

  /// With its quotes, and room for the ellipsis.
  private static var mostMarkBytes: Int { 46 }

  private static func markCode(_ text: String) -> String {
    GnuplotLanguage.quoted(text.replacingBytes("%", with: "%%"))
  }

  /// Eight significant digits, or `NaN`, which gnuplot skips.
  init(_ number: Double) { self = GnuplotLanguage.made(plotted(number)) }
}

extension Code.Interpolation where Language == GnuplotLanguage {
  mutating func appendInterpolation(_ number: Double) { text += plotted(number) }
  mutating func appendInterpolation(_ number: Double, decimals: Int) { text += fixed(number, decimals) }
  mutating func appendInterpolation(_ colour: Colour) { text += colour.code.text }
}

extension Code where Language == MarkdownLanguage {
  /// What a shell is to be given, word for word.
  static func span(_ text: String) -> Code { MarkdownLanguage.made(MarkdownLanguage.span(text)) }

  /// A relative address, for between parentheses.
  static func address(_ path: String) -> Code { MarkdownLanguage.made(percentEncoded(path)) }
}

extension Code where Language == HTMLLanguage {
  /// A relative address, for an attribute.
  static func address(_ path: String) -> Code { HTMLLanguage.made(percentEncoded(path)) }

  /// Letters, digits, `+`, `/` and `=`, in any place.
  static func base64(_ bytes: [UInt8]) -> Code { HTMLLanguage.made(Data(bytes).base64EncodedString()) }

  /// Checked when it was made, with ids of its own.
  static func picture(_ picture: InlineSVG) -> Code { HTMLLanguage.made(picture.body) }
}

extension Code where Language == LaTeXLanguage {
  /// A number in math mode; other text as text.
  static func number(_ text: String) -> Code { LaTeXLanguage.made(LaTeXLanguage.number(text)) }

  /// For an error message, in which TeX would carry out commands.
  static func message(_ text: String) -> Code { LaTeXLanguage.made(LaTeXLanguage.message(text)) }

  /// A part of what stands between `\csname` and `\endcsname`; nil where TeX would take it for more than a name.
  static func name(_ text: String) -> Code? { LaTeXLanguage.isName(text) ? LaTeXLanguage.made(text) : nil }
}
