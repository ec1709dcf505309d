import ClaimSupport
import Claims
import Contracts
import Declarations
import Dispatch
import Execution
import ExperimentConfig
import Foundation
import Testing

@testable import Figures

/// Draws with the real gnuplot; skipped where there is none.
@Suite("Rendering", .enabled(if: Gnuplot.find() != nil, "gnuplot is not installed"))
struct RenderingTests {
  static let tables: [String: Table] = [
    "loss": ScriptTests.losses, "pca": ScriptTests.points,
    "cos.histogram": table(
      ["modality", "bin_low", "bin_high", "pairs"], [["x", 0.1, 0.2, 4], ["x", 0.2, 0.3, 6]]),
  ]

  @Test(arguments: [
    ScriptTests.landscape, #"{"kind": "scatter", "table": "pca", "title": "a_b^2 `x` 'q' {} %d τ"}"#,
    #"{"kind": "arrows", "table": "pca", "legend": "auto", "caption": "(a) shifting"}"#,
    #"{"kind": "histogram", "table": "cos.histogram", "where": {"modality": "x"}}"#,
    #"{"kind": "sphere", "mismatched": false}"#, #"{"kind": "sphere", "pairs": 1, "elevation_degrees": -40}"#,
    #"{"kind": "lines", "table": "none", "x": "x", "y": "y"}"#,
    #"""
    {"kind": "panels", "columns": 2, "row_titles": ["one", "two"], "column_titles": ["a", "b"], "title": "T",
     "panels": [{"kind": "sphere"}, {"kind": "scatter", "table": "pca", "caption": "c"},
       {"kind": "lines", "table": "none", "x": "x", "y": "y", "caption": "missing"},
       {"kind": "panels", "panels": [{"kind": "scatter", "table": "pca", "legend": "none"}]}]}
    """#,
  ])
  func everyKindInEveryFormatWithoutAWarning(config: String) throws {
    let parameters = try json(config)
    let script = try figureScript(
      FigureSpec(name: "figure", kind: parameters["kind"]?.string ?? "", parameters: parameters),
      tables: { Self.tables[$0].map { .present($0) } ?? .missing("\($0) is missing") })
    let (pictures, warnings) = try drawn(script)
    #expect(warnings == "")
    #expect(pictures.map(\.file) == ["figure.svg", "figure.png", "figure.pdf"])
    for (picture, magic) in zip(pictures, ["<?xml", "\u{89}PNG", "%PDF"]) {
      #expect(picture.bytes.count > 1000)
      #expect(picture.bytes.starts(with: magic.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }))
    }
  }

  /// gnuplot draws a character that no font has as a frame over the whole page.
  @Test func whatNoFontHasIsShownByItsNumber() throws {
    let coverage = FontCoverage(listing: "20-7e a0-ff\n4e00-4e01")
    #expect(coverage.drawable("é 一 漢\u{FE0F}\n\u{1F642}") == "é 一 <6F22>\u{FE0F}\n<1F642>")
    let fonts = FontCoverage.installed()
    let signs = ["\u{12000}", "\u{1B000}", "\u{14400}"].compactMap(Unicode.Scalar.init)
    guard FontCoverage.isKnown, let sign = signs.first(where: { !fonts.has($0) }) else { return }
    let script = try figureScript(
      FigureSpec(
        name: "figure", kind: "scatter",
        parameters: .object(["kind": "scatter", "table": "pca", "title": .string("a\(sign)1")])),
      tables: { Self.tables[$0].map { .present($0) } ?? .missing("\($0) is missing") })
    #expect(script.text.contains("a\(sign)1"))
    let svg = try #require(try drawn(script).pictures.first { $0.file == "figure.svg" })
    let number = String(sign.value, radix: 16, uppercase: true)
    #expect(String(decoding: svg.bytes, as: UTF8.self).contains("a&lt;\(number)>1"))
  }

  private func drawn(
    _ script: GnuplotScript, seconds: Double = 60, cancellation: Cancellation = Cancellation()
  ) throws -> (pictures: [DrawnPicture], warnings: String) {
    guard
      case .drawn(let pictures, let warnings) = try draw(script, seconds: seconds, cancellation: cancellation)
    else { return ([], "there is no gnuplot") }
    return (pictures, warnings)
  }

  /// Text of a config is drawn as it is, and runs nothing: not where a combining mark hides an apostrophe, not where an
  /// apostrophe stands first.
  @Test(arguments: [
    "x'\u{301} `touch PWNED` it's", "'Modality gap' after training", "`touch PWNED`", "$(touch PWNED) @x \\",
    "''", "'",
    "\\'`touch PWNED`'", "\"\u{20DD}`touch PWNED`\"", "a]]>b &#0; a\u{A0}\u{301}b",
    "{ } # ! %s %d \u{1B}[31m \u{202E}x",
  ])
  func textIsDrawnAndNotRun(text: String) throws {
    // Short, as it is a part of labels for which there must be room.
    let folder = "/tmp/ran-\(UUID().uuidString.prefix(8))"
    let text = text.replacingBytes("PWNED", with: folder)
    let value = JSONValue.string(text)
    let members: [String: JSONValue] = [
      "kind": "lines", "table": "loss", "x": "distance", "y": "loss", "series": "temperature", "title": value,
      "caption": value, "xlabel": value, "ylabel": value, "legend_title": value, "xscale": "log",
      "xformat": value,
      "facet": "delta", "facet_order": .array([.number(0)]), "facet_titles": .array([value]),
    ]
    let script = try figureScript(
      FigureSpec(name: "-p", kind: "lines", parameters: .object(members)),
      tables: { Self.tables[$0].map { .present($0) } ?? .missing("none") })
    let (pictures, warnings) = try drawn(script)
    #expect(warnings == "")
    #expect(pictures.count == 3)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  /// gnuplot's SVG terminal takes `&#x` for the beginning of a character's number.
  @Test(arguments: ["A&#x1;B", "A&#x42;C", "&#66; &lt; &amp;#x42;", "&#x", "]]>&#x43;"])
  func numbersOfCharactersAreDrawnAsTheyAreWritten(text: String) throws {
    let value = JSONValue.string(text)
    let members: [String: JSONValue] = [
      "kind": "lines", "table": "loss", "x": "distance", "y": "loss", "series": "temperature", "title": value,
      "caption": value, "xlabel": value, "ylabel": value, "xscale": "log",
      "where": .object(["delta": .number(0)]),
    ]
    let script = try figureScript(
      FigureSpec(name: "f", kind: "lines", parameters: .object(members)),
      tables: { Self.tables[$0].map { .present($0) } ?? .missing("none") })
    let svg = String(decoding: try #require(try drawn(script).pictures.first).bytes, as: UTF8.self)
    let written = text.replacingBytes("&", with: "&amp;").replacingBytes("<", with: "&lt;")
      .replacingBytes(">", with: "&gt;")
    #expect(svg.components(separatedBy: ">\(written)<").count == 5, "\(written)")
  }

  @Test func aBrokenScriptGivesGnuplotsOwnWords() throws {
    do {
      _ = try drawn(GnuplotScript(name: "broken", code: "plot nonsense(x)\n", formats: []))
      Issue.record("a broken script was drawn")
    } catch let failure as FigureFailure {
      #expect(failure.message.contains("broken.gp") && failure.message.contains("nonsense"))
    }
  }

  @Test func aScriptThatDrawsNothingIsNotDrawn() throws {
    do {
      _ = try drawn(GnuplotScript(name: "empty", code: "set output\n", formats: [.png]))
      Issue.record("nothing was drawn")
    } catch let failure as FigureFailure {
      #expect(failure.message.contains("empty.png"), "\(failure.message)")
    }
  }

  @Test func aScriptThatNeverEndsIsStopped() throws {
    let script = GnuplotScript(name: "slow", code: "pause 30\n", formats: [])
    #expect(throws: FigureFailure.gnuplotTooSlow(script: "slow.gp", seconds: 0.3)) {
      try drawn(script, seconds: 0.3)
    }
  }

  @Test func aScriptIsStoppedWhereTheRunIs() throws {
    // Only a script that comes to its end leaves its mark.
    let mark = FileManager.default.temporaryDirectory.appendingPathComponent("ended-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: mark) }
    let text = GnuplotCode(mark)
    let whole = GnuplotScript(name: "slow", code: "set print \(text)\nprint 1\nset print\n", formats: [])
    _ = try drawn(whole)
    try #require(FileManager.default.fileExists(atPath: mark))
    try FileManager.default.removeItem(atPath: mark)
    let cancellation = Cancellation()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { cancellation.raise() }
    let slow = GnuplotScript(
      name: "slow", code: "pause 15\nset print \(text)\nprint 1\nset print\n", formats: [])
    #expect(throws: Cancelled.self) { try drawn(slow, cancellation: cancellation) }
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  /// Neither `~/.gnuplot` nor variables have a say.
  @Test func nobodysSettingsCount() throws {
    let script = GnuplotScript(
      name: "settings",
      code: """
        set print 'settings.svg'
        print '<svg>'.(exists('mine') ? 'mine' : '').system('echo x$GNUPLOT_LIB$GNUTERM$MODGAP_TEST').'</svg>'
        set print

        """, formats: [.svg])
    setenv("GNUPLOT_LIB", "/nonexistent", 1)
    setenv("MODGAP_TEST", "seen", 1)
    defer { for name in ["GNUPLOT_LIB", "MODGAP_TEST"] { unsetenv(name) } }
    let (pictures, _) = try drawn(script)
    #expect(pictures.first.map { String(decoding: $0.bytes, as: UTF8.self) } == "<svg>x</svg>\n")
  }
}

@Suite("Without gnuplot")
struct WithoutGnuplotTests {
  @Test func oneSentenceSaysSo() throws {
    let drawing = try draw(
      GnuplotScript(name: "figure", code: "plot x\n", formats: []), environment: ["PATH": "/nonexistent"])
    #expect(drawing == .gnuplotMissing(Gnuplot.missingSentence))
    #expect(!Gnuplot.missingSentence.contains("\n"))
  }
}
