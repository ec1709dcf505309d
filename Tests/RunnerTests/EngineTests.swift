import Contracts
import Foundation
import RunSupport
import Runner
import Testing

@Suite struct EngineTests {
  /// a → b → t and a → u; c → v stands apart.
  private func config(a: Double = 1, b: Double = 2, c: Double = 3, plus: Double = 0, extra: String = "")
    -> String
  {
    """
    { "name": "toy", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": \(a) } },
      { "id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": { "by": \(b) } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "b", "with": { "plus": \(plus) } },
      { "id": "u", "stage": "evaluate", "kind": "total", "from": "a" },
      { "id": "c", "stage": "init", "kind": "source", "with": { "value": \(c) } },
      { "id": "v", "stage": "evaluate", "kind": "total", "from": "c" }\(extra)
    ] }
    """
  }

  private func started(_ bench: Workbench, _ config: String) throws -> [String] {
    let spy = Spy()
    try bench.run(config, spy: spy)
    return spy.started
  }

  @Test func aRerunDoesNothing() throws {
    let bench = try Workbench()
    #expect(try started(bench, config()) == ["a", "b", "c", "t", "u", "v"])
    let before = try bench.tables("toy")
    #expect(try started(bench, config()) == [])
    #expect(try bench.tables("toy") == before)
  }

  @Test func editingOneValueRerunsExactlyWhatIsDownstream() throws {
    let bench = try Workbench()
    try bench.run(config())
    #expect(try started(bench, config(plus: 5)) == ["t"])
    #expect(try started(bench, config(b: 3, plus: 5)) == ["b", "t"])
    #expect(try started(bench, config(b: 3, c: 4, plus: 5)) == ["c", "v"])
    #expect(try started(bench, config(a: 7, b: 3, c: 4, plus: 5)) == ["a", "b", "t", "u"])
    #expect(try started(bench, config()) == [], "going back finds the first results again")
  }

  @Test func aStageThatGivesTheSameBytesLeavesWhatFollowsAlone() throws {
    let bench = try Workbench()
    try bench.run(config(a: 1, b: 2))
    // 2 × 1 is what 1 × 2 was, so t is not computed again though both stages before it are; nor is u,
    // which asks of a what t asked of b.
    #expect(try started(bench, config(a: 2, b: 1)) == ["a", "b"])
  }

