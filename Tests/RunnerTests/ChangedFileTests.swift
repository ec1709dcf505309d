import Contracts
import ExperimentConfig
import ExperimentPlan
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// A data file that changes after the plan was made never gives a result under the key of another content.
@Suite struct ChangedFileTests {
  private func config(_ keep: String = "") -> String {
    """
    { "name": "toy", "stages": [
      { "id": "a", "stage": "init", "kind": "reading"\(keep), "with": { "path": "n.txt" } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" } ] }
    """
  }

  private func total(_ bench: Workbench) throws -> String { try bench.text("results/toy/tables/t.csv") }

  private func checkpoints(_ bench: Workbench) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: bench.results + "/.store/.checkpoints")
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Writing through a mapping changes no time on tmpfs; what a stage reads is digested all the same.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm"), "there is no tmpfs at /dev/shm"))
  func whatAMappingWritesIsNoticed() throws {
    let path = "/dev/shm/modgap-test-\(UUID().uuidString)"
    defer { unlink(path) }
    try String(repeating: "a", count: 4096).write(toFile: path, atomically: false, encoding: .utf8)
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    let memory = try #require(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0))
    defer { munmap(memory, 4096) }
    let digests = FileDigests()
    memory.storeBytes(of: 0x61, as: UInt8.self)
    let planned = try digests.digest(of: path)
    memory.storeBytes(of: 0x62, as: UInt8.self)
    #expect(try digests.read(path).digest != planned)
  }

  /// What happens to the file each time that it is read.
  private func meanwhile(
    _ bench: Workbench, _ body: @escaping @Sendable (Int, ToyStages.Reading.Moment) -> Void
  ) {
    ToyStages.Reading.meanwhile.withLock { $0["\(bench.folder)/n.txt"] = body }
  }

  private enum Way: String, CaseIterable, CustomTestStringConvertible {
    case written, replaced
    var testDescription: String { rawValue }

    func change(_ path: String, to text: String) {
      if self == .written {
        guard let file = FileHandle(forWritingAtPath: path) else { return }
        try? file.truncate(atOffset: 0)
        try? file.write(contentsOf: Data(text.utf8))
        try? file.close()
      } else {
        try? Data(text.utf8).write(to: URL(fileURLWithPath: path + ".new"))
        rename(path + ".new", path)
      }
    }
  }

  @Test(arguments: Way.allCases, [ToyStages.Reading.Moment.before, .read, .saved])
  private func aFileThatChangesFailsItsStage(way: Way, moment: ToyStages.Reading.Moment) throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    meanwhile(bench) { count, now in
      if count == 1, now == moment { way.change(path, to: "5") }
    }
    let summary = try bench.run(config())
    #expect(summary.exitStatus == 65)
    let failure = try #require(summary.failures.first)
    #expect(explain(failure.error).contains("\(path) changed"), "\(explain(failure.error))")
    let kept = checkpoints(bench)
    // One, and the note of its stage.
    let isOne = kept.count == 2 && kept[1] == kept[0] + ".stage"
    #expect(moment == .saved ? isOne : kept.isEmpty, "one of the changed file is not kept: \(kept)")
    // The changed content is another key, and the first one again is what it was.
    #expect(try bench.run(config()).exitStatus == 0)
    #expect(try total(bench) == "total\n10.0\n")
    try bench.write("1", to: "n.txt")
    #expect(try bench.run(config()).exitStatus == 0)
    #expect(try total(bench) == "total\n2.0\n")
  }

  @Test(arguments: Way.allCases)
  private func aFileThatChangedAndChangedBackIsReadAgain(way: Way) throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    meanwhile(bench) { count, now in
      if count == 1, now != .saved { way.change(path, to: now == .before ? "5" : "1") }
    }
    let summary = try bench.run(config())
    #expect(summary.exitStatus == 0)
    #expect(try total(bench) == "total\n2.0\n", "what the stage read in between is not believed")
  }

  @Test func aFileThatIsTouchedIsTheSameFile() throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    meanwhile(bench) { count, now in
      if count == 1, now == .saved { utimensat(AT_FDCWD, path, nil, 0) }
    }
    let spy = Spy()
    #expect(try bench.run(config(), spy: spy).exitStatus == 0)
    #expect(try total(bench) == "total\n2.0\n")
    #expect(spy.lines.contains { $0.contains("was changed while it was read") })
    let again = Spy()
    utimensat(AT_FDCWD, path, nil, 0)
    try bench.run(config(), spy: again)
    #expect(again.started == [])
  }

  @Test func aFileThatNeverRestsIsNamed() throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    meanwhile(bench) { _, now in
      if now == .saved { utimensat(AT_FDCWD, path, nil, 0) }
    }
    let summary = try bench.run(config())
    #expect(summary.exitStatus == 65)
    #expect(explain(try #require(summary.failures.first).error).contains("\(path) was changed each time"))
  }

  @Test func whatKeepsNothingIsHeldToItsFilesToo() throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    try bench.run(config(#", "keep": false"#))
    meanwhile(bench) { _, now in
      if now == .before { Way.replaced.change(path, to: "5") }
    }
    let more = config(#", "keep": false"#).replacing(
      #""from": "a" }"#, with: #""from": "a", "with": { "plus": 1 } }"#)
    let summary = try bench.run(more)
    #expect(summary.exitStatus == 65)
  }

  @Test(arguments: [nil, "a"]) func aManifestIsHeldToItsFiles(task: String?) throws {
    let bench = try Workbench()
    try bench.write("1", to: "n.txt")
    let path = try bench.write(config(), to: "toy.json")
    let experiment = try ExperimentLoader(grammar: ToyStages.grammar, environment: [:]).load(path)
    var planner = Planner(experiment, grammar: ToyStages.grammar)
    let plan = try planner.plan()
    try bench.write("5", to: "n.txt")
    var options = RunOptions(jobs: 1)
    options.task = task
    let summary = try Engine(
      plan: plan, resultsRoot: bench.results, options: options, catalog: ToyStages.catalog
    ).run()
    #expect(summary.exitStatus == 65)
    #expect(explain(try #require(summary.failures.first).error).contains("n.txt changed"))
  }

  @Test func digestsAreRememberedOnlyForTheSameFile() throws {
    let bench = try Workbench()
    let path = try bench.write("1", to: "n.txt")
    let digests = FileDigests()
    let first = try digests.digest(of: path)
    #expect(try digests.digest(of: path) == first)
    // Same length, same time of modification.
    var status = stat()
    stat(path, &status)
    try bench.write("5", to: "n.txt")
    var times = [status.st_atim, status.st_mtim]
    utimensat(AT_FDCWD, path, &times, 0)
    #expect(try digests.digest(of: path) != first)
    Way.replaced.change(path, to: "1")
    #expect(try digests.digest(of: path) == first)
  }
}
