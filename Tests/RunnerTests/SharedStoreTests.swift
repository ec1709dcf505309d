import Contracts
import ExperimentPlan
import Files
import Foundation
import RunSupport
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

  @Test(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
  func theCommandNamesThemAndForgetsThem() throws {
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

  /// A folder of another machine's own disk, that has a path that there is here, too.
  @Test func aFolderOfTheSamePathElsewhereIsAnother() throws {
    let bench = try shared()
    try bench.run(config(3), root: "a")
    #expect(try garbage(bench, "a").items.count == 2)
    try bench.write("other\n", to: "b/.modgap-folder")
    let found = try garbage(bench, "a")
    #expect(found.items.isEmpty && found.unreadable.count == 1)
    #expect(
      found.unreadable[0].reason.contains("/b on \(ProcessIdentity.own.host), which is not the folder here"))
    // Both are known after the one here has run.
    try bench.run(config(2), root: "b")
    #expect(try garbage(bench, "a").unreadable.count == 1)
    let collector = try GarbageCollector(resultsRoot: "\(bench.folder)/a")
    #expect(try collector.forget(found.unreadable[0].path))
    #expect(try garbage(bench, "a").unreadable.isEmpty)
    #expect(try garbage(bench, "a").items.count == 2)
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

  /// Files, folders and links that nobody's run made, in the store and in what belongs to it.
  @Test(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
  func strangersAreNamedAndLeftAlone() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    try bench.run(config(2))
    let store = bench.results + "/.store"
    let key = String(repeating: "ab", count: 32)
    let outside = try bench.write("mine", to: "elsewhere/notes.txt")
    for name in [
      "notes.txt", "data/notes.txt", "\(key)/notes.txt", ".tmp-mine/notes.txt", ".roots/notes.txt",
      ".checkpoints/notes.txt", ".leases/notes", ".owner-notes", "\(String(repeating: "c", count: 64))",
    ] {
      try bench.write("mine", to: "results/.store/\(name)")
    }
    try FileManager.default.createDirectory(
      atPath: store + "/" + String(repeating: "d", count: 64), withIntermediateDirectories: false)
    for name in ["link", String(repeating: "e", count: 64)] {
      symlink(bench.folder + "/elsewhere", "\(store)/\(name)")
    }
    let stale = ".tmp-999999999-5-\(ProcessIdentity.own.bootMark)-1"
    symlink(bench.folder + "/elsewhere", "\(store)/\(stale)")
    // One of the artefacts that are garbage holds something that the store did not put there.
    let manifest = try Manifest.read(bench.results + "/toy/manifest.json")
    let wanted = Set(manifest.results.values.map(\.key))
    let garbage = try #require(
      try ArtefactStore(results: bench.results, transforms: ToyStages.catalog.transforms).entries().first {
        if case .found = $0.standing { !wanted.contains($0.key) } else { false }
      })
    try bench.write("mine", to: "results/.store/\(garbage.name)/notes.txt")
    let all = { try FileManager.default.subpathsOfDirectory(atPath: store).sorted() }
    let before = try all()
    let collector = try GarbageCollector(resultsRoot: bench.results)
    let found = try collector.find()
    #expect(found.items.count == 1 && found.total == 3)
    #expect(
      Set(found.strangers.map(\.name)).isSuperset(of: [
        "notes.txt", "data", key, "link", garbage.name, ".tmp-mine",
      ]))
    var told: GarbageCollector.Garbage?
    #expect(try collector.collect(timeout: 5) { told = $0 }.isEmpty)
    #expect(told?.items.count == 1)
    let gone = Set(before).subtracting(try all())
    #expect(gone.allSatisfy { $0.hasPrefix(found.items[0].name) }, "\(gone)")
    #expect(try String(contentsOfFile: outside, encoding: .utf8) == "mine")
    let said = try Program(folder: bench.folder).run("gc", "--delete")
    #expect(
      said.status == 0 && said.errors.contains("notes.txt: left alone: it does not belong to the store"))
    #expect(said.output.contains("0 of 2 artefacts"), "\(said)")
  }

  /// An artefact that is replaced does not take with it what somebody put into its folder.
  @Test func whatLiesInADamagedArtefactStays() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    let key = try #require(try Manifest.read(bench.results + "/toy/manifest.json").results["a"]?.key)
    try bench.write("mine", to: "results/.store/\(key)/notes.txt")
    try bench.write("{", to: "results/.store/\(key)/record.json")
    let spy = Spy()
    try bench.run(config(1), spy: spy)
    #expect(spy.started == ["a"])
    let left = try FileManager.default.subpathsOfDirectory(atPath: bench.results + "/.store")
      .filter { $0.hasSuffix("notes.txt") }
    #expect(left.count == 1 && left[0].hasPrefix("left-\(key)-"), "\(left)")
  }

  /// A task whose key cannot be told, as what it reads is to be computed again, may want what is stored.
  @Test func whatFollowsFromADamagedArtefactIsWanted() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    let path = "\(bench.results)/toy/manifest.json"
    var manifest = try Manifest.read(path)
    let key = try #require(manifest.results["a"]?.key)
    manifest.results = [:]
    try manifest.data().write(to: URL(fileURLWithPath: path))
    try bench.write("{", to: "results/.store/\(key)/record.json")
    let collector = try GarbageCollector(resultsRoot: bench.results)
    #expect(try collector.find().items.map(\.name) == [key])
    try collector.delete(try collector.find())
    let spy = Spy()
    try bench.run(config(1), spy: spy)
    #expect(spy.started == ["a"])
  }

  /// A run that begins waits for `gc`, and `gc` for it.
  @Test func gcAndABeginningRunTakeTurns() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    let leases = try Leases(
      store: try ArtefactStore(results: bench.results, transforms: ToyStages.catalog.transforms))
    let gate = try leases.acquire(Leases.gate, timeout: 1)
    let collector = try GarbageCollector(resultsRoot: bench.results)
    #expect(throws: StorageFailure.self) { try collector.collect(timeout: 0.1) { _ in } }
    let spy = Spy()
    #expect(throws: StorageFailure.self) { try bench.run(config(1), spy: spy) { $0.leaseTimeout = 0.1 } }
    #expect(spy.notices.contains { $0.contains("the store is held by process \(ProcessIdentity.own.pid)") })
    gate.release()
    #expect(try collector.collect(timeout: 1) { _ in }.isEmpty)
  }

  @Test func checkpointsOfUnfinishedTasksStay() throws {
    let bench = try Workbench()
    try bench.run(config(1))
    let store = try ArtefactStore(results: bench.results, transforms: ToyStages.catalog.transforms)
    let plan = try Manifest.read(bench.results + "/toy/manifest.json").plan
    let keys = ["0", "1", "2"].map { String(repeating: $0, count: 64) }
    let task = try #require(plan.tasks.last)
    // Of a task that is done under another key, of one that no plan has, and of one that is noted nowhere.
    try store.checkpoint(of: keys[0], signature: TaskKey.signature(of: task, in: plan.tasks)).save([1])
    try store.checkpoint(of: keys[1], signature: "other").save([1])
    try store.checkpoint(of: keys[2]).save([1])
    let collector = try GarbageCollector(resultsRoot: bench.results)
    #expect(try collector.find().items.map(\.name) == keys.map { ".checkpoints/\($0)" })
    try store.remove(try #require(try Manifest.read(bench.results + "/toy/manifest.json").results["t"]?.key))
    #expect(try collector.find().items.map(\.name) == keys.dropFirst().map { ".checkpoints/\($0)" })
    try collector.delete(try collector.find())
    #expect(try store.allCheckpoints().map(\.key) == [keys[0]])
  }
}

