import Contracts
import ExperimentConfig
import ExperimentPlan
import Foundation
import RunSupport
import Runner
import Testing

/// Stages that take data sets, run.
@Suite struct DataTests {
  private func config(_ data: String) -> String {
    """
    { "name": "toy", "seed": 3, "data": { "own": \(data) }, "stages": [
      { "id": "a", "stage": "init", "kind": "pictures", "with": { "data": "own" } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" } ] }
    """
  }

  private func started(_ bench: Workbench, _ config: String) throws -> [String] {
    let spy = Spy()
    let summary = try bench.run(config, spy: spy)
    #expect(summary.exitStatus == 0)
    return spy.started
  }

  @Test func drawnDataAreReadOnce() throws {
    let bench = try Workbench()
    let noise = #"{ "kind": "noise-images", "count": 3, "size": 4 }"#
    #expect(try started(bench, config(noise)) == ["a", "t"])
    #expect(try started(bench, config(noise)) == [])
    let seeded = #"{ "kind": "noise-images", "count": 3, "size": 4, "seed": 3 }"#
    #expect(try started(bench, config(seeded)) == [], "the run's seed, spelt out")
    #expect(try started(bench, config(seeded.replacing("3 }", with: "4 }"))) == ["a", "t"])
  }

  /// Of one pixel, as the classes of CIFAR-10's binary form are.
  private func cifar(_ bench: Workbench, grey: UInt8) throws -> String {
    let records = (0..<3).flatMap { [UInt8($0)] + [UInt8](repeating: grey, count: 3072) }
    try FileManager.default.createDirectory(
      atPath: bench.folder + "/cifar", withIntermediateDirectories: true)
    try Data(records).write(to: URL(fileURLWithPath: bench.folder + "/cifar/test_batch.bin"))
    return config(#"{ "kind": "cifar", "folder": "cifar", "size": 2 }"#)
  }

  @Test func anotherContentOfAFolderIsReadAgain() throws {
    let bench = try Workbench()
    #expect(try started(bench, cifar(bench, grey: 10)) == ["a", "t"])
    try bench.write("unread", to: "cifar/notes.txt")
    #expect(try started(bench, config(#"{ "kind": "cifar", "folder": "./cifar", "size": 2 }"#)) == [])
  }

  /// What `run --manifest` sees where the folder has changed since.
  @Test func aFolderThatChangedSinceThePlanStopsItsStage() throws {
    let bench = try Workbench()
    let path = try bench.write(cifar(bench, grey: 10), to: "toy.json")
    let experiment = try ExperimentLoader(grammar: ToyStages.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: ToyStages.grammar)
    let plan = try planner.plan()
    _ = try cifar(bench, grey: 11)
    let decoded = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
    let summary = try Engine(
      plan: decoded, resultsRoot: bench.results, options: RunOptions(jobs: 1), catalog: ToyStages.catalog
    ).run()
    guard case .failed(let error)? = summary.outcomes[0] else {
      Issue.record("it ran: \(summary.outcomes)")
      return
    }
    #expect(explain(error).contains("/cifar"), "\(explain(error))")
  }
}
