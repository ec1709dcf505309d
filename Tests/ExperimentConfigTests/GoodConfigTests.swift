import ConfigSupport
import Contracts
import ExperimentConfig
import Foundation
import Testing

/// A valid config by its name in `Corpus/good`, or a generated one.
struct GoodConfig: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  var testDescription: String { name }

  static let all: [GoodConfig] =
    read(here.appendingPathComponent("Corpus/good")) + read(root.appendingPathComponent("configs"))
    + Specimens.configs.map { GoodConfig(name: $0.name, text: $0.text) }

  static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let root = here.deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ folder: URL) -> [GoodConfig] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    // The catalogue of data is no config.
    return names.filter { $0.hasSuffix(".json") && $0 != "data.json" }.sorted().compactMap { name in
      (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).map {
        GoodConfig(name: name, text: $0)
      }
    }
  }
}

@Suite struct GoodConfigTests {
  /// The authors' arrays, which the project's configs name.
  static let features = [
    "clasp", "clasp_random", "clip", "clip_random", "convirt", "convirt_random", "videoclip",
    "videoclip_random",
  ]

  /// What the project's configs name: arrays, whose content nobody asks here, and printed tables.
  static func writeFiles(to folder: ConfigFolder) throws {
    for name in features { try folder.write("", to: "data/features_\(name).npy") }
    try FileManager.default.copyItem(
      atPath: GoodConfig.root.appendingPathComponent("configs/published").path,
      toPath: "\(folder.path)/published")
  }

  @Test(arguments: GoodConfig.all) func isValid(_ config: GoodConfig) throws {
    let folder = try ConfigFolder()
    try folder.write(config.text)
    try folder.write("", to: "e.npy")
    try Self.writeFiles(to: folder)
    #expect(try folder.problems() == "")
  }

  @Test func theExampleReadsAsItIsWritten() throws {
    let folder = try ConfigFolder()
    try folder.write(try #require(GoodConfig.all.first { $0.name == "example.json" }).text)
    try folder.write("", to: "data/features_clip.npy")
    let experiment = try folder.load()
    #expect(experiment.name == "figure3-loss-landscape")
    #expect(experiment.axes == [Axis(name: "temperature", values: [0.01, 0.02, 1])])
    #expect(experiment.stages.map(\.id) == ["clip", "moved", "loss"])
    #expect(experiment.stages[2].from == ["moved"])
    #expect(experiment.stages[0].with["path"] == .string("\(folder.path)/data/features_clip.npy"))
    #expect(experiment.claims[0].selection == ["temperature": [0.01]])
    #expect(experiment.claims[0].parameters["within"] == 0)
  }

  @Test func extendsMergesObjectsAndReplacesLists() throws {
    let folder = try ConfigFolder()
    try folder.write("", to: "bases/e.npy")
    try folder.write(
      #"""
      {"name": "base", "title": "b", "seed": 1, "matrix": {"seed": [0, 1, 2], "a": [1]},
       "data": {"noise": {"kind": "gaussian", "count": 4}},
       "stages": [{"id": "e", "stage": "init", "kind": "embeddings", "with": {"path": "e.npy"}},
                  {"id": "m", "stage": "init", "kind": "mlp", "with": {"activation": "relu", "inputs": "noise"}}]}
      """#, to: "bases/base.json")
    try folder.write(
      #"{"extends": "base.json", "name": "middle", "seed": 2}"#, to: "bases/middle.json")
    try folder.write(
      #"""
      {"extends": "bases/middle.json", "matrix": {"seed": [7], "b": [true]}, "data": {"noise": {"count": 5}}}
      """#)
    let experiment = try folder.load()
    #expect(experiment.name == "middle")
    #expect(experiment.title == "b")
    #expect(experiment.seed == 2)
    #expect(
      experiment.axes == [
        Axis(name: "seed", values: [7]), Axis(name: "a", values: [1]), Axis(name: "b", values: [true]),
      ])
    #expect(experiment.stages[0].with["path"] == .string("\(folder.path)/bases/e.npy"))
    #expect(experiment.stages[1].with["inputs"]?["count"] == 5)
    #expect(experiment.path == "\(folder.path)/c.json")
  }

  @Test func theEnvironmentSpellsValuesAndItsDefaultsStandIn() throws {
    let text = #"""
      {"name": "t", "seed": "${env:MODGAP_S:-7}", "matrix": {"w": ["${env:MODGAP_W:-${env:HOME:-0.5}}"]},
       "stages": [{"id": "s", "stage": "init", "kind": "sphere",
        "with": {"pairs": "${env:SLURM_P:-3}", "mismatched": "${env:FREE:-false}", "spacing_degrees": "${w}"}}]}
      """#
    let usual = try experiment(text, allowed: ["FREE"])
    #expect(usual.seed == 7)
    #expect(usual.stages[0].with["pairs"] == 3 && usual.stages[0].with["mismatched"] == false)
    #expect(usual.axes[0].values == [0.5])
    let given = try experiment(
      text, environment: ["MODGAP_S": "8", "SLURM_P": "4", "FREE": "true", "MODGAP_W": ""], allowed: ["FREE"])
    #expect(given.seed == 8)
    #expect(given.stages[0].with["pairs"] == 4 && given.stages[0].with["mismatched"] == true)
    #expect(given.axes[0].values == [0.5], "an empty variable has its default, as in a shell")
  }

  @Test func setReplacesByPathAndByID() throws {
    let text = #"""
      {"name": "t", "matrix": {"seed": [1, 2]}, "stages": [{"id": "s", "stage": "init", "kind": "sphere"},
       {"id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": {"delta": {"from": 0, "to": 1, "by": 1}}}]}
      """#
    let changed = try experiment(
      text,
      sets: [
        "name=u", "title=a=b [c]", "matrix.seed[1]=5", "stages.s.with.pairs=9", "stages[1].with.delta.to=3",
        "stages.m.with.sides=x", "matrix.new=[\"a\", 1]",
      ])
    #expect(changed.name == "u" && changed.title == "a=b [c]")
    #expect(changed.axes[0].values == [1, 5] && changed.axes[1].values == ["a", 1])
    #expect(changed.stages[0].with == .object(["pairs": 9]))
    #expect(changed.stages[1].with["delta"]?["to"] == 3 && changed.stages[1].with["sides"] == "x")
  }
}
