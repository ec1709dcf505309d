import Foundation
import RunSupport
import Testing

/// Columns that a table has, or cannot have, are known before anything runs.
@Suite(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
struct ColumnRefusalTests {
  private func validate(_ config: String) throws -> Program.Result {
    let bench = try Workbench()
    try bench.write(config, to: "c.json")
    return try Program(folder: bench.folder, bench: bench).run("validate", "c.json")
  }

  /// A coordinate of the name of an axis is in the table under the stage's name.
  @Test func aCoordinateBehindAnAxisIsThere() throws {
    func config(_ column: String) -> String {
      """
      { "name": "s", "matrix": { "delta": [0.5] }, "stages": [
        { "id": "s", "stage": "init", "kind": "sphere" },
        { "id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": { "delta": [0, 0.5, 1] } },
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": "m" } ],
        "claims": [ { "id": "a", "source": "s", "says": "q", "table": "g", "where": { "\(column)": 0.5 },
          "check": { "value": { "of": "l2m", "equals": 0.25, "within": 0.3 } }, "basis": "derived", "bound_from": "oracle-error" } ] }
      """
    }
    #expect(try validate(config("g.delta")).status == 0)
    #expect(try validate(config("m.delta")).errors.contains("an unknown column"))
    let bench = try Workbench()
    try bench.write(config("g.delta"), to: "c.json")
    let run = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(run.output.contains("1 pass"), "\(run)")
  }

  /// A text cannot be judged as a number.
  @Test func aTextIsNoQuantity() throws {
    let config = """
      { "name": "c", "stages": [
        { "id": "s", "stage": "init", "kind": "sphere" },
        { "id": "cm", "stage": "evaluate", "kind": "cosine-similarity", "from": "s" } ],
        "claims": [ { "id": "a", "source": "s", "says": "q", "table": "cm",
          "check": { "range": { "of": "modality", "low": -1 } } } ] }
      """
    let refused = try validate(config)
    #expect(refused.status == 65, "\(refused)")
    #expect(refused.errors.contains("\"modality\", which holds text, expected a column of numbers"))
  }

  /// The mean alone has no quartiles and no histogram.
  @Test(arguments: ["std", "min", "p25", "p50", "p75", "max"])
  func theMeanAloneHasNoOthers(column: String) throws {
    func config(_ statistics: String, _ table: String, _ column: String) -> String {
      """
      { "name": "c", "stages": [
        { "id": "s", "stage": "init", "kind": "sphere" },
        { "id": "cm", "stage": "evaluate", "kind": "cosine-similarity", "from": "s",
          "with": { "statistics": "\(statistics)" } } ],
        "claims": [ { "id": "a", "source": "s", "says": "q", "table": "\(table)", "where": { "modality": "x" },
          "check": { "range": { "of": "\(column)", "low": -1 } }, "basis": "derived",
          "bound_from": "oracle-error" } ] }
      """
    }
    #expect(try validate(config("all", "cm", column)).status == 0)
    #expect(try validate(config("mean", "cm", "mean")).status == 0)
    let refused = try validate(config("mean", "cm", column))
    #expect(refused.status == 65 && refused.errors.contains("claims[0].check.range.of"), "\(refused)")
    #expect(try validate(config("all", "cm.histogram", "pairs")).status == 0)
    #expect(try validate(config("mean", "cm.histogram", "pairs")).status == 65)
  }

  /// A stage that reads two tables of another names columns that both have.
  @Test func theShiftsAreAColumnOfThePredictions() throws {
    func config(_ with: String, from: String = "score", more: String = "") -> String {
      """
      { "name": "c", "stages": [
        { "id": "s", "stage": "init", "kind": "sphere" },
        { "id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": { "delta": [0, 0.5] } },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "m" },
        { "id": "score", "stage": "evaluate", "kind": "zero-shot", "from": "m", "with": { \(more) "classes": ["a", "b"] } },
        { "id": "best", "stage": "evaluate", "kind": "best-shift", "from": "\(from)", "with": { \(with) } } ] }
      """
    }
    #expect(try !validate(config(#""over": "delta""#)).errors.contains("a column of"))
    // They are in the main table, or in the predictions, but not in both.
    for column in ["value", "distance", "count", "rank", "item"] {
      let result = try validate(config("\"over\": \"\(column)\""))
      #expect(
        result.status == 65 && result.errors.contains("expected a column of \"score\": delta"),
        "\(result.errors)")
    }
    let by = try validate(config(#""over": "delta", "by": "metric""#))
    #expect(
      by.status == 65 && by.errors.contains("with.by: found the string \"metric\""), "\(by.errors)")
    let hasNone = "found \"gap\", which has none, expected stages that have a table \"predictions\""
    #expect(try validate(config(#""over": "delta""#, from: "gap")).errors.contains(hasNone))
    let without = try validate(config(#""over": "delta""#, more: #""predictions": false,"#))
    #expect(without.errors.contains("found \"score\", which has none"), "\(without.errors)")
  }
}
