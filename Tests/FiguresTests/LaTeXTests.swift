import ClaimSupport
import Claims
import Contracts
import Declarations
import Foundation
import Testing

@testable import Figures

@Suite("LaTeX")
struct LaTeXTests {
  static let special = #"\input{x} # $ % & _ ^ ~ { } < > | " ' ` [a] -- ± 10⁻"#

  @Test func numbersAreRoundedAndInMathMode() {
    #expect(LaTeX.number("-0.5").text == #"\ensuremath{-0.5}"#)
    #expect(LaTeX.number("1.2e-05").text == #"\ensuremath{1.2\times10^{-5}}"#)
    for text in ["nan", "inf", "0x1p3", "1 2", "", "--1"] {
      #expect(!LaTeX.number(text).text.contains("ensuremath"))
    }
  }

  @Test func textIsText() {
    let text = LaTeX(Self.special).text
    #expect(text.hasPrefix(##"\textbackslash{}input\{x\} \# \$ \% \& \_ "##))
    let broken = "a\nb\u{202E}"
    #expect(LaTeX(broken).text == "a b?")
    #expect(LaTeX.message(#"\x{y} é 1"#).text == "?x?y? ? 1")
    #expect(LaTeX.name("a-b_c.d") != nil && LaTeX.name("a}b") == nil && LaTeX.name("") == nil)
  }

  @Test func macrosQuoteWhatThereIs() throws {
    let verdicts = try ReportTests.report().verdicts
    let text = latexMacros([("e", [QuotedClaim(verdicts[0])]), ("f", [QuotedClaim(verdicts[4])])])
    #expect(text.hasPrefix(latexMark + "\n"))
    #expect(text.contains(#"\expandafter\def\csname modgap=value=e.a-claim\endcsname{\ensuremath{1}}"#))
    #expect(text.contains("modgap=paper=e.a-claim") && text.contains("modgap=verdict=f.a-claim"))
    #expect(!text.contains("modgap=value=f.a-claim"), "what was not run has no number")
    #expect(text.contains(#"modgap=absence=f.a-claim\endcsname{ (not-run: ?b??"#))
  }

  @Test func tablesAreOfTheSizeOfAPage() throws {
    let head = table(["seed", "loss", "name"], [[0, 0.123456789, "a_b"], [1, -2e-7, "c&d"]])
    let shown = Report.ShownTable(name: "t", head: head, rowCount: 2, hasSummary: false)
    let text = try #require(latexTable(shown))
    #expect(text.contains(#"\begin{tabular}{rrl}"#))
    #expect(text.contains(#"\ensuremath{0} & \ensuremath{0.12346} & a\_b \\"#))
    #expect(text.contains(#"\ensuremath{-2\times10^{-7}} & c\&d \\"#))
    let cut = Report.ShownTable(name: "t", head: head, rowCount: 3, hasSummary: false)
    #expect(latexTable(cut) == nil, "a part of a table is not the table")
    #expect(
      latexClaims(try ReportTests.report().verdicts).contains(#"a-{}claim & \ensuremath{1} & \ensuremath{1}"#)
    )
  }

  static let pdflatex = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/pdflatex" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: pdflatex != nil, "there is no pdflatex")) func whatIsWrittenCompiles() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let head = table(["seed", "name"], [[0, .text(Self.special)]])
    let shown = Report.ShownTable(name: "t", head: head, rowCount: 1, hasSummary: false)
    let verdicts = try ReportTests.report().verdicts
    try latexMacros([("e", verdicts.map { QuotedClaim($0) })])
      .write(to: folder.appendingPathComponent("modgap.tex"), atomically: false, encoding: .utf8)
    try #require(latexTable(shown))
      .write(to: folder.appendingPathComponent("t.tex"), atomically: false, encoding: .utf8)
    func compile(_ body: String) throws -> (status: Int32, log: String) {
      let text =
        "\\documentclass{article}\\input{modgap}\\begin{document}\\section{\\modgap{e.a-claim}}\(body)\\end{document}"
      try text.write(to: folder.appendingPathComponent("p.tex"), atomically: false, encoding: .utf8)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(Self.pdflatex))
      process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "p.tex"]
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      let log = try Data(contentsOf: folder.appendingPathComponent("p.log"))
      return (process.terminationStatus, String(decoding: log, as: UTF8.self))
    }
    let good = try compile("\\modgap[paper]{e.a-claim}, \\modgap[verdict]{e.a-claim}. \\input{t}")
    #expect(good.status == 0, "\(good.log.suffix(2000))")
    let all = (0xA0...0x2BFF).compactMap(Unicode.Scalar.init).map { LaTeX(String($0)).text }.joined(
      separator: "\n")
    let foreign = "x\u{304} 漢字 🙂"
    let every = try compile(all + LaTeX(foreign).text)
    #expect(every.status == 0, "\(every.log.suffix(2000))")
    let bad = try compile("\\modgap{e.gone}")
    #expect(bad.status != 0 && bad.log.contains("there is no value of `e.gone'"), "\(bad.log.suffix(2000))")
  }
}
