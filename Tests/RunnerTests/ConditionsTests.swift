import Contracts
import Declarations
import Files
import Foundation
import RunSupport
import Runner
import Testing

/// What the results say that a claim's number depends on.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct ConditionsTests {
  private static let config = """
    { "name": "c", "matrix": { "width": [8, 16.0], "how": ["none", "rms", { "kind": "layer", "place": "after" }], "seed": [0, 1, 2] },
      "replicates": "seed",
      "stages": [
        { "id": "net", "stage": "init", "kind": "mlp", "with": { "width": "${width}", "depth": 2, "activation": "relu",
            "normalization": "${how}", "inputs": { "kind": "gaussian", "count": 9 } } },
        { "id": "cone", "stage": "evaluate", "kind": "cosine-similarity", "from": "net" } ],
      "claims": [
        { "id": "narrow", "source": "s", "says": "a", "table": "cone", "where": { "width": 16, "how": "rms", "layer": 2 },
          "check": { "range": { "of": "mean", "low": -1 } } },
        { "id": "two", "source": "s", "says": "a", "table": "cone", "where": { "width": 8, "layer": 2 },
          "check": { "greater": { "of": "mean", "where": [{ "how": "none" }, { "how": "rms" }] } } },
        { "id": "object", "source": "s", "says": "a", "table": "cone", "where": { "width": 8, "layer": 2,
            "how": "{\\"kind\\":\\"layer\\",\\"place\\":\\"after\\"}" },
          "check": { "range": { "of": "mean", "low": -1 } } } ] }
    """

  @Test("words as they are written, members of objects, and only the values that a claim selects")
  func valuesOfTheSelectedRuns() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    let run = try Program(folder: bench.folder, bench: bench).run("run", "e.json", "--no-figures")
    #expect([0, 2].contains(run.status), "\(run.output)\(run.errors)")
    let verdicts = try CSV.read("\(bench.results)/c/verdicts.csv")
    guard case .texts(let conditions)? = verdicts["conditions"], conditions.count == 3 else {
      Issue.record("no conditions")
      return
    }
    let replicates = "replicates (seed) vary what net draws (weights, or items)"
    #expect(
      conditions[0]
        == "net (init/mlp): activation relu, depth 2, inputs.count 9, inputs.kind gaussian, normalization rms, width 16; "
        + replicates)
    #expect(conditions[1].contains("normalization none or rms, width 8;"), "\(conditions[1])")
    #expect(
      conditions[2].contains("normalization.kind layer, normalization.place after, width 8;"),
      "\(conditions[2])")
  }
}
