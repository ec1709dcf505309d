import Foundation
import Regression
import RunSupport
import Runner
import Testing

/// What the nightly asks of the engine.
@Suite struct NightEngineTests {
  private let config = """
    { "name": "toy", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": 1 } },
      { "id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": { "by": 2 } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "b" },
      { "id": "u", "stage": "evaluate", "kind": "total", "from": "a" },
      { "id": "c", "stage": "init", "kind": "source", "with": { "value": 3 } },
      { "id": "v", "stage": "evaluate", "kind": "total", "from": "c" } ] }
    """

  @Test(arguments: [0, 1, 2, 3]) func theOrderChangesNoByte(order: UInt64) throws {
    let (plain, drawn) = (try Workbench(), try Workbench())
    _ = try plain.engine(config).run()
    _ = try drawn.engine(config) {
      $0.order = order
      $0.jobs = 1
    }.run()
    #expect(try plain.tables("toy") == drawn.tables("toy") && plain.digests("toy") == drawn.digests("toy"))
  }

  @Test func auditedTasksAreComputedAgainAndNoOthers() throws {
    let bench = try Workbench()
    _ = try bench.engine(config).run()
    let before = try bench.digests("toy")
    let spy = Spy()
    let summary = try bench.engine(config, spy) { $0.audited = ["t", "c"] }.run()
    #expect(spy.started == ["c", "t"] && summary.irreproducible.isEmpty)
    #expect(try bench.digests("toy") == before)
  }

  /// What reads embeddings is computed anew, under keys of its own; what makes them is not.
  @Test func anotherRoundingReachesWhatReadsEmbeddings() throws {
    let bench = try Workbench()
    _ = try bench.engine(config).run()
    let spy = Spy()
    let rounded = try bench.engine(config, spy) { $0.rounding = LegalRounding(1) }.run()
    #expect(spy.started == ["b", "t", "u", "v"] && rounded.failures.isEmpty)
    let again = Spy()
    _ = try bench.engine(config, again).run()
    #expect(again.started == [], "the results of no rounding are still in the store")
  }

  @Test func numbersOfARunHaveDigestsTablesAndWhatTheyWereMadeWith() throws {
    let bench = try Workbench()
    let summary = try bench.engine(config).run()
    let night = try NightNumbers(
      summary, root: bench.results, config: bench.folder, catalog: ToyStages.catalog)
    #expect(night.experiment == "toy")
    let ids = night.numbers.map(\.id)
    #expect(ids.filter { $0.hasPrefix("digest/") } == ["a", "b", "t", "u", "c", "v"].map { "digest/\($0)" })
    let totals = night.numbers.filter { $0.id.hasSuffix("/total") || $0.id.contains("/total/") }
    #expect(totals.compactMap(\.value.number).sorted() == [2, 4, 6])
    #expect(Set(night.manifest.keys.keys) == ["a", "b", "t", "u", "c", "v"])
    let folder = ReferenceFolder("\(bench.folder)/reference")
    try folder.write(night, night.numbers)
    #expect(try folder.numbers(of: "toy") == night.numbers)
    #expect(try folder.manifest(of: "toy") == night.manifest)
    #expect(try folder.numbers(of: "other") == nil)
  }
}