/// Whether another user may run the program: not where its folder lies below one that only root enters.
private let othersCanRunIt: Bool = {
  let setpriv = "/usr/bin/setpriv"
  guard Program.isBuilt, geteuid() == 0, FileManager.default.isExecutableFile(atPath: setpriv) else {
    return false
  }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: setpriv)
  process.arguments = [
    "--reuid=2001", "--regid=3000", "--clear-groups", "/usr/bin/test", "-x", Program.path,
  ]
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}()

/// Two users of one store, of whom one keeps what he computes to himself.
@Suite(
  .enabled(
    if: othersCanRunIt,
    "needs root, setpriv, and the built program in a folder that other users may enter"))
struct PrivateArtefactTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    chmod(bench.folder, 0o755)
    try bench.write(Experiments.sphere, to: "s.json")
    try bench.write(
      Experiments.sphere.replacingOccurrences(of: "\"name\": \"sphere\"", with: "\"name\": \"bob\""),
      to: "b.json")
    mkdir(bench.results, 0o777)
    mkdir(bench.results + "/.store", 0o777)
    for folder in [bench.results, bench.results + "/.store"] { chmod(folder, 0o2777) }
  }

  private func program(_ user: Int, umask: String, _ words: String) throws -> Program.Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [
      "-c",
      "umask \(umask); exec setpriv --reuid=\(user) --regid=3000 --clear-groups env HOME=/nonexistent "
        + "\(Program.path) \(words) 2>&1",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: bench.folder)
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Program.Result(status: process.terminationStatus, output: output, errors: output)
  }

  @Test func itIsSaidBeforeAndHindersNobody() throws {
    let first = try program(2001, umask: "077", "run s.json --no-figures")
    #expect(first.status == 0)
    #expect(first.errors.contains("with umask 077 they cannot read what this run computes"), "\(first)")
    let second = try program(2002, umask: "022", "run b.json --no-figures")
    #expect(second.status == 0, "\(second)")
    let said = try #require(
      second.errors.range(
        of: "belongs to user 2001, mode 2700, and this user can neither read nor replace it"))
    let started = try #require(second.errors.range(of: "points: started"))
    #expect(said.lowerBound < started.lowerBound && second.errors.contains("(chmod -R a+rX results/.store/"))
    #expect(!second.errors.contains("with umask 022 they"))
    let again = try program(2002, umask: "022", "run b.json --no-figures")
    #expect(again.status == 0 && again.output.contains("0 computed, 4 cached"), "\(again)")
    // What cannot be read is passed over, and A's folder, which cannot be asked, keeps everything.
    let collected = try program(2002, umask: "022", "gc --delete --lease-timeout 5")
    #expect(
      collected.errors.contains(
        "left alone: it belongs to user 2001, mode 2700, and this user is not allowed to read it"),
      "\(collected)")
    #expect(
      try program(2001, umask: "077", "run s.json --no-figures").output.contains("0 computed, 4 cached"))
    #expect(
      try program(2002, umask: "022", "run b.json --no-figures").output.contains("0 computed, 4 cached"))
  }

  @Test func oneThatIsDamagedAndCannotBeReplacedStays() throws {
    #expect(try program(2001, umask: "022", "run s.json --no-figures").status == 0)
    let key = try #require(try Manifest.read(bench.results + "/sphere/manifest.json").results["loss"]?.key)
    let record = "\(bench.results)/.store/\(key)/record.json"
    try Data("{".utf8).write(to: URL(fileURLWithPath: record))
    let second = try program(2002, umask: "022", "run b.json --no-figures")
    #expect(
      second.status == 0 && second.errors.contains("this user can neither read nor replace it"), "\(second)")
    #expect(second.output.contains("1 computed, 3 cached"))
    #expect(
      try program(2002, umask: "022", "run b.json --no-figures").output.contains("0 computed, 4 cached"))
    let forced = try program(2002, umask: "022", "run b.json --no-figures --force gap")
    #expect(forced.status == 74 && forced.errors.contains("run without --force"), "\(forced)")
    #expect(!forced.errors.contains("gap: started"))
  }
}
