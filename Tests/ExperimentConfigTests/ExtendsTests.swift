import ConfigSupport
import Contracts
import ExperimentConfig
import Foundation
import Testing

/// What a config may change of the one that it extends.
@Suite struct ExtendsTests {
  private let folder: ConfigFolder

  init() throws {
    folder = try ConfigFolder()
    try folder.write(
      #"""
      {"name": "base", "title": "b", "seed": 3, "matrix": {"seed": [0, 1], "w": [1, 2]}, "replicates": "seed",
       "data": {"noise": {"kind": "gaussian", "count": 4}, "more": {"kind": "shapes", "size": 8}},
       "stages": [
        {"id": "s", "stage": "init", "kind": "sphere", "with": {"pairs": 3, "mismatched": false}},
        {"id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": {"delta": [0, 1], "sides": "x"}},
        {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["s", "m"]}],
       "figures": [{"name": "f", "kind": "lines", "table": "g", "x": "delta", "y": "l2i"},
                   {"name": "h", "kind": "lines", "table": "g", "x": "delta", "y": "l2m"}],
       "claims": [{"id": "c", "source": "here", "says": "so", "table": "g", "check": {"value": {"of": "l2i", "equals": 1, "within": 1}}}]}
      """#, to: "base.json")
  }

  private func extended(_ changes: String) throws -> Experiment {
    try folder.write(#"{"extends": "base.json", \#(changes)}"#)
    return try folder.load()
  }

  /// Of a file that is no config nothing is told but where.
  @Test(arguments: [
    "hunter2", "\"hunter2\"", "[\"hunter2\"]", "nOhunter2/x\nhunter2", "{\"hunter2\": 1, \"hunter2\": 2}",
    "{\"key\": \"hunter2\", \"hunter2\": hunter2}", "{hunter2", "12hunter2", "8217",
  ])
  func whatIsNoConfigIsNotTold(text: String) throws {
    let folder = try ConfigFolder()
    try folder.write(text, to: "token")
    try folder.write(#"{"extends": "token"}"#)
    let problems = try folder.problems()
    #expect(problems.contains("token:") && problems.contains("expected a config, because "), "\(problems)")
    #expect(!problems.contains("hunter2") && !problems.contains("8217"))
  }

  @Test func nullTakesAMemberAway() throws {
    let changed = try extended(
      #"""
      "title": null, "seed": null, "matrix": {"w": null}, "data": {"more": null, "noise": {"count": null}},
      "figures": null, "claims": null, "stages": {"s": {"with": {"pairs": null}}}, "absent": null
      """#)
    #expect(changed.title == nil && changed.seed == 0)
    #expect(changed.axes.map(\.name) == ["seed"])
    #expect(changed.data == ["noise": .object(["kind": "gaussian"])])
    #expect(changed.figures.isEmpty && changed.claims.isEmpty)
    #expect(changed.stages[0].with == .object(["mismatched": false]))
  }

  @Test func anObjectChangesTheElementsThatItNames() throws {
    let changed = try extended(
      #"""
      "stages": {"$comment": "one of three", "m": {"with": {"delta": 5, "sides": null}}},
      "figures": {"h": null, "f": {"y": "distance"}}, "claims": {"c": {"says": "otherwise"}}
      """#)
    #expect(changed.stages.map(\.id) == ["s", "m", "g"])
    #expect(changed.stages[1].with == .object(["delta": 5]) && changed.stages[1].from == ["s"])
    #expect(changed.stages[0].with["pairs"] == 3)
    #expect(changed.figures.map(\.name) == ["f"] && changed.figures[0].parameters["y"] == "distance")
    #expect(changed.claims[0].says == "otherwise")
  }

  @Test func nullTakesAnElementAway() throws {
    let changed = try extended(
      #""stages": {"m": null, "g": {"from": "s"}}, "figures": null, "claims": {"c": null}"#)
    #expect(changed.stages.map(\.id) == ["s", "g"] && changed.stages[1].from == ["s"])
    #expect(changed.claims.isEmpty)
  }

  @Test func aListStillTakesTheWholePlace() throws {
    let changed = try extended(
      #""stages": [{"id": "t", "stage": "init", "kind": "sphere"}], "figures": [], "claims": []"#)
    #expect(changed.stages.map(\.id) == ["t"] && changed.stages[0].with == .object([:]))
  }

  @Test func anObjectOverAListOfValuesTakesItsPlace() throws {
    let changed = try extended(#""stages": {"m": {"with": {"delta": {"from": 0, "to": 2, "by": 1}}}}"#)
    #expect(changed.stages[1].with["delta"]?["to"] == 2)
  }

  @Test func eachOfAChainChangesWhatTheNextHas() throws {
    try folder.write(
      #"{"extends": "base.json", "stages": {"s": {"with": {"pairs": 8}}, "m": {"id": "n"}, "g": {"from": "n"}}}"#,
      to: "middle.json")
    try folder.write(
      #"{"extends": "middle.json", "stages": {"n": {"with": {"sides": "y"}}, "s": {"with": {"mismatched": null}}}}"#
    )
    let changed = try folder.load()
    #expect(changed.stages.map(\.id) == ["s", "n", "g"])
    #expect(changed.stages[0].with == .object(["pairs": 8]))
    #expect(changed.stages[1].with["sides"] == "y")
  }

  static let mistakes = [
    (
      #""stages": {"n": {"with": {}}}"#,
      #"c.json:1:37: stages.n: found a name that no element of the extended list has, expected one of s, m, g, or a list that replaces all of them"#
    ),
    (
      #""figures": {"ff": null}"#,
      #"c.json:1:38: figures.ff: found a name that no element of the extended list has, expected one of f, h, or a list that replaces all of them (did you mean "f"?)"#
    ),
    (#""claims": {"c": 3}"#, "c.json:1:42: claims[0]: found 3, expected a claim, which is an object"),
    (#""stages": {"s": {"with": {"pair": 3}}}"#, #"(did you mean "pairs"?)"#),
    (#""stages": {"s": null}"#, #"base.json:5:"#),
    (#""matrix": {"w": {"a": 1}}"#, "matrix.w: found an object, expected a list of at least one value"),
    (#""name": null"#, "name: the required key \"name\" is missing"),
  ]

  @Test(arguments: mistakes) func aMistakeIsNamed(_ changes: String, _ says: String) throws {
    try folder.write(#"{"extends": "base.json", \#(changes)}"#)
    let problems = try folder.problems()
    #expect(problems.contains(says), "\(problems)")
  }

  @Test func anObjectOverNothingIsNoList() throws {
    try folder.write(#"{"name": "t", "stages": []}"#, to: "base.json")
    try folder.write(#"{"extends": "base.json", "stages": {"s": {}}}"#)
    #expect(
      try folder.problems()
        == "c.json:1:36: stages: found an object, expected a list of at least one stage")
  }

  // MARK: - The schema

  @Test(.enabled(if: PythonSchema.isPresent, PythonSchema.missing))
  func theSchemaKnowsWhatAnExtendingConfigMayLeaveOut() throws {
    let stage = #"{"id": "s", "stage": "init", "kind": "sphere"}"#
    let good = [
      #"{"extends": "b.json"}"#,
      #"{"extends": "b.json", "stages": {"s": {"with": {"pairs": 3}}, "g": null, "$comment": 1}}"#,
      #"{"extends": "b.json", "figures": {"f": {"y": "l2i"}}, "claims": {"c": null}}"#,
      #"{"extends": "b.json", "stages": [\#(stage)], "figures": null, "claims": null}"#,
      #"{"extends": "b.json", "title": null, "seed": null, "replicates": null, "matrix": {"w": null, "seed": null}}"#,
      #"{"extends": "b.json", "matrix": null, "data": {"noise": {"count": 5}, "more": null}}"#,
    ]
    let bad = [
      #"{"extends": "b.json", "stages": 3}"#, #"{"extends": "b.json", "stages": {"s": 3}}"#,
      #"{"extends": "b.json", "stages": [{"id": "s"}]}"#, #"{"extends": "b.json", "matrix": {"w": 3}}"#,
      #"{"extends": "b.json", "title": 3}"#, #"{"extends": "b.json", "stagess": null}"#,
      #"{"name": "t", "stages": {"s": \#(stage)}}"#, #"{"name": "t", "title": null, "stages": [\#(stage)]}"#,
      #"{"name": "t", "matrix": {"w": null}, "stages": [\#(stage)]}"#,
      #"{"name": "t", "figures": {"f": null}, "stages": [\#(stage)]}"#,
      #"{"name": "t", "data": {"noise": {"count": 5}}, "stages": [\#(stage)]}"#,
    ]
    #expect(try PythonSchema.judge(good) == good.map { _ in true })
    #expect(try PythonSchema.judge(bad) == bad.map { _ in false })
  }
}
