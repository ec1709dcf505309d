import ConfigSupport
import Declarations
import ExperimentConfig
import ExperimentPlan
import Foundation
import Testing

/// Which runs are replicates is decided by what they are computed from: not by a seed that permutes it.
@Suite("Runs that repeat others")
struct RepeatedRunsTests {
  private let folder: ConfigFolder

  init() throws {
    folder = try ConfigFolder()
    for name in ["images", "tokens", "a", "b", "copy"] {
      try folder.write(name == "copy" ? "a" : name, to: "\(name).npy")
    }
    try folder.write("path,caption\np.png,a cat\n", to: "list.csv")
    try folder.write("p", to: "p.png")
  }

  private static let tensors = #""kind": "tensors", "images": "images.npy", "tokens": "tokens.npy""#
  private static let towers = #""x": {"architecture": "vit"}, "y": {"architecture": "text"}"#

  private static func stage(_ data: String, _ more: String = "\"seed\": 3, ") -> String {
    """
    {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {\(more)\(towers), "data": \(data)}},
    {"id": "g", "stage": "evaluate", "kind": "gap", "from": "net"}
    """
  }

  private func plan(_ stages: String, _ matrix: String = #""seed": [0, 1, 2]"#, _ replicates: String = "seed")
    throws -> Plan
  {
    try folder.write(
      """
      {"name": "t", "matrix": {\(matrix)}, "replicates": "\(replicates)", "stages": [\(stages)]}
      """)
    var planner = Planner(try folder.load(), grammar: grammar)
    return try planner.plan()
  }

  /// Of each repeated run the one that it repeats, in the table of the last stage.
  private func repeats(_ plan: Plan, of stage: String? = nil) -> [Int: Int] {
    plan.rowSources(ofStage: plan.experiment.stages.count - 1).repeats?.runs(of: stage) ?? [:]
  }

  @Test(
    "another order, or another choice, of the same items is no replicate",
    arguments: [
      #""kind": "tensors", "images": "images.npy", "tokens": "tokens.npy""#,
      #""kind": "tensors", "images": "images.npy", "tokens": "tokens.npy", "count": 20"#,
      #""kind": "captioned-images", "path": "list.csv", "information": 1, "mismatch": 0"#,
    ])
  func resampled(_ data: String) throws {
    let plan = try plan(Self.stage(#"{\#(data), "seed": "${seed}"}"#))
    #expect(Set(plan.tasks.map(\.id)).count == 6, "each is computed")
    #expect(repeats(plan) == [1: 0, 2: 0])
  }

  @Test(
    "random weights, random words and made items are",
    arguments: [
      (tensors, ""),
      (#""kind": "captioned-images", "path": "list.csv", "information": 0.5"#, "\"seed\": 3, "),
      (#""kind": "captioned-images", "path": "list.csv", "mismatch": 0.5"#, "\"seed\": 3, "),
      (#""kind": "shapes""#, "\"seed\": 3, "),
      (tensors.replacing("\"images.npy\"", with: "\"${seed}.npy\""), "\"seed\": 3, "),
    ])
  func random(_ data: String, _ more: String) throws {
    for seed in 0..<3 { try folder.write("\(seed)", to: "\(seed).npy") }
    #expect(repeats(try plan(Self.stage(#"{\#(data), "seed": "${seed}"}"#, more))).isEmpty)
  }

  @Test func copiesOfAFileAreOneSource() throws {
    let stages = #"""
      {"id": "e", "stage": "init", "kind": "embeddings", "with": {"x": "${file}.npy", "y": "b.npy"}},
      {"id": "g", "stage": "evaluate", "kind": "gap", "from": "e"}
      """#
    #expect(repeats(try plan(stages, #""file": ["a", "b", "copy"]"#, "file")) == [2: 0])
  }

  /// What a seed reaches may depend on the values of other axes.
  @Test func eachGroupOfReplicatesIsLookedAtByItself() throws {
    let made = #"{"kind": "shapes", "seed": "${seed}"}"#
    let read = #"{\#(Self.tensors), "seed": "${seed}"}"#
    let matrix = #""data": ["made", "read", "fixed"], "seed": [0, 1]"#
    try folder.write(
      """
      {"name": "t", "matrix": {\(matrix)}, "replicates": "seed",
       "data": {"made": \(made), "read": \(read), "fixed": {"kind": "shapes", "seed": 4}},
       "stages": [\(Self.stage("\"${data}\""))]}
      """)
    var planner = Planner(try folder.load(), grammar: grammar)
    #expect(repeats(try planner.plan()) == [3: 2, 5: 4])
  }

  @Test func rowsOfSeveralStagesAreToldApart() throws {
    let data = #"{\#(Self.tensors), "seed": "${seed}"}"#
    let stages = """
      {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {"seed": 3, \(Self.towers), "data": \(data)}},
      {"id": "free", "stage": "init", "kind": "dual-encoder", "with": {\(Self.towers), "data": \(data)}},
      {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["net", "free"]}
      """
    let plan = try plan(stages)
    #expect(repeats(plan, of: "net") == [1: 0, 2: 0] && repeats(plan, of: "free").isEmpty)
    #expect(plan.rowSources(ofStage: 2).byStage == ["net": ["seed"], "free": ["seed"]])
  }

  /// A training meets the items in their order, and what it holds out is the last of them.
  @Test func theOrderOfATrainingsBatchesIsRandom() throws {
    func stages(_ data: String) -> String {
      """
      {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {"seed": 3, \(Self.towers), "data": \(data)}},
      {"id": "m", "stage": "train", "kind": "contrastive", "from": "net",
       "with": {"temperature": 0.1, "steps": 3, "shuffle": false}},
      {"id": "g", "stage": "evaluate", "kind": "gap", "from": "m"}
      """
    }
    #expect(repeats(try plan(stages(#"{\#(Self.tensors), "seed": "${seed}"}"#))).isEmpty)
    // Of the same order, it is the same.
    try folder.write(
      """
      {"name": "t", "matrix": {"data": ["made", "fixed"], "seed": [0, 1]}, "replicates": "seed",
       "data": {"made": {"kind": "shapes"}, "fixed": {"kind": "shapes", "seed": 4}},
       "stages": [\(stages("\"${data}\""))]}
      """)
    var planner = Planner(try folder.load(), grammar: grammar)
    #expect(repeats(try planner.plan()) == [3: 2])
  }

  @Test func anotherAxisThanTheReplicatesMayPermute() throws {
    let plan = try plan(
      Self.stage(#"{\#(Self.tensors), "seed": "${order}"}"#), #""order": [5, 6], "seed": [0, 1]"#)
    #expect(plan.rowSources(ofStage: 1) == RowSources(common: ["order"], chance: .fixed))
  }
}
