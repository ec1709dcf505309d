import Contracts
import Foundation
import Runner
import Storage
import Testing

/// Several results folders with one store.
@Suite struct SharedStoreTests {
  private func config(_ value: Int) -> String {
    """
    { "name": "toy", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": \(value) } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" } ] }
    """
  }

  /// `a` holds the store, `b` leads to it.
  private func shared() throws -> Workbench {
    let bench = try Workbench()
    let manager = FileManager.default
    try manager.createDirectory(atPath: bench.folder + "/b", withIntermediateDirectories: true)
    try bench.run(config(1), root: "a")
    try manager.createSymbolicLink(atPath: bench.folder + "/b/.store", withDestinationPath: "../a/.store")
    try bench.run(config(2), root: "b")
    return bench
  }

  private func garbage(_ bench: Workbench, _ root: String) throws -> GarbageCollector.Garbage {
    try GarbageCollector(resultsRoot: "\(bench.folder)/\(root)").find()
  }

  @Test(arguments: ["a", "b"]) func gcAsksEveryFolder(root: String) throws {
    let bench = try shared()
    let found = try garbage(bench, root)
    #expect(found.items.isEmpty && found.unreadable.isEmpty && found.total == 4)
    try bench.run(config(3), root: "b")
    #expect(try garbage(bench, root).items.count == 2, "what b no longer needs")
    let collector = try GarbageCollector(resultsRoot: "\(bench.folder)/\(root)")
    try collector.delete(try collector.find())
    let spy = Spy()
    try bench.run(config(3), spy: spy, root: "b")
    try bench.run(config(1), spy: spy, root: "a")
    #expect(spy.started == [])
  }

  @Test func aFolderThatCannotBeReadIsNamedAndKeepsEverything() throws {
    let bench = try shared()
    try bench.run(config(3), root: "a")
    #expect(try garbage(bench, "a").items.count == 2)
    let broken = "\(bench.folder)/b/toy/manifest.json"
    let whole = try Data(contentsOf: URL(fileURLWithPath: broken))
    try Data("{".utf8).write(to: URL(fileURLWithPath: broken))
    let unread = try garbage(bench, "a")
    #expect(unread.items.isEmpty)
    #expect(unread.unreadable.map { ($0.path as NSString).lastPathComponent } == ["b"])
    #expect(unread.unreadable.first?.reason.contains("manifest") ?? false)
    try whole.write(to: URL(fileURLWithPath: broken))
    let moved = "\(bench.folder)/elsewhere"
    try FileManager.default.moveItem(atPath: "\(bench.folder)/b", toPath: moved)
    #expect(try garbage(bench, "a").items.isEmpty)
    #expect(try garbage(bench, "a").unreadable.count == 1)
    // Gone for good.
    let collector = try GarbageCollector(resultsRoot: "\(bench.folder)/a")
    let path = try #require(try garbage(bench, "a").unreadable.first?.path)
    #expect(try collector.forget(path))
    #expect(try !collector.forget(path))
    #expect(try garbage(bench, "a").items.count == 4, "what a, and what b, no longer need")
  }

  @Test func aFolderThatWasMovedWithItsStoreIsNoStranger() throws {
    let bench = try Workbench()
    try bench.run(config(1), root: "a")
    try FileManager.default.moveItem(atPath: "\(bench.folder)/a", toPath: "\(bench.folder)/z")
    let found = try garbage(bench, "z")
    #expect(found.items.isEmpty && found.unreadable.isEmpty)
    try bench.run(config(2), root: "z")
    #expect(try garbage(bench, "z").items.count == 2)
  }

  @Test func aFolderThatLeadsToAnotherStoreNowIsAskedFor() throws {
    let bench = try shared()
    try FileManager.default.removeItem(atPath: "\(bench.folder)/b/.store")
    try bench.run(config(2), root: "b")
    #expect(try garbage(bench, "a").unreadable.first?.reason.contains("another store") ?? false)
  }

  @Test func theCommandNamesThemAndForgetsThem() throws {
    guard Program.isBuilt else { return }
    let bench = try shared()
    try bench.run(config(3), root: "a")
    try FileManager.default.moveItem(atPath: "\(bench.folder)/b", toPath: "\(bench.folder)/it's gone")
    let program = Program(folder: bench.folder)
    let dry = try program.run("gc", "--results", "a")
    #expect(dry.errors.contains("/b shares this store") && dry.errors.contains("gc --forget "))
    #expect(try program.run("gc", "--delete", "--results", "a").output.contains("0 of 6 artefacts"))
    #expect(try program.run("gc", "--forget", "c", "--results", "a").errors.contains("does not know"))
    #expect(try program.run("gc", "--forget", "b", "--results", "a").output.contains("4 of 6 artefacts"))
  }

  @Test func whatAKilledRunFinishedIsNoGarbage() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    // As a run leaves it that is killed: the plan is frozen, and nothing noted.
    let path = "\(bench.results)/toy/manifest.json"
    var manifest = try Manifest.read(path)
    manifest.results = [:]
    try manifest.data().write(to: URL(fileURLWithPath: path))
    #expect(try garbage(bench, "results").items.isEmpty)
  }

  @Test func whatDoesNotBelongToTheStoreCanBeRemoved() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    try bench.write("hi", to: "results/.store/notes.txt")
    let collector = try GarbageCollector(resultsRoot: bench.results)
    let found = try collector.find()
    #expect(found.items.map(\.name) == ["notes.txt"])
    try collector.delete(found)
    #expect(try collector.find().items.isEmpty)
  }
}
