import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Foundation
import Testing

@testable import Figures

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Reports")
struct ReportTests {
  static let nasty = #"<b>&"quoted" 'it' | `code` *x* ]]>"#

  static func report() throws -> Report {
    let table = curveTable([(0, [1]), (1, [2])])
    let value = #"{"of": "loss", "equals": 1}"#
    let single = curveTable([(0, [1])])
    let verdicts = [
      try verdict("value", value, on: table, where: #"{"delta": 0}"#),
      try verdict("value", value, on: table, where: #"{"delta": 1}"#),
      try verdict("value", value, on: table, where: #"{"delta": 7}"#),
      try verdict("equivalent", #"{"of": "loss", "mean": 1, "interval": [0.9, 1.1]}"#, on: single),
      try verdict(
        "value", value, on: table, where: #"{"delta": 7}"#, absent: [AbsentRun(values: [:], reason: nasty)]),
    ]
    return Report(
      name: "an-experiment", title: nasty,
      figures: [
        Report.Figure(name: "figure1", title: nasty, isDrawn: true, notes: ["a part is missing"]),
        Report.Figure(name: "figure2", isDrawn: false),
      ],
      verdicts: verdicts, tables: ["loss"], notes: ["a note & more"],
      command: { ShellCommand(["modgap", "verify", "x & y", "--claim", $0.id]) })
  }

  @Test func verdictsOfEveryKind() throws {
    let words = try Self.report().verdicts.map(\.outcome.word)
    #expect(words == ["pass", "fail", "error", "inconclusive", "not-run"])
    let counts = VerdictCounts(try Self.report().verdicts)
    #expect(counts.summary == "1 pass, 1 fail, 1 inconclusive, 1 not-run, 1 error")
    #expect(counts.judged == 2)
  }

  @Test func junitIsWellFormedAndCounts() throws {
    let text = junitReport(try Self.report())
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse())
    #expect(text.contains(#"tests="5" failures="1" errors="1" skipped="2""#))
    #expect(text.contains(#"<failure message="loss is 2, 1 from 1; allowed 0">"#))
    #expect(text.contains("<skipped message=\"not-run: &lt;b&gt;&amp;&quot;quoted&quot; &#39;it&#39;"))
  }

  @Test func htmlEscapesAndRefersToPictures() throws {
    let text = htmlReport(try Self.report())
    #expect(!text.contains("<b>"))
    #expect(text.contains("&lt;b&gt;&amp;&quot;quoted&quot;"))
    #expect(
      text.contains(#"<a href="figures/figure1.svg">"#), "a picture that is not in the page is linked to")
    #expect(!text.contains("figures/figure2.svg"))
    #expect(text.contains("modgap verify &#39;x &amp; y&#39; --claim a-claim"))
    #expect(text.contains("<meta http-equiv="))
    #expect(text.components(separatedBy: "http").count == 2, "only the policy's name has these letters")
  }

  @Test func markdownCellsStayInTheirCells() throws {
    let text = markdownReport(try Self.report())
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| a thing holds") }
    #expect(rows.count == 5)
    #expect(text.contains("![\\<b\\>&\"quoted\" 'it' \\| \\`code\\` \\*x\\* \\]\\]\\>](figures/figure1.svg)"))
    #expect(Markdown.span("a`b").text == "`` a`b ``")
  }

  @Test func theTableAndTheJSONHoldTheSame() throws {
    let report = try Self.report()
    let table = verdictTable(report.verdicts, command: report.command)
    #expect(table.rowCount == 5)
    #expect(table["verdict"] == .texts(["pass", "fail", "error", "inconclusive", "not-run"]))
    let list = try #require(verdictsJSON(report.verdicts, command: report.command).array)
    #expect(list[1]["number"] == .number(2) && list[2]["number"] == .null)
    #expect(list[1]["paper"] == .string("1"))
  }

  @Test func onePageHasTheClaimsOfAllInThePapersOrder() throws {
    func claim(_ id: String, _ source: String, statement: String? = nil) throws -> ReproducedClaim {
      let spec = ClaimSpec(
        id: id, source: source, says: "so | \(id)", table: "t", check: "value",
        parameters: try json(#"{"of": "loss", "equals": 1}"#), basis: .paper, statement: statement)
      let verdict = evaluate(spec, table: .present(curveTable([(0, [1])])))
      return ReproducedClaim(experiment: "e", verdict: verdict, command: ShellCommand(["modgap", "run", id]))
    }
    let claims = [
      try claim("g", "Supp. Fig. 8"), try claim("f", "Fig. 3(g), Sec. 4.3; closed form"),
      try claim("b", "Fig. 2(a)"),
      try claim("e", "Fig. 3(b)", statement: "one"), try claim("c", "Fig. 2(b)"),
      try claim("h", "I0T (2412.14384)"),
      try claim("d", "Theorem 1"), try claim("a", "Fig. 1(c)"), try claim("i", "Fig. 3(b)", statement: "one"),
    ]
    let page = reproductionPage(claims, machine: "a machine")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| so") }
    #expect(rows.map { String($0.dropFirst(8).prefix(1)) } == ["a", "b", "c", "d", "e", "i", "f", "g", "h"])
    #expect(rows.allSatisfy { $0.contains("so \\| ") }, "a bar stays in its cell")
    #expect(page.contains("- statements of the paper: 8 checked: 8 hold"))
    #expect(reproductionSummary(claims) == "statements of the paper: 8 checked: 8 hold\n")
  }

  @Test func theTerminalTableIsAlignedAndPlain() throws {
    let report = try Self.report()
    let lines = terminalTable(report.verdicts, color: false, command: report.command).split(separator: "\n")
    #expect(lines[0].hasPrefix("verdict       claim    basis  paper"))
    #expect(lines[1].hasPrefix("pass          a-claim  paper  1"))
    #expect(lines.last == "1 pass, 1 fail, 1 inconclusive, 1 not-run, 1 error")
    #expect(!lines.contains { $0.contains("\u{1B}") })
    #expect(terminalTable(report.verdicts, color: true, command: report.command).contains("\u{1B}[31m"))
  }

  /// Of a config with many mistakes, the table stays one that can be read.
  @Test(arguments: [1, 5, 6, 60]) func theTableShowsTheFirstLinesOfALongExplanation(count: Int) throws {
    struct Broken: Failure {
      let message: String
      let kind = FailureKind.invalidInput
    }
    let mistakes = (1...count).map { "line \($0)" }
    let command = try Self.report().command(try Self.report().verdicts[0])
    let verdicts = [cannotRun("x", because: Broken(message: mistakes.joined(separator: "\n")))]
    let lines = terminalTable(verdicts, color: false) { _ in command }
      .split(separator: "\n").map(String.init).filter { $0.hasPrefix("  line") || $0.hasPrefix("  and") }
    #expect(
      lines == mistakes.prefix(count > 5 ? 4 : 5).map { "  " + $0 }
        + (count > 5 ? ["  and \(count - 4) more"] : []))
  }
}
