import ClaimSupport
import Claims
import Declarations
import ExperimentConfig
import Foundation
import Stages
import Testing

@testable import Figures

/// No number of a column is above a bound: what a contributor would write, and nothing besides.
private struct CeilingCheck: Check {
  let of: String
  let most: Double

  static let variant = CheckVariant(
    signature: CheckSignature(
      name: "ceiling", summary: "no number is above a bound",
      parameters: [
        .of, .defaulted("most", .anyNumber, 1, "the bound"),
        .optional("among", .column(), "a column that must be there"),
      ]),
    make: { CeilingCheck(of: try $0.string("of"), most: try $0.number("most")) })

  var expected: String { "at most \(most)" }

  func judge(_ rows: (Selection) throws -> SelectedRows) throws -> Finding {
    let rows = try rows([:])
    let numbers = rows.rows.map(try rows.numbers(of))
    let top = numbers.max() ?? .nan
    return Finding(
      .exact(holds: top <= most), ours: "\(top)", number: top, count: numbers.count,
      explanation: "the greatest \(of) is \(top)")
  }
}

/// A bar a row, from a base upwards.
private enum Bars {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "bars", summary: "a bar for each row",
      parameters: [
        .table, .required("height", .column(.numbers), "the column of the bars' upper ends"), .rows,
        .defaulted("base", .anyNumber, -3, "where bars begin"), .ylabel,
      ] + Parameter.common),
    picture: { parameters, context in
      let rows = try context.rows(parameters.string("table"), where: parameters.selection)
      let heights = rows.rows.map(try rows.numbers(parameters.string("height")))
      let base = try parameters.number("base")
      var plot = Plot(
        x: .init(label: "", low: 0, high: Double(heights.count)),
        y: .init(label: try context.label("y", parameters, of: "height"), low: base, high: 9))
      plot.blocks = [.init(comment: "base, height", rows: heights.map { [base, $0] })]
      plot.layers = [.init(0, "using 0:1:2 with lines notitle")]
      return .plot(plot)
    },
    size: { _ in (400, 300) })
}

/// A check and a kind of figure are one file and one line of a catalog: what is appended to the catalogs' values is
/// read, refused, judged, drawn and documented as what is listed there.
@Suite struct AddedKindTests {
  private static let checks = CheckCatalog(checkCatalog.variants + [CeilingCheck.variant])
  private static let figures = FigureCatalog(figureCatalog.variants + [Bars.variant])
  private static let grammar = Grammar(
    stages: stageCatalog.signatures, figures: figures.signatures, checks: checks.signatures)

  private static func load(check: String, figure: String) throws -> Experiment {
    let path = NSTemporaryDirectory() + "modgap-added-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = """
      {"name": "t", "stages": [{"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "t", "stage": "evaluate", "kind": "cosine-similarity", "from": "s"}],
       "figures": [\(figure)],
       "claims": [{"id": "c", "source": "s", "says": "t", "table": "t", "check": {"ceiling": \(check)}}]}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try ExperimentLoader(grammar: grammar, environment: [:], overrides: [], allowed: []).load(path)
  }

  private static func problems(check: String, figure: String) -> String {
    do {
      _ = try load(check: check, figure: figure)
      return ""
    } catch let failure as any Failure {
      return failure.message
    } catch {
      return "\(error)"
    }
  }

  private static let table = ClaimSupport.table(
    ["modality", "mean"], [["x", 0.25], ["y", 1.5]])
  private static let bars = #"{"name": "f", "kind": "bars", "table": "t", "height": "mean"}"#

  @Test func aCheckIsReadAndJudged() throws {
    let claim = try #require(try Self.load(check: #"{"of": "mean"}"#, figure: Self.bars).claims.first)
    #expect(claim.parameters == .object(["of": "mean", "most": 1]))
    let verdict = evaluate(claim, table: .present(Self.table), checks: Self.checks)
    #expect(verdict.outcome.word == "fail" && verdict.number == 1.5 && verdict.paper == "at most 1.0")
    // As a frozen plan may have it, and with another bound.
    for (parameters, word) in [(#"{"of": "mean"}"#, "fail"), (#"{"of": "mean", "most": 2}"#, "pass")] {
      let bare = ClaimSpec(
        id: "c", source: "s", says: "t", table: "t", check: "ceiling", parameters: try json(parameters))
      let verdict = evaluate(bare, table: .present(Self.table), checks: Self.checks)
      #expect(verdict.outcome.word == word, "\(verdict.explanation)")
    }
  }

  @Test func aFigureIsReadAndDrawn() throws {
    let spec = try #require(try Self.load(check: #"{"of": "mean"}"#, figure: Self.bars).figures.first)
    #expect(spec.parameters["base"] == -3)
    let script = try figureScript(spec, tables: { _ in .present(Self.table) }, catalog: Self.figures).text
    #expect(script.contains("-3 0.25\n-3 1.5\n"), "\(script)")
    #expect(script.contains("set label 'Average cosine similarity'"))
    // Inside another figure, and without the keys that have defaults.
    let panels = FigureSpec(
      name: "p", kind: "panels",
      parameters: try json(#"{"panels": [{"kind": "bars", "table": "t", "height": "mean"}]}"#))
    let inner = try figureScript(panels, tables: { _ in .present(Self.table) }, catalog: Self.figures).text
    #expect(inner.contains("-3 0.25\n-3 1.5\n"), "\(inner)")
  }

  @Test func theirColumnsAreHeldToTheirTables() {
    let columns = "a column of \"t\": modality, count, mean, std, min, p25, p50, p75, max"
    let unknown = Self.problems(
      check: #"{"of": "meen", "among": "nothing"}"#,
      figure: #"{"name": "f", "kind": "bars", "table": "t", "height": "hight"}"#)
    for place in ["figures[0].height", "claims[0].check.ceiling.of", "claims[0].check.ceiling.among"] {
      #expect(unknown.contains("\(place): found the string"), "\(unknown)")
    }
    #expect(unknown.components(separatedBy: columns).count == 4, "\(unknown)")
    let texts = Self.problems(
      check: #"{"of": "modality", "among": "modality"}"#,
      figure: #"{"name": "f", "kind": "bars", "table": "t", "height": "modality"}"#)
    #expect(
      texts.components(separatedBy: "which holds text, expected a column of numbers").count == 3, "\(texts)")
    #expect(!texts.contains("among"))
  }

  @Test func theyAreDocumented() {
    let schema = Schema(Self.grammar).json.pretty
    let page = Reference(Self.grammar, transforms: []).markdown
    for word in ["\"ceiling\"", "\"bars\"", "where bars begin", "a column that must be there"] {
      #expect(schema.contains(word), "\(word)")
    }
    #expect(page.contains("### `ceiling`") && page.contains("| `most` | a number | `1` | the bound |"))
    #expect(page.contains("### `bars`") && page.contains("| `height` | a column of numbers | *required* |"))
  }
}
