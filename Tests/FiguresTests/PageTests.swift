import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Foundation
import Testing

@testable import Figures

@Suite("Pages of reports")
struct PageTests {
  static let nasty = ReportTests.nasty + " </script><script>x</script> </svg> \u{202E}é\u{301}"
  static let picture = """
    <?xml version="1.0" encoding="utf-8"  standalone="no"?>
    <svg viewBox="0 0 900 600" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
    <title>figure</title>
    <desc>Produced by GNUPLOT</desc>
    <g id="gnuplot_canvas">
    <defs>
    \t<circle id='gpDot' r='0.5'/>
    \t<filter id='textbox' x='0'><feFlood result='bgnd'/></filter>
    </defs>
    <g fill="none" color="black">
    </g>
    <g fill="none" class="gridline"><text xml:space="preserve"><tspan> a &lt; b </tspan></text>
    <use xlink:href='#gpDot' transform='translate(1,2)'/><rect style='filter:url(#textbox)' width='1'/></g>
    </g>
    </svg>

    """

  /// Everything that a page can show, and all of its texts are nasty.
  static func report() throws -> Report {
    var report = try ReportTests.report()
    let bytes = Array(picture.utf8)
    report.page.pictures["figure1"] = InlineSVG(bytes, prefix: "f0-")
    report.page.scripts["figure1"] = [nasty, "plot x"]
    let head = table([nasty, "loss"], [[.text(nasty), 1.5], ["b", 0.25]])
    report.page.tables = [
      Report.ShownTable(name: "loss", head: head, rowCount: 7, hasSummary: true),
      Report.ShownTable(name: "loss.log", head: head, rowCount: 2, hasSummary: false),
    ]
    report.page.nodes = [
      Report.Node(stage: nasty, kind: "init/mlp", taskCount: 25, inputs: []),
      Report.Node(stage: "b", kind: "shift/gap", taskCount: 25, inputs: [0]),
      Report.Node(stage: "c", kind: "evaluate/gap", taskCount: 1, inputs: [0]),
      Report.Node(stage: "d", kind: "evaluate/gap", taskCount: 1, inputs: [0, 1]),
    ]
    report.page.times = [
      Report.StageTime(
        stage: nasty, taskCount: 2, cachedCount: 1, start: 0, end: 1.5, seconds: 1.25, peakBytes: 2e8)
    ]
    report.page.facts = [Report.Fact("CPU", nasty)]
    report.page.config = ConfigListing(
      source: .object([
        "title": .string(nasty), "claims": .array([.object(["id": "a-claim", "says": .string(nasty)])]),
      ]), name: "e.json")
    return report
  }

  @Test func allTextsStayTexts() throws {
    let page = htmlReport(try Self.report())
    #expect(!page.contains("<b>") && page.contains("&lt;b&gt;"))
    #expect(!page.contains("=&quot;"), "markup of ours is no text")
    // The page's own, and no other.
    #expect(page.components(separatedBy: "<script").count == 2)
    #expect(page.components(separatedBy: "</script").count == 2)
    #expect(page.components(separatedBy: "<style").count == 2)
    #expect(page.components(separatedBy: "</svg>").count == page.components(separatedBy: "<svg").count)
    #expect(!page.contains("http:") && !page.contains("https:"), "it names no other address")
  }

  @Test func thePageIsTheSameEachTime() throws {
    #expect(htmlReport(try Self.report()) == htmlReport(try Self.report()))
  }

  @Test func idsAreOfOneElementEach() throws {
    var report = try Self.report()
    report.page.pictures["figure2"] = InlineSVG(Array(Self.picture.utf8), prefix: "f1-")
    let page = htmlReport(report)
    // All claims of the test have one id, which a config refuses.
    let ids = page.components(separatedBy: " id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
      .filter { $0 != "claim-a-claim" }
    #expect(Set(ids).count == ids.count, "\(ids)")
    #expect(ids.contains("L1") && ids.contains("table-loss.log") && ids.contains("figures"))
  }

  @Test func aPictureOfGnuplotsBecomesAPartOfThePage() throws {
    let picture = try #require(InlineSVG(Array(Self.picture.utf8), prefix: "p-"))
    #expect(picture.viewBox == "0 0 900 600")
    #expect(
      picture.body == """
        <g id="p-gnuplot_canvas"><defs><circle id='p-gpDot' r='0.5'/><filter id='p-textbox' x='0'>\
        <feFlood result='bgnd'/></filter></defs><g fill="none"><text xml:space="preserve"><tspan> a &lt; b </tspan></text>\
        <use href='#p-gpDot' transform='translate(1,2)'/><rect style='filter:url(#p-textbox)' width='1'/></g></g>
        """)
  }

