import ConfigSupport
import Declarations
import ExperimentConfig
import ExperimentPlan
import Files
import Foundation
import Testing

@Suite struct PlannerTests {
  @Test(arguments: [("straße", "STRASSE"), ("é", "E\u{301}"), ("Base", "bAsE"), ("ﬁ", "FI")])
  func namesThatAFileSystemMayFold(one: String, other: String) {
    #expect(one.foldedName.utf8.elementsEqual(other.foldedName.utf8))
    #expect(one.foldedName != "\(other)x".foldedName)
  }

  @Test func everyTaskFollowsWhatItNeeds() throws {
    let plan = try plan(
      #"""
      {"name": "t", "matrix": {"seed": [1, 2]}, "stages": [
        {"id": "c", "stage": "evaluate", "kind": "gap", "from": ["b", "a"]},
        {"id": "b", "stage": "shift", "kind": "gap", "from": "a", "with": {"delta": 1, "direction": "z"}},
        {"id": "z", "stage": "shift", "kind": "centre", "from": "a"},
        {"id": "a", "stage": "init", "kind": "sphere"}]}
      """#)
    for (index, task) in plan.tasks.enumerated() {
      for dependency in task.dependencies { #expect(dependency < index, "\(task.id)") }
    }
    #expect(plan.tasks.map(\.id).sorted() == ["a", "b", "c", "z"], "no axis reaches any of them")
    #expect(plan.runs.map(\.name) == ["seed=1", "seed=2"])
    #expect(plan.runs[0].tasks.map { plan.tasks[$0].stage } == ["c", "b", "z", "a"], "in the file's order")
    #expect(plan.runs[0].tasks == plan.runs[1].tasks)
  }

  @Test func withoutAMatrixThereIsOneRun() throws {
    let plan = try plan(#"{"name": "t", "stages": [{"id": "s", "stage": "init", "kind": "sphere"}]}"#)
    #expect(plan.runs.map(\.name) == ["single"])
    #expect(plan.tasks.map(\.id) == ["s"])
  }

  /// Stages that draw have the run's seed; embeddings that are read have none and are shared.
  @Test func theSeedReachesWhatDraws() throws {
    let plan = try plan(
      #"""
      {"name": "t", "seed": 9, "matrix": {"seed": [3, 4], "w": [8, 16]}, "stages": [
        {"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "g", "stage": "evaluate", "kind": "gap", "from": "s"},
        {"id": "fixed", "stage": "init", "kind": "mlp", "with": {"activation": "relu"}},
        {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "relu", "width": "${w}"}},
        {"id": "dots", "stage": "evaluate", "kind": "cosine-similarity", "from": "mlp"}]}
      """#)
    #expect(
      Set(plan.tasks.map(\.id)) == [
        "s", "g", "fixed@seed=3", "fixed@seed=4", "mlp@seed=3,w=8", "mlp@seed=3,w=16", "mlp@seed=4,w=8",
        "mlp@seed=4,w=16", "dots@seed=3,w=8", "dots@seed=3,w=16", "dots@seed=4,w=8", "dots@seed=4,w=16",
      ])
    #expect(try plan.task("s").seed == nil && plan.task("dots@seed=3,w=8").seed == nil)
    #expect(try plan.task("fixed@seed=3").seed == 3 && plan.task("mlp@seed=4,w=16").seed == 4)
    #expect(try plan.task("mlp@seed=4,w=16").parameters["width"] == 16)
    #expect(plan.runs.map(\.name) == ["seed=3,w=8", "seed=3,w=16", "seed=4,w=8", "seed=4,w=16"])
  }

  @Test func withoutASeedAxisTheExperimentsSeedHolds() throws {
    let plan = try plan(
      #"""
      {"name": "t", "seed": 9, "matrix": {"w": [8]}, "stages": [
        {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "relu", "width": "${w}"}}]}
      """#)
    #expect(plan.tasks.map(\.seed) == [9])
  }

  @Test func relativePathsOfAnAxisAreNearTheConfig() throws {
    let folder = try ConfigFolder()
    try folder.write("1", to: "sub/a.npy")
    try folder.write("2", to: "sub/b.npy")
    try folder.write(
      #"""
      {"name": "t", "matrix": {"file": ["a", "b"]}, "stages": [{"id": "e", "stage": "init", "kind": "embeddings",
        "with": {"path": "x/../sub/${file}.npy"}}]}
      """#)
    var planner = Planner(try folder.load(), grammar: grammar)
    let plan = try planner.plan()
    #expect(plan.tasks.map { $0.files[0].path } == ["\(folder.path)/sub/a.npy", "\(folder.path)/sub/b.npy"])
    #expect(plan.tasks[0].parameters["path"] == .string("\(folder.path)/sub/a.npy"))
    #expect(plan.tasks[0].files[0].digest != plan.tasks[1].files[0].digest)
  }

  @Test func whatHangsOnAbsentDataIsNotRun() throws {
    let plan = try plan(
      #"""
      {"name": "t", "stages": [
        {"id": "e", "stage": "init", "kind": "embeddings", "optional": true, "obtain": "make data",
         "with": {"path": "features_clip.npy"}},
        {"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "m", "stage": "shift", "kind": "centre", "from": "e"},
        {"id": "g", "stage": "evaluate", "kind": "gap", "from": "m"},
        {"id": "both", "stage": "evaluate", "kind": "gap", "from": ["m", "s"]}]}
      """#)
    let reason = "no features_clip.npy: run \"make data\""
    for id in ["e", "m", "g"] { #expect(try plan.task(id).notRun == reason) }
    #expect(try plan.task("both").isRunnable && plan.task("both").inputs.count == 1)
  }

  @Test func aMatrixBeyondCountingIsRefused() throws {
    let values = (0..<2000).map { JSONValue.number(Double($0)) }
    let axes = (0..<7).map { Axis(name: "a\($0)", values: values) }
    var planner = Planner(Experiment(name: "t", axes: axes, stages: []), grammar: grammar)
    #expect(throws: ConfigError.self) { try planner.plan() }
  }

  /// Runs are few enough, and so are stages; both together are not.
  @Test func stagesOfAllRunsAreBounded() throws {
    let folder = try ConfigFolder()
    func config(_ stages: Int) -> String {
      let values = (1...1000).map(String.init).joined(separator: ",")
      let more = (0..<stages).map {
        #"{"id": "g\#($0)", "stage": "evaluate", "kind": "gap", "from": "s"}"#
      }
      let all = [#"{"id": "s", "stage": "init", "kind": "sphere"}"#] + more
      return
        #"{"name": "t", "matrix": {"a": [\#(values)], "b": [\#(values)]}, "stages": [\#(all.joined(separator: ","))]}"#
    }
    try folder.write(config(1))
    #expect(
      try folder.problems().contains(
        "stages: found 3000000 stages and inputs of stages in 1000000 runs, expected at most 2000000"))
    try folder.write(config(0))
    #expect(try !folder.problems().contains("inputs of stages"))
  }

  @Test func tenThousandRuns() throws {
    let seeds = (0..<10_000).map(String.init).joined(separator: ",")
    let text = #"""
      {"name": "t", "matrix": {"seed": [\#(seeds)]}, "replicates": "seed", "stages": [
        {"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "relu"}},
        {"id": "dots", "stage": "evaluate", "kind": "cosine-similarity", "from": "mlp"}]}
      """#
    let start = ContinuousClock.now
    let plan = try plan(text)
    let planned = ContinuousClock.now
    #expect(plan.runs.count == 10_000 && plan.tasks.count == 20_001)
    #expect(Set(plan.runs.map(\.name)).count == 10_000)
    let keys = plan.keys()
    print("10,000 runs: planned in \(planned - start), keys in \(ContinuousClock.now - planned)")
    #expect(Set(keys.values).count == 20_001)
  }

  @Test func aHundredByAHundred() throws {
    let plan = try plan(
      #"""
      {"name": "t", "matrix": {"t": [\#((1...100).map(String.init).joined(separator: ","))],
        "w": [\#((1...100).map(String.init).joined(separator: ","))]}, "stages": [
        {"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "l", "stage": "evaluate", "kind": "contrastive-loss", "from": "s", "with": {"temperature": "${t}"}},
        {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "relu", "width": "${w}"}}]}
      """#)
    #expect(plan.runs.count == 10_000 && plan.tasks.count == 201)
  }

  @Test func aChainOfThousands() throws {
    let chain = (1..<5000).map {
      #"{"id": "s\#($0)", "stage": "shift", "kind": "centre", "from": "s\#($0 - 1)"}"#
    }
    let stages = [#"{"id": "s0", "stage": "init", "kind": "sphere"}"#] + chain.reversed()
    let plan = try plan(#"{"name": "t", "stages": [\#(stages.joined(separator: ","))]}"#)
    #expect(plan.tasks.map(\.stage) == (0..<5000).map { "s\($0)" })
  }

  @Test func overAnAxisItsRunsAreTakenTogether() throws {
    let plan = try plan(
      #"""
      {"name": "t", "matrix": {"activation": ["relu", "tanh"], "seed": [3, 4, 5]}, "stages": [
        {"id": "map", "stage": "evaluate", "kind": "projection", "from": "mlp", "over": "seed",
         "with": {"method": "umap"}},
        {"id": "all", "stage": "evaluate", "kind": "projection", "from": ["mlp", "s"], "over": ["seed", "activation"]},
        {"id": "s", "stage": "init", "kind": "sphere"},
        {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "${activation}"}}]}
      """#)
    let map = try plan.task("map@activation=tanh")
    #expect(map.inputs.map { plan.tasks[$0].id } == [3, 4, 5].map { "mlp@activation=tanh,seed=\($0)" })
    #expect(map.inputAxes == [3, 4, 5].map { [AxisValue(name: "seed", value: .number($0))] })
    #expect(map.seed == 0, "it draws once for all of them, from the experiment's seed")
    let all = try plan.task("all")
    #expect(all.inputs.count == 7 && all.inputAxes.last == [], "no axis reaches the sphere")
    #expect(plan.tasks.count == 10)
    for (index, task) in plan.tasks.enumerated() {
      for dependency in task.dependencies { #expect(dependency < index, "\(task.id)") }
    }
    let keys = plan.keys { task, _ in task.stage }
    #expect(keys["map@activation=relu"] == keys["map@activation=tanh"], "axes it is not over do not count")
  }

  /// What a config means and what a plan contains follow from a value, without a disk.
  @Test func aPlanIsMadeOfADictionary() throws {
    let config = """
      {"name": "t", "matrix": {"set": ["f", "g"]}, "stages": [
        {"id": "e", "stage": "init", "kind": "embeddings", "optional": true, "obtain": "make it",
         "with": {"path": "${env:MODGAP_DATA}/${set}.npy"}},
        {"id": "d", "stage": "evaluate", "kind": "gap", "from": "e"}]}
      """
    let files = FileSystem.holding(
      ["/w/c.json": Array(config.utf8), "/w/data/f.npy": [1, 2, 3]], currentFolder: "/w")
    let loader = ExperimentLoader(grammar: grammar, environment: [:], files: files)
    var planner = Planner(try loader.load("/w/c.json"), grammar: grammar, files: files)
    let plan = try planner.plan()
    let (there, absent) = (try plan.task("e@set=f"), try plan.task("e@set=g"))
    #expect(there.files.map(\.path) == ["/w/data/f.npy"])
    #expect(there.files.first?.digest == Digest(of: [1, 2, 3]).hex && there.isRunnable)
    #expect(absent.notRun == "no g.npy: run \"make it\"")
    #expect(try plan.task("d@set=g").notRun == absent.notRun)
    let error = #expect(throws: ConfigError.self) { try loader.load("/w/other.json") }
    #expect(error?.message.contains("no file /w/other.json") == true)
  }

  /// What files of data and weights say is asked of the value, too: nothing here is on a disk.
  @Test func foldersAndWeightsAreAskedOfTheValue() throws {
    let config = """
      {"name": "t", "data": {"d": {"kind": "image-folder", "folder": "images"}}, "stages": [
        {"id": "e", "stage": "init", "kind": "encoder",
         "with": {"architecture": "vit", "weights": "w.safetensors", "data": "d"}}]}
      """
    func task(_ image: [UInt8], activation: String) throws -> PlannedTask {
      var files = FileSystem.holding(
        ["/w/c.json": Array(config.utf8), "/w/w.safetensors": [1], "/w/images/dog/a.png": image])
      files.listing = { kind, values in
        kind.kind == "image-folder" && values["folder"] == "/w/images" ? ["/w/images/dog/a.png"] : []
      }
      files.completion = { stage, parameters in
        guard stage.name == "init/encoder", case .object(var values) = parameters else { return parameters }
        values["activation"] = .string(activation)
        return .object(values)
      }
      let loader = ExperimentLoader(grammar: grammar, environment: [:], files: files)
      var planner = Planner(try loader.load("/w/c.json"), grammar: grammar, files: files)
      return try planner.plan().task("e")
    }
    let first = try task([1], activation: "gelu")
    #expect(first.parameters["activation"] == "gelu" && first.isRunnable)
    let listed = try #require(first.files.first { $0.listedBy != nil })
    #expect(listed.digest == Digest(of: "\tversion 2\ndog/a.png\t\(Digest(of: [1]).hex)\n").hex)
    let other = try task([2], activation: "relu").files.first { $0.listedBy != nil }
    #expect(other?.digest != nil && other?.digest != listed.digest)
  }

  /// The data folder is the first that has one of the files, however they are named, and a sweep of millions takes no
  /// longer to look at than one of thousands.
  @Test(arguments: [
    "${env:MODGAP_DATA}/f.safetensors:x", "${env:MODGAP_DATA:-nowhere}/f.safetensors",
    "${env:MODGAP_DATA}/${a}.safetensors",
    "${env:MODGAP_DATA}/${a}${b}${c}.npy",
  ])
  func theDataFolderHasAFileThatIsNamed(path: String) throws {
    let many = (0..<3000).map(String.init).joined(separator: ",")
    let config = """
      {"name": "t", "matrix": {"a": ["f", "g"], "b": [\(many)], "c": [\(many)]}, "stages": [
        {"id": "e", "stage": "init", "kind": "embeddings", "with": {"path": "\(path)"}}]}
      """
    let files = FileSystem.holding(
      ["/w/here/c.json": Array(config.utf8), "/w/data/f.safetensors": [1], "/w/here/data/other": []],
      currentFolder: "/w/here")
    let loader = ExperimentLoader(grammar: grammar, environment: [:], files: files)
    let error = #expect(throws: ConfigError.self) { try loader.load("/w/here/c.json") }
    let isFound =
      error?.message.contains("/w/data/f.safetensors") == true
      || error?.message.contains("f.safetensors") == false
    #expect(isFound, "\(error?.message ?? "")")
    #expect(error?.issues.count ?? 0 > 0)
  }
}
