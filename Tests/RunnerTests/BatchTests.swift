import Execution
import Foundation
import RunSupport
import Runner
import Testing

@Suite struct BatchTests {
  /// a → b → t, where t has a name of its own.
  private func config(_ name: String, a: Double = 1, b: Double = 2, total: String = "t", extra: String = "")
    -> String
  {
    """
    { "name": "\(name)", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": \(a) } },
      { "id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": { "by": \(b) } },
      { "id": "\(total)", "stage": "evaluate", "kind": "total", "from": "b" }\(extra)
    ] }
    """
  }
  private let broken = """
    , { "id": "w", "stage": "evaluate", "kind": "broken", "from": "b" }
    """

  private func summaries(_ engines: [Engine]) throws -> [RunSummary] {
    try Batch(engines).run().map { try $0.get() }
  }

  @Test func whatPlansShareIsComputedForTheFirst() throws {
    let bench = try Workbench()
    let spies = [Spy(), Spy(), Spy()]
    let all = try summaries([
      bench.engine(config("one"), spies[0]), bench.engine(config("two"), spies[1]),
      bench.engine(config("three", b: 3), spies[2]),
    ])
    #expect(spies.map(\.started) == [["a", "b", "t"], [], ["b", "t"]])
    #expect(all.map(\.computedCount) == [3, 0, 2] && all.map(\.cachedCount) == [0, 3, 1])
  }

  /// The results are those of runs one after the other.
  @Test(arguments: [1, 4]) func theFilesAreThoseOfRunsAlone(jobs: Int) throws {
    let (bench, alone) = (try Workbench(), try Workbench())
    let configs = [config("one"), config("two", total: "u"), config("three", a: 5)]
    _ = try summaries(configs.map { try bench.engine($0) { $0.jobs = jobs } })
    for config in configs { _ = try alone.engine(config).run() }
    for name in ["one", "two", "three"] {
      #expect(try bench.tables(name) == alone.tables(name) && !bench.tables(name).isEmpty)
      #expect(try bench.digests(name) == alone.digests(name))
    }
  }

  @Test func oneThatFailsStopsNoOtherAndIsNotTriedTwice() throws {
    let bench = try Workbench()
    let spies = [Spy(), Spy(), Spy()]
    let all = try summaries([
      bench.engine(config("one", extra: broken), spies[0]),
      bench.engine(config("two", extra: broken), spies[1]), bench.engine(config("three"), spies[2]),
    ])
    #expect(all.map { $0.failures.map(\.task) } == [["w"], ["w"], []])
    #expect(spies.map { $0.started.contains("w") } == [true, false, false])
    #expect(FileManager.default.fileExists(atPath: "\(bench.results)/three/tables/t.csv"))
    #expect(all.map(\.reportIsWritten) == [true, true, true])
  }

  @Test func forcedStagesAreComputedOnceForAll() throws {
    let bench = try Workbench()
    _ = try summaries([bench.engine(config("one")), bench.engine(config("two"))])
    let spies = [Spy(), Spy()]
    let force: (inout RunOptions) -> Void = { $0.forced = ["b"] }
    _ = try summaries([
      bench.engine(config("one"), spies[0], change: force),
      bench.engine(config("two"), spies[1], change: force),
    ])
    #expect(spies.map(\.started) == [["b"], []])
  }

  @Test func twoConfigsOfOneNameDoNotShareAFolder() throws {
    let bench = try Workbench()
    let results = Batch([
      try bench.engine(config("one")), try bench.engine(config("one", a: 4)), try bench.engine(config("two")),
    ]).run()
    #expect(throws: Never.self) { try results[0].get() }
    #expect(throws: Never.self) { try results[2].get() }
    guard case .failure(RunFailure.sameName(let name, _, _)) = results[1] else {
      Issue.record("\(results[1])")
      return
    }
    #expect(name == "one")
    #expect(try bench.column("total", of: "one/tables/t.csv") == [4])
  }

  @Test func anInterruptedBatchTellsSoOfEach() throws {
    let bench = try Workbench()
    let stopped = Cancellation()
    let all = try summaries([
      bench.engine(config("one"), stopped: stopped), bench.engine(config("two"), stopped: stopped),
    ])
    #expect(all.map(\.wasInterrupted) == [true, true] && all.map(\.verdicts.count) == [0, 0])
    // What was computed is in the store; the rest is computed when both are run again.
    let again = try summaries([bench.engine(config("one")), bench.engine(config("two"))])
    #expect(again.map(\.wasInterrupted) == [false, false] && again[1].cachedCount == 3)
  }

  @Test func equalTasksAreToldApartByWhatTheyDependOn() throws {
    let bench = try Workbench()
    let one = try bench.engine(config("one")).plan
    let other = try bench.engine(config("two", a: 3)).plan
    #expect(Set(one.taskIdentities).count == 3)
    #expect(Set(one.taskIdentities).isDisjoint(with: other.taskIdentities))
    #expect(one.taskIdentities == (try bench.engine(config("three", total: "u")).plan.taskIdentities))
  }
}

@Suite struct FailedTasksTests {
  private func config(plus: String = "", second: String = "total") -> String {
    """
    { "name": "toy", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": 1 } },
      { "id": "t", "stage": "evaluate", "kind": "\(second)", "from": "a" },
      { "id": "u", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": 1\(plus) } } ] }
    """
  }

  private func selection(_ bench: Workbench, _ config: String) throws -> FailedTasks.Selection {
    let engine = try bench.engine(config)
    return FailedTasks.selection(for: engine.plan, in: engine.folder)
  }

  @Test func theyAreRememberedUntilTheyWork() throws {
    let bench = try Workbench()
    #expect(try selection(bench, config()) == .all, "it never ran")
    _ = try bench.engine(config(second: "broken")).run()
    #expect(try selection(bench, config(second: "broken")) == .tasks(["t"]))
    // What is not asked for has still failed.
    _ = try bench.engine(config(second: "broken")) { $0.only = ["u"] }.run()
    #expect(try selection(bench, config(second: "broken")) == .tasks(["t"]))
    _ = try bench.engine(config()).run()
    #expect(try selection(bench, config()) == .nothing)
  }

  @Test func onlyTheyAreRun() throws {
    let bench = try Workbench()
    _ = try bench.engine(config(second: "broken")).run()
    let spy = Spy()
    // u would be computed, too, as its parameter is another one.
    _ = try bench.engine(config(plus: "5"), spy) { $0.tasks = ["t"] }.run()
    #expect(spy.started == ["t"])
  }

  @Test func aTaskThatIsNoMoreMeansAll() throws {
    let bench = try Workbench()
    _ = try bench.engine(config(second: "broken")).run()
    let renamed = config().replacing("\"id\": \"t\"", with: "\"id\": \"v\"")
    #expect(try selection(bench, renamed) == .all)
  }
}
