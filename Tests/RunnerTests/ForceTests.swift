import Contracts
import Declarations
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// A stage that gives another result under the same key breaks a promise, and everybody hears of it.
@Suite struct ForceTests {
  private func config(_ name: String, keep: String = "", plus: Int = 0, title: String = "T") -> String {
    """
    { "name": "toy", "title": "\(title)", "stages": [
      { "id": "a", "stage": "init", "kind": "fickle"\(keep), "with": { "name": "\(name)" } },
      { "id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": { "by": 2 } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "b", "with": { "plus": \(plus) } },
      { "id": "u", "stage": "evaluate", "kind": "total", "from": "a", "with": { "plus": \(plus) } } ] }
    """
  }

  private func next(_ name: String, _ value: Float) { ToyStages.Fickle.next.withLock { $0[name] = value } }

  @Test func forceReplacesWhatTheCacheHad() throws {
    let bench = try Workbench()
    let name = UUID().uuidString
    next(name, 1)
    try bench.run(config(name))
    #expect(try bench.text("results/toy/tables/t.csv") == "total\n4.0\n")
    next(name, 3)
    let spy = Spy()
    let summary = try bench.run(config(name), spy: spy) { $0.forced = ["a"] }
    #expect(spy.started == ["a", "b", "t", "u"], "what depends on it is computed again")
    #expect(try bench.text("results/toy/tables/t.csv") == "total\n12.0\n")
    let notice = try #require(spy.notices.first { $0.contains("gave another result") })
    #expect(notice.hasPrefix("a was computed again"))
    #expect(Set(try #require(summary.irreproducible.first).dependants) == ["b", "t", "u"])
    #expect(notice.contains("out of date: b, "))
    #expect(notice.contains("in the store depend on the earlier one: evaluate/total"), "\(notice)")
    #expect(summary.irreproducible.map(\.task) == ["a"])
    for file in ["report.md", "report.html", "provenance.json"] {
      let text = try bench.text("results/toy/\(file)")
      #expect(text.contains(file.hasSuffix("json") ? "irreproducible" : "gave another result"), "\(file)")
    }
    // The new one stays, and so does the word about it.
    let again = Spy()
    try bench.run(config(name, title: "U"), spy: again)
    #expect(again.started == [])
    #expect(try bench.text("results/toy/report.md").contains("gave another result"))
    #expect(try bench.text("results/toy/tables/t.csv") == "total\n12.0\n")
  }

  @Test func theSameResultAgainIsNoNews() throws {
    let bench = try Workbench()
    let name = UUID().uuidString
    next(name, 1)
    try bench.run(config(name))
    let spy = Spy()
    let summary = try bench.run(config(name), spy: spy) { $0.forced = ["a"] }
    #expect(spy.started == ["a"])
    #expect(spy.notices == [] && summary.irreproducible.isEmpty)
  }

  @Test func whatIsNotRunAgainIsNamedAndNotShownAsIfItWere() throws {
    let bench = try Workbench()
    let name = UUID().uuidString
    next(name, 1)
    try bench.run(config(name))
    next(name, 3)
    let summary = try bench.run(config(name)) {
      $0.forced = ["a"]
      $0.only = ["u"]
    }
    #expect(Set(summary.irreproducible.first?.dependants ?? []) == ["b", "t", "u"])
    #expect(try bench.text("results/toy/tables/u.csv") == "total\n6.0\n")
    let there = zip(summary.plan.tasks, summary.outcomes).filter { $1?.record != nil }.map(\.0.id)
    #expect(there == ["a", "u"], "what is made of the earlier result is not shown beside the new one")
  }

  @Test func whatWasNotKeptMustComeOutAsItWas() throws {
    let bench = try Workbench()
    let name = UUID().uuidString
    next(name, 1)
    try bench.run(config(name, keep: #", "keep": false"#))
    next(name, 3)
    let spy = Spy()
    let summary = try bench.run(config(name, keep: #", "keep": false"#, plus: 1), spy: spy)
    #expect(summary.exitStatus == 1, "nothing is made from what the keys do not say")
    let said = summary.failures.map { explain($0.error) }.joined()
    #expect(said.contains("differs from the earlier one") && said.contains("--force a"), "\(said)")
    #expect(spy.notices.contains { $0.contains("gave another result") })
    try bench.run(config(name, keep: #", "keep": false"#, plus: 1)) { $0.forced = ["a"] }
    #expect(try bench.text("results/toy/tables/u.csv") == "total\n7.0\n")
  }

  @Test func theStoreReplacesOnlyWhenTold() throws {
    let bench = try Workbench()
    let store = try ArtefactStore(results: bench.results, transforms: ToyStages.catalog.transforms)
    func tables(_ value: Int) -> Artefact {
      .tables([NamedTable("", Table([Table.NamedColumn("n", .integers([value]))]))])
    }
    try store.save(tables(1), key: "k", keyTree: .null, stage: "evaluate/x")
    #expect(try store.load(store.save(tables(2), key: "k", keyTree: .null, stage: "evaluate/x")) == tables(1))
    let replaced = try store.save(tables(2), key: "k", keyTree: .null, stage: "evaluate/x", replaces: true)
    #expect(try store.load(replaced) == tables(2))
    guard case .found(let found) = try store.lookup("k") else {
      Issue.record("it is gone")
      return
    }
    #expect(try store.load(found) == tables(2))
  }
}