  @Test(arguments: [
    "<svg viewBox=\"0 0 1 1\"><script>x</script></svg>", "<svg viewBox=\"0 0 1 1\"><g onclick=\"x\"/></svg>",
    "<svg viewBox=\"0 0 1 1\"><svg/></svg>", "<svg viewBox=\"0 0 1 1\"><g>", "<svg/>", "",
  ])
  func whatGnuplotDoesNotWriteIsNoPart(text: String) {
    #expect(InlineSVG(Array(text.utf8), prefix: "p-") == nil)
  }

  @Test func aPictureHasTheNameOfItsFigure() throws {
    let page = htmlReport(try Self.report())
    #expect(
      page.contains(
        "<svg width=\"900\" viewBox=\"0 0 900 600\" role=\"img\" aria-labelledby=\"title-figure1\">"))
    #expect(page.contains("<title id=\"title-figure1\">&lt;b&gt;"))
    #expect(page.contains("<summary>The gnuplot script</summary>") && page.contains("\nplot x</pre>"))
  }

  @Test func aTableSaysHowMuchOfItIsShown() throws {
    let page = htmlReport(try Self.report())
    #expect(page.contains("<summary>loss: the first 2 of 7 rows</summary>"))
    #expect(page.contains("<summary>loss.log: 2 rows</summary>"))
    #expect(page.contains("href=\"tables/loss.csv\"") && page.contains("href=\"tables/loss.summary.csv\""))
    #expect(page.contains("<tr><td>b<td class=\"n\">0.25"))
  }

  @Test func claimsAndErrorsLeadToTheirLines() throws {
    let config = try #require(try Self.report().page.config)
    let line = try #require(config.place(claim: "a-claim")?.line)
    #expect(htmlReport(try Self.report()).contains("<a href=\"#L\(line)\">e.json:\(line)</a>"))
    #expect(linked("at /x/e.json:2:5: <b>", config).text == "at /x/<a href=\"#L2\">e.json:2</a>:5: &lt;b&gt;")
    for text in ["e.json:999: no line", "e.json: no number", "f.json:2", "e.json:0", "e.json:²"] {
      #expect(linked(text, config).text == text)
    }
  }

  /// Boxes of a graph that is wide, deep and has names of all lengths.
  @Test func boxesOfThePlanDoNotOverlap() {
    let nodes = (0..<30).map { index in
      Report.Node(
        stage: String(repeating: "s", count: 1 + index * 3), kind: "evaluate/kind-\(index)", taskCount: index,
        inputs: index < 4 ? [] : [index / 2, index - 4])
    }
    let text = planSection(nodes).joined().text
    let boxes = text.components(separatedBy: "<rect ").dropFirst().map { part -> [Int] in
      ["x=\"", "y=\"", " width=\"", " height=\""].map { name in
        Int((" " + part).components(separatedBy: name)[1].prefix { $0.isNumber }) ?? -1
      }
    }
    #expect(boxes.count == 30)
    for (index, a) in boxes.enumerated() {
      for b in boxes[(index + 1)...] {
        let isApart = a[0] + a[2] < b[0] || b[0] + b[2] < a[0] || a[1] + a[3] < b[1] || b[1] + b[3] < a[1]
        #expect(isApart, "\(a) and \(b)")
      }
    }
  }

  @Test func ourNumberIsDrawnAgainstThePapers() throws {
    let single = curveTable([(0, [1])])
    func line(_ check: String, _ parameters: String) throws -> String {
      let verdict = try verdict(check, parameters, on: single)
      let report = Report(name: "e", verdicts: [verdict], command: { _ in ShellCommand(["x"]) })
      return claimsSection(report).joined().text
    }
    let value = try line("value", #"{"of": "loss", "equals": 2, "within": 0.5}"#)
    #expect(value.contains("aria-label=\"ours 1; paper 2 ± 0.5\""))
    // From 1 to 2.5 on a line from 12 to 138: 1.5 is at 54, 2 at 96.
    #expect(value.contains("<rect class=\"band\" x=\"54\" y=\"3\" width=\"84\""))
    #expect(value.contains("<path class=\"paper\" d=\"M96 2V24\"/>") && value.contains("cx=\"12\""))
    let open = try line("range", #"{"of": "loss", "low": 0}"#)
    #expect(open.contains("x=\"12\" y=\"3\" width=\"138\""), "without a bound the band has no end")
  }

  @Test func theIndexCountsStatementsByBasis() throws {
    let report = try Self.report()
    let read = try #require(IndexedReport(reportJSON(report), experiment: "an-experiment"))
    #expect(read.claims == report.verdicts.map { QuotedClaim($0) })
    let page = indexPage([read, read])
    #expect(page.contains("<a href=\"an-experiment/report.html\">an-experiment</a>"))
    // One statement in five claims, one of which fails; in two experiments.
    #expect(page.contains("<th scope=\"row\">paper</th><td class=\"n\">0</td><td class=\"n\">2</td>"))
    #expect(!page.contains("<b>"))
    #expect(IndexedReport(.object(["format": "other"]), experiment: "x") == nil)
  }
}
