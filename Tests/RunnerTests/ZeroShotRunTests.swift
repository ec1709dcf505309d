import Contracts
import ExperimentPlan
import Foundation
import RunSupport
import Runner
import Stages
import Testing

/// Classification by prompts from a config to its tables.
@Suite(.serialized) struct ZeroShotRunTests {
  private static let clip = """
    "vision": { "image": 16, "patch": 8, "width": 12, "layers": 1, "heads": 3 },
    "text": { "vocabulary": 259, "context": 24, "width": 12, "layers": 1, "heads": 3 }, "embedding": 10
    """

  /// Two tasks of one trained model, whose shifts are compared together.
  private static let config = """
    { "name": "tasks",
      "data": { "drawn": { "kind": "shapes", "count": 60, "objects": 1, "size": 16, "context": 24, "seed": 0 },
        "asked": { "kind": "shapes", "count": 50, "objects": 1, "size": 16, "context": 24, "seed": 1 } },
      "stages": [
        { "id": "clip", "stage": "init", "kind": "clip", "with": { \(clip), "data": "drawn" } },
        { "id": "trained", "stage": "train", "kind": "contrastive", "from": "clip",
          "with": { "temperature": 0.1, "batch": 20, "steps": 5, "optimizer": { "lr": 0.001 } } },
        { "id": "colours", "stage": "init", "kind": "class-prompts",
          "with": { "model": "trained", "data": "asked", "labels": "colour", "prompt": ["a [class] thing", "[class]"] } },
        { "id": "shapes", "stage": "init", "kind": "class-prompts",
          "with": { "model": "trained", "data": "asked", "labels": "shape", "prompt": "a [class]" } },
        { "id": "coloursMoved", "stage": "shift", "kind": "gap", "from": "colours", "with": { "delta": [-0.5, 0, 0.5] } },
        { "id": "shapesMoved", "stage": "shift", "kind": "gap", "from": "shapes", "with": { "delta": [-0.5, 0, 0.5] } },
        { "id": "byColour", "stage": "evaluate", "kind": "zero-shot", "from": "coloursMoved",
          "with": { "data": "asked", "labels": "colour" } },
        { "id": "byShape", "stage": "evaluate", "kind": "zero-shot", "from": "shapesMoved",
          "with": { "data": "asked", "labels": "shape", "k": [1] } },
        { "id": "best", "stage": "evaluate", "kind": "best-shift", "from": ["byColour", "byShape"],
          "with": { "over": "delta", "by": "from" } },
        { "id": "bias", "stage": "evaluate", "kind": "group-bias", "from": "shapesMoved",
          "with": { "data": "asked", "labels": "shape", "groups": "colour", "categories": { "round": [0, 7], "pointed": [5] } } } ] }
    """

  @Test(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
  func twoTasksOfATrainedModel() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    let program = Program(folder: bench.folder, bench: bench)
    let first = try program.run("run", "e.json", "--jobs", "2")
    #expect(first.status == 0, "\(first.output)\(first.errors)")
    func lines(_ table: String) throws -> [Substring] {
      try bench.text("results/tasks/tables/\(table).csv").split(separator: "\n")
    }
    #expect(try lines("byColour").first == "delta,distance,metric,value,count")
    #expect(try lines("byColour").count == 10 && lines("byShape").count == 4)
    #expect(try lines("byColour.classes").count == 31)
    #expect(try lines("byColour.predictions").count == 151)
    #expect(try lines("byColour.confusion").first == "delta,class,predicted,count")
    let best = try lines("best")
    #expect(best.count == 9 && best[0].hasPrefix("from,selection,shifts,chosen,"))
    #expect(best[1].hasPrefix("byColour,all-items,3,") && best[8].hasPrefix("byShape,cross-fitted,3,"))
    // Ten colours, two categories, three shifts.
    #expect(try lines("bias").count == 61 && lines("bias.accuracy").count == 4)
    let again = try program.run("run", "e.json", "--jobs", "1")
    #expect(again.status == 0 && again.output.contains("cached"), "\(again.output)\(again.errors)")
  }

  /// A grey image of one pixel.
  private static let image = Data([
    0x89, 0x50, 0x4E, 0x47, 13, 10, 0x1A, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE,
    0x42, 0x60, 0x82,
  ])

  /// The network is built again from the files of the stage that made it: they are held to the plan as well.
  @Test func filesOfTheModelThatIsAskedMustBeThoseOfThePlan() throws {
    let bench = try Workbench()
    for name in ["a", "b"] { try Self.image.write(to: URL(fileURLWithPath: "\(bench.folder)/\(name).png")) }
    try bench.write("path,caption\na.png,one\nb.png,two\n", to: "list.csv")
    func config(_ more: String) -> String {
      """
      { "name": "changed", "stages": [
        { "id": "clip", "stage": "init", "kind": "clip", "with": { \(Self.clip),
          "data": { "kind": "captioned-images", "path": "list.csv", "size": 16, "context": 24 } } }\(more) ] }
      """
    }
    func run(_ plan: Plan) throws -> RunSummary {
      try Engine(
        plan: plan, resultsRoot: bench.results, options: RunOptions(jobs: 1), catalog: stageCatalog
      ).run()
    }
    #expect(try run(bench.plan(config(""))).exitStatus == 0)
    let plan = try bench.plan(
      config(
        """
        , { "id": "prompts", "stage": "init", "kind": "class-prompts",
          "with": { "model": "clip", "classes": ["cat", "dog"] } }
        """))
    try bench.write("path,caption\na.png,one\nb.png,six\n", to: "list.csv")
    let summary = try run(plan)
    #expect(summary.exitStatus == 65)
    let failure = try #require(summary.failures.first)
    #expect(explain(failure.error).contains("list.csv changed"), "\(explain(failure.error))")
  }
}
