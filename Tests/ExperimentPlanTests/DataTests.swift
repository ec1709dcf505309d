import ConfigSupport
import Datasets
import Declarations
import Encoders
import ExperimentConfig
import ExperimentPlan
import Foundation
import Testing

/// Stages that take a data set: what the config may say, what reaches the stage, and what is in the key.
@Suite struct DataTests {
  /// A stage that takes a data set and draws nothing itself.
  private static let taker = StageSignature(
    phase: .`init`, kind: "taker", summary: "takes data",
    parameters: [.required("data", .dataset, "what is encoded")], output: .pairs)
  private static let withTaker = Grammar(
    stages: grammar.stages + [taker], figures: grammar.figures, checks: grammar.checks, data: grammar.data)

  private let folder: ConfigFolder

  init() throws { folder = try ConfigFolder() }

  private func write(_ data: String, section: String = "{}", more: String = "") throws {
    try folder.write(
      #"""
      {"name": "t", "seed": 9, \#(more) "data": \#(section),
       "stages": [{"id": "e", "stage": "init", "kind": "taker", "optional": true, "with": {"data": \#(data)}}]}
      """#)
  }

  private func plan(_ sets: [String] = []) throws -> Plan {
    var planner = Planner(try folder.load(sets: sets, by: Self.withTaker), grammar: Self.withTaker)
    return try planner.plan()
  }

  private func problems() throws -> String { try folder.problems(by: Self.withTaker) }

  // MARK: - What the stage sees

  @Test func aNameStandsForItsEntry() throws {
    try write(#""noise""#, section: #"{"noise": {"kind": "noise-images", "size": 8}}"#)
    let named = try plan()
    let seen = named.tasks[0].parameters["data"]
    #expect(
      seen == .object(["kind": "noise-images", "size": 8, "count": 1024, "seed": 9, "normalize": "none"]))
    try write(#"{"kind": "noise-images", "size": 8, "seed": 9, "count": 1024}"#)
    #expect(try plan().keys() == named.keys())
  }

  @Test func anAxisMayNameDataOrHoldThem() throws {
    let section = #"{"a": {"kind": "shapes", "seed": 1}, "b": {"kind": "noise-images", "size": "${s}"}}"#
    try write(
      #""${set}""#, section: section, more: #""matrix": {"set": ["a", "b"], "s": [4, 5], "seed": [1, 2]},"#)
    #expect(try problems() == "")
    let plan = try plan()
    #expect(plan.tasks.count == 8, "each axis reaches the stage: \(plan.tasks.map(\.id))")
    #expect(
      Set(plan.keys().values).count == 5, "shapes with a seed of their own are the same in all runs")
    try write(#""${set}""#, more: #""matrix": {"set": [{"kind": "shapes", "count": 5}]},"#)
    #expect(try self.plan().tasks[0].parameters["data"]?["count"] == 5)
  }

  @Test func theSeedOfARunCountsWhereItemsAreDrawn() throws {
    try folder.write(">a b\nMK\n", to: "p.fasta")
    let cases = [
      (#"{"kind": "shapes"}"#, true), (#"{"kind": "shapes", "seed": 3}"#, false),
      (#"{"kind": "proteins"}"#, true), (#"{"kind": "proteins", "path": "p.fasta"}"#, false),
      (#"{"kind": "proteins", "path": "p.fasta", "seed": 4}"#, false),
    ]
    for (data, counts) in cases {
      try write(data)
      let (nine, ten) = (try plan().keys(), try plan(["seed=10"]).keys())
      #expect((nine != ten) == counts, "\(data)")
    }
  }

  // MARK: - Files

  @Test func theFilesOfADataSetCountByContent() throws {
    for place in ["here", "there"] {
      for name in ["a", "b"] {
        try folder.write("RIFF0000WEBP \(name)", to: "\(place)/\(name)/1.png")
        try folder.write("path,caption\na/1.png,x\n", to: "\(place)/list.csv")
      }
      try folder.write("unread", to: "\(place)/a/readme.txt")
    }
    for data in [
      #"{"kind": "image-folder", "folder": "PLACE"}"#,
      #"{"kind": "captioned-images", "path": "PLACE/list.csv"}"#,
    ] {
      func key(_ place: String) throws -> [String: String] {
        try write(data.replacing("PLACE", with: place))
        return try plan().keys()
      }
      let before = try key("here")
      #expect(try key("there") == before, "where it lies does not count")
      try folder.write("unread, too", to: "there/a/readme.txt")
      #expect(try key("there") == before, "what is not read does not count")
      try folder.write("RIFF0000WEBP another", to: "there/a/1.png")
      #expect(try key("there") != before)
      try folder.write("RIFF0000WEBP a", to: "there/a/1.png")
      #expect(try key("there") == before)
    }
    try FileManager.default.moveItem(atPath: folder.path + "/there/a", toPath: folder.path + "/there/c")
    try write(#"{"kind": "image-folder", "folder": "here"}"#)
    let named = try plan().keys()
    try write(#"{"kind": "image-folder", "folder": "there"}"#)
    #expect(try plan().keys() != named, "classes are called by their folders")
  }

  @Test func theSeedOfReadDataIsTheirOwn() throws {
    for name in ["a", "b"] { try folder.write("RIFF0000WEBP \(name)", to: "\(name).png") }
    try folder.write("path,caption\na.png,x\nb.png,y\n", to: "list.csv")
    func keys(_ more: String, _ sets: [String] = []) throws -> [String: String] {
      try write(#"{"kind": "captioned-images", "path": "list.csv"\#(more)}"#)
      return try plan(sets).keys()
    }
    #expect(try keys("") == keys("", ["seed=10"]))
    #expect(try keys(#", "seed": 4"#) == keys(#", "seed": 4"#, ["seed=10"]))
    #expect(try keys(#", "seed": 4"#) != keys(#", "seed": 5"#))
    let (first, sample) = (try keys(#", "count": 1"#), try keys(#", "count": 1, "seed": 4"#))
    try folder.write("RIFF0000WEBP another", to: "b.png")
    #expect(try keys(#", "count": 1"#) == first, "what is not read does not count")
    #expect(try keys(#", "count": 1, "seed": 4"#) != sample, "any might have been in the sample")
    try write(
      #"{"kind": "captioned-images", "path": "list.csv", "seed": 4}"#, more: #""matrix": {"seed": [1, 2]},"#)
    #expect(try plan().tasks.count == 1, "an axis `seed` does not reach it")
  }

  @Test func mergesBesideAVocabularyCount() throws {
    try folder.write("{}", to: "vocab.json")
    try folder.write("1", to: "merges.txt")
    try write(#"{"kind": "shapes", "vocabulary": "vocab.json"}"#)
    let before = try plan().keys()
    try folder.write("2", to: "merges.txt")
    #expect(try plan().keys() != before)
  }

  @Test func absentDataAreNotRunWhereTheyAreOptional() throws {
    for data in [
      #"{"kind": "image-folder", "folder": "none"}"#, #"{"kind": "captioned-images", "path": "none.csv"}"#,
    ] {
      try write(data)
      #expect(try problems() == "")
      #expect(try plan().tasks[0].notRun?.contains("/none") == true)
    }
  }

  // MARK: - Weights

  /// `random` beside files on one axis is the word, not a file of that name; and only it draws.
  @Test func anAxisMayHaveRandomWeightsAndFiles() throws {
    try folder.write("weights", to: "w.safetensors")
    let tower = #""architecture": "vit", "weights": "${w}""#
    for (kind, with) in [
      ("encoder", tower),
      ("dual-encoder", #""x": {\#(tower)}, "y": {"architecture": "text", "weights": "w.safetensors"}"#),
    ] {
      try folder.write(
        #"""
        {"name": "t", "matrix": {"w": ["random", "w.safetensors"], "seed": [0, 1]}, "stages": [
         {"id": "e", "stage": "init", "kind": "\#(kind)", "with": {\#(with), "data": {"kind": "shapes", "seed": 1}}}]}
        """#)
      #expect(try folder.problems() == "")
      var planner = Planner(try folder.load(), grammar: grammar)
      let plan = try planner.plan()
      let keys = Set(plan.keys().values)
      #expect(keys.count == 3, "\(kind): two networks that are drawn, one that is read")
      for task in plan.tasks {
        #expect(task.notRun == nil)
        let weights = (task.parameters["x"] ?? task.parameters)["weights"]?.string
        #expect(weights == (task.seed == nil ? "\(folder.path)/w.safetensors" : "random"))
      }
    }
  }

  /// What describes weights is part of the plan by what it says; where nothing is said, nothing is added.
  @Test func descriptionsOfWeightsEnterTheKeyByWhatTheySay() throws {
    try folder.write("weights", to: "w.safetensors")
    try folder.write(
      #"""
      {"name": "t", "stages": [
       {"id": "c", "stage": "init", "kind": "clip",
        "with": {"preset": "mini", "weights": "w.safetensors",
          "data": {"kind": "shapes", "seed": 1, "size": 32}}},
       {"id": "e", "stage": "init", "kind": "encoder",
        "with": {"architecture": "vit", "preset": "mini", "weights": "w.safetensors",
          "data": {"kind": "shapes", "seed": 1, "size": 32}}}]}
      """#)
    func planned(_ sets: [String] = []) throws -> (tasks: [PlannedTask], keys: [String: String]) {
      var planner = Planner(try folder.load(sets: sets), grammar: grammar)
      let plan = try planner.plan()
      return (plan.tasks, plan.keys())
    }
    let new = ["activation", "norm_epsilon", "preprocessing", "vision", "text"]
    let plain = try planned()
    for task in plain.tasks { #expect(new.allSatisfy { task.parameters[$0] == nil }) }
    let said = #"{"model_type": "clip", "vision_config": {"hidden_act": "gelu"}, "text_config": {}}"#
    try folder.write(said, to: "config.json")
    let described = try planned()
    #expect(described.tasks[0].parameters["vision"]?["activation"] == "gelu")
    #expect(described.tasks[0].parameters["text"]?["activation"] == "quick-gelu")
    #expect(described.tasks[0].parameters["vision"]?["heads"] == nil, "the preset's sizes win")
    #expect(described.tasks[1].parameters["activation"] == "gelu")
    #expect(described.keys["c"] != plain.keys["c"] && described.keys["e"] != plain.keys["e"])
    // Spelling does not count.
    try folder.write(
      said.replacing(", ", with: ",\n   ").replacing("{}", with: #"{"x": 1}"#), to: "config.json")
    #expect(try planned().keys == described.keys)
    let explicit = try planned(["stages.e.with.activation=quick-gelu"])
    #expect(explicit.tasks[1].parameters["activation"] == "quick-gelu")
    try folder.write("{", to: "config.json")
    #expect(throws: DescriptionFailure.self) { try planned() }
  }

  // MARK: - Mistakes

  static let mistakes = [
    (
      #""nose""#,
      #"found the string "nose", expected an object with a "kind", or the name of an entry of "data" (did you mean "noise"?)"#
    ),
    (#"{"kind": "shapes", "size": 0}"#, "data.size: found 0, expected an integer from 1 to 4096"),
    (#"{"kind": "shape"}"#, #"did you mean "shapes"?"#),
    (#"{"kind": "idx"}"#, "data.images: the required key \"images\" is missing"),
    (#"{"kind": "image-folder", "folder": "c.json"}"#, "found the file <folder>/c.json, expected a folder"),
    (#"{"kind": "idx", "images": "sub"}"#, "found the folder <folder>/sub, expected a file"),
  ]

  @Test(arguments: mistakes) func aMistakeIsNamed(_ data: String, _ says: String) throws {
    try folder.write("", to: "sub/empty")
    try write(data, section: #"{"noise": {"kind": "gaussian"}}"#)
    let problems = try problems()
    #expect(problems.contains(says), "\(problems)")
  }
}