  @Test func aDamagedArtefactIsNoticedSaidAndComputedAgain() throws {
    let bench = try Workbench()
    try bench.run(config())
    let before = try bench.tables("toy")
    let key = try #require(try Manifest.read("\(bench.results)/toy/manifest.json").results["b"]?.key)
    let payload = "\(bench.results)/.store/\(key)/artefact.h5"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: payload))
    bytes[bytes.count / 2] ^= 0xff
    try bytes.write(to: URL(fileURLWithPath: payload))
    let spy = Spy()
    try bench.run(config(), spy: spy)
    #expect(spy.started == ["b"])
    #expect(spy.notices.contains { $0.hasPrefix("b: ") && $0.contains("damaged") })
    #expect(try bench.tables("toy") == before)
  }

  @Test(arguments: ["a", "b", "t"]) func aMissingArtefactIsComputedAgain(stage: String) throws {
    let bench = try Workbench()
    try bench.run(config())
    let key = try #require(try Manifest.read("\(bench.results)/toy/manifest.json").results[stage]?.key)
    try FileManager.default.removeItem(atPath: "\(bench.results)/.store/\(key)")
    #expect(try started(bench, config()) == [stage])
  }

  @Test func keepsGoingAndListsWhatIsBlocked() throws {
    let bench = try Workbench()
    let broken = """
      { "name": "toy", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "with": { "value": 1 } },
        { "id": "x", "stage": "evaluate", "kind": "broken", "from": "a" },
        { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" }
      ] }
      """
    let summary = try bench.run(broken)
    #expect(summary.exitStatus == 1)
    #expect(summary.failures.map(\.task) == ["x"])
    #expect(explain(try #require(summary.failures.first).error) == "it always breaks")
    #expect(try bench.text("results/toy/tables/t.csv") == "total\n2.0\n")
  }

  @Test func failFastStartsNothingMore() throws {
    let bench = try Workbench()
    let chain = (0..<30).map {
      """
      { "id": "t\($0)", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": \($0) } }
      """
    }.joined(separator: ",")
    let config = """
      { "name": "toy", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "with": { "value": 1 } },
        { "id": "x", "stage": "evaluate", "kind": "broken", "from": "a" }, \(chain) ] }
      """
    let spy = Spy()
    let summary = try bench.run(config, jobs: 1, spy: spy) { $0.failFast = true }
    #expect(summary.exitStatus == 1)
    #expect(spy.started.count < 10)
  }

  @Test func aStageThatKeepsNothingIsComputedAgainOnlyWhenNeeded() throws {
    let bench = try Workbench()
    let keepless = { (plus: Double) in
      """
      { "name": "toy", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "keep": false, "with": { "value": 1 } },
        { "id": "t", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": \(plus) } } ] }
      """
    }
    try bench.run(keepless(0))
    #expect(try started(bench, keepless(0)) == [])
    #expect(try started(bench, keepless(1)) == ["t"])
    #expect(try bench.text("results/toy/tables/t.csv") == "total\n3.0\n")
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/toy/runs/single/embeddings.h5"))
    // Who keeps it from now on waits for it once more, and is told so.
    let spy = Spy()
    try bench.run(keepless(1).replacing("\"keep\": false, ", with: ""), spy: spy)
    #expect(spy.started == [] && spy.lines.first?.hasPrefix("a: is computed again") ?? false)
    let exported = "\(bench.results)/toy/runs/single/embeddings.h5"
    #expect(FileManager.default.fileExists(atPath: exported))
    // From then on it is in the store.
    try FileManager.default.removeItem(atPath: exported)
    let later = Spy()
    try bench.run(keepless(1).replacing("\"keep\": false, ", with: ""), spy: later)
    #expect(later.started == [] && later.lines == [])
    #expect(FileManager.default.fileExists(atPath: exported))
  }

  @Test(arguments: [1, 2, 4]) func whatWasNotKeptIsComputedOnceForAllThatNeedIt(jobs: Int) throws {
    let bench = try Workbench()
    let readers = { (plus: Int) in
      (0..<8).map {
        """
        { "id": "t\($0)", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": \(plus + $0) } }
        """
      }
    }
    let keepless = { (plus: Int) in
      """
      { "name": "toy", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "keep": false, "with": { "value": 1 } },
        \(readers(plus).joined(separator: ", ")) ] }
      """
    }
    try bench.run(keepless(0))
    let spy = Spy()
    try bench.run(keepless(100), jobs: jobs, spy: spy)
    #expect(spy.started.count == 8)
    let said = "a: is computed again, because its result is needed and not kept in the store"
    #expect(spy.lines == [said, "a: made"])
  }

  @Test func onlyAndForceChooseStages() throws {
    let bench = try Workbench()
    let spy = Spy()
    try bench.run(config(), spy: spy) { $0.only = ["t"] }
    #expect(spy.started == ["a", "b", "t"])
    let second = Spy()
    try bench.run(config(), spy: second) {
      $0.only = ["t"]
      $0.forced = ["b"]
    }
    #expect(second.started == ["b"])
    #expect(throws: RunFailure.self) { try bench.run(config()) { $0.only = ["nothing"] } }
  }

  @Test func oneTaskOfAFrozenPlanRunsByItself() throws {
    let bench = try Workbench()
    let first = Spy()
    let summary = try bench.run(config(), spy: first) { $0.task = "b" }
    #expect(summary.exitStatus == 1, "what it needs is not in the store")
    #expect(first.started == [])
    let inOrder = ["a", "b", "t"]
    for id in inOrder {
      let spy = Spy()
      try bench.run(config(), spy: spy) { $0.task = id }
      #expect(spy.started == [id])
    }
  }

  @Test func tablesOfAllRunsBeginWithTheAxes() throws {
    let bench = try Workbench()
    let matrix = """
      { "name": "toy", "matrix": { "value": [1, 2.5], "plus": [0, 10] }, "replicates": "plus", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "with": { "value": "${value}" } },
        { "id": "t", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": "${plus}" } },
        { "id": "u", "stage": "evaluate", "kind": "total", "from": "a" } ] }
      """
    let spy = Spy()
    try bench.run(matrix, spy: spy)
    #expect(spy.started.count == 6, "two sources and four totals; u asks what t asks where plus is 0")
    #expect(
      try bench.text("results/toy/tables/t.csv")
        == "value,plus,total\n1.0,0,2.0\n1.0,10,12.0\n2.5,0,5.0\n2.5,10,15.0\n")
    #expect(
      try bench.text("results/toy/tables/u.csv")
        == "value,plus,total\n1.0,0,2.0\n1.0,10,2.0\n2.5,0,5.0\n2.5,10,5.0\n")
    #expect(
      try bench.text("results/toy/tables/t.summary.csv").hasPrefix(
        "value,quantity,n,mean,sd,ci95_low,ci95_high\n"))
    #expect(
      try bench.text("results/toy/runs/value=2.5,plus=10/metrics/t.csv") == "value,plus,total\n2.5,10,15.0\n")
  }

  @Test func filesThatAConfigNoLongerMakesAreRemoved() throws {
    let bench = try Workbench()
    try bench.run(config())
    let fewer = config().replacingOccurrences(
      of: #"{ "id": "u", "stage": "evaluate", "kind": "total", "from": "a" },"#, with: "")
    try bench.run(fewer)
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/toy/tables/u.csv"))
    #expect(FileManager.default.fileExists(atPath: "\(bench.results)/toy/tables/t.csv"))
  }

  @Test func aFileThatSomebodyTouchedIsMadeAgain() throws {
    let bench = try Workbench()
    try bench.run(config())
    let good = try bench.text("results/toy/tables/t.csv")
    try bench.write("total\n999\n", to: "results/toy/tables/t.csv")
    #expect(try started(bench, config()) == [])
    #expect(try bench.text("results/toy/tables/t.csv") == good)
  }
}
