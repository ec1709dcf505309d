import Declarations
import ExperimentPlan
import Files
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// A results folder or a store from somebody else: what it says is not believed, and where it leads is not gone.
@Suite struct HostileResultsTests {
  private static func config(by: Double = 2) -> String {
    """
    { "name": "toy", "matrix": { "seed": [0, 1] }, "replicates": "seed", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": 1 } },
      { "id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": { "by": \(by) } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "b" } ] }
    """
  }

  private func ledger(_ bench: Workbench) throws -> [String: [String: Any]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: bench.results + "/toy/.state/outputs.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
  }

  @Test(arguments: [
    "../../victim", "/etc/victim", "tables/../../../victim", "victim", "tables", "tables/x/../../victim",
  ])
  func aLedgerRemovesNothingThatIsNotOurs(path: String) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    for victim in ["victim/deep/file", "results/toy/victim/deep/file"] {
      try bench.write("precious", to: victim)
    }
    var entries = try ledger(bench)
    entries[path] = ["source": "x", "size": 1, "modified": 1]
    let data = try JSONSerialization.data(withJSONObject: entries)
    try data.write(to: URL(fileURLWithPath: bench.results + "/toy/.state/outputs.json"))
    try bench.run(Self.config())
    for victim in ["victim/deep/file", "results/toy/victim/deep/file"] {
      #expect(try bench.text(victim) == "precious")
    }
    #expect(FileManager.default.fileExists(atPath: bench.results + "/toy/tables/t.csv"))
  }

  @Test func aStaleFileThatSomebodyChangedStays() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    for name in ["old.csv", "mine.csv"] { try bench.write("1\n", to: "results/toy/tables/\(name)") }
    var entries = try ledger(bench)
    for name in ["old.csv", "mine.csv"] {
      var status = stat()
      try #require(stat(bench.results + "/toy/tables/\(name)", &status) == 0)
      entries["tables/\(name)"] = [
        "source": "x", "size": 2, "modified": status.modifiedNanoseconds,
      ]
    }
    let data = try JSONSerialization.data(withJSONObject: entries)
    try data.write(to: URL(fileURLWithPath: bench.results + "/toy/.state/outputs.json"))
    try bench.write("1,2\n", to: "results/toy/tables/mine.csv")
    try bench.run(Self.config())
    #expect(!FileManager.default.fileExists(atPath: bench.results + "/toy/tables/old.csv"))
    #expect(FileManager.default.fileExists(atPath: bench.results + "/toy/tables/mine.csv"))
  }

  @Test(arguments: [
    "tables", "runs", "runs/seed=0", "runs/seed=0/metrics", ".state", "runs/seed=0/log.txt", "report.html",
  ])
  func aLinkInTheResultsIsRefusedByItsName(place: String) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let path = bench.results + "/toy/" + place
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let target = bench.folder + "/elsewhere"
    if isFolder.boolValue {
      try bench.write("keep", to: "elsewhere/t.csv")
    } else {
      try bench.write("keep", to: "elsewhere")
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    let failure = #expect(throws: FileFailure.self) { try bench.run(Self.config(by: 3)) }
    #expect(failure?.message.hasPrefix("\(path): this is a symbolic link to \(target)") == true)
    #expect(failure?.kind == .io)
    let text = isFolder.boolValue ? "elsewhere/t.csv" : "elsewhere"
    #expect(try bench.text(text) == "keep")
    if isFolder.boolValue {
      #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["t.csv"])
    }
  }

  /// What lies in the folder that the link leads to would be taken for leases of the dead.
  @Test func leasesElsewhereAreNeitherMadeNorRemoved() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    try bench.write("keep", to: "mine/file")
    let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -100_000)]
    try FileManager.default.setAttributes(old, ofItemAtPath: bench.folder + "/mine/file")
    let leases = bench.results + "/.store/.leases"
    try FileManager.default.removeItem(atPath: leases)
    try FileManager.default.createSymbolicLink(atPath: leases, withDestinationPath: bench.folder + "/mine")
    let failure = #expect(throws: FileFailure.self) { try bench.run(Self.config(by: 3)) }
    #expect(failure?.message.contains("this is a symbolic link to") == true)
    #expect(throws: FileFailure.self) { try GarbageCollector(resultsRoot: bench.results) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/mine") == ["file"])
  }

  @Test func aRunsFolderOfSomebodyElseStays() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    try bench.write("my own notes\n", to: "results/toy/runs/projectA/log.txt")
    try bench.write("2026-01-01T00:00:00Z  a  started\n", to: "results/toy/runs/seed=9/log.txt")
    try bench.run(Self.config(by: 3))
    #expect(try bench.text("results/toy/runs/projectA/log.txt") == "my own notes\n")
    #expect(!FileManager.default.fileExists(atPath: bench.results + "/toy/runs/seed=9"))
  }

  /// What a manifest says that no planner makes.
  @Test(arguments: [
    #"name" : "toy"#: #"name" : "../outside"#, #"name" : "seed=0"#: #"name" : "../../../outside"#,
    #"id" : "t""#: #"id" : "../t""#,
  ])
  func aManifestsNamesAreNames(old: String, new: String) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let text = try bench.text("results/toy/manifest.json")
    #expect(text.contains(old))
    let path = try bench.write(text.replacing(old, with: new), to: "results/toy/other.json")
    let failure = #expect(throws: RunFailure.self) { try Manifest.read(path) }
    #expect(failure?.kind == .invalidInput)
  }

  @Test(arguments: ["inputs", "tasks"], [-1, 3, 1_000_000, Int.max])
  func aManifestsNumbersLeadToTasksThatThereAre(list: String, index: Int) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let text = try bench.text("results/toy/manifest.json")
    let pattern = try Regex("\"\(list)\" : \\[\\s*\\d+")
    #expect(text.contains(pattern))
    let path = try bench.write(
      text.replacing(pattern, maxReplacements: 1) { _ in "\"\(list)\" : [ \(index)" }, to: "other.json")
    #expect(throws: RunFailure.self) { try Manifest.read(path) }
  }

  /// Whatever somebody else's ledger says of a table, its size, times and number in the folder included.
  @Test(arguments: [true, false]) func aForeignLedgerVouchesForNoTable(hasMark: Bool) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    var entries = try ledger(bench)
    for name in [
      "tables/t.csv", "tables/t.summary.csv", "runs/seed=0/metrics/t.csv", "runs/seed=0/embeddings.h5",
    ] {
      let path = "\(bench.results)/toy/\(name)"
      var entry = try #require(entries[name], "\(name)")
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try (whole + Data("evil\n".utf8)).write(to: URL(fileURLWithPath: path))
      var status = stat()
      try #require(stat(path, &status) == 0)
      entry["size"] = Int(status.st_size)
      entry["modified"] = status.modifiedNanoseconds
      entry["changed"] = status.changedNanoseconds
      entry["inode"] = Int(status.st_ino)
      if !hasMark { entry["mark"] = nil }
      entries[name] = entry
      let data = try JSONSerialization.data(withJSONObject: entries)
      try data.write(to: URL(fileURLWithPath: bench.results + "/toy/.state/outputs.json"))
      try bench.run(Self.config())
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole, "\(name) is made anew")
      entries = try ledger(bench)
    }
  }

  /// What a user's own program wrote is known again where it was moved to another place or given other times.
  @Test func whatWasMovedIsKnownByItsBytes() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let before = try ledger(bench)
    let moved = bench.folder + "/moved"
    try FileManager.default.copyItem(atPath: bench.results, toPath: moved)
    let path = "\(moved)/toy/tables/t.csv"
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 7)], ofItemAtPath: path)
    try bench.run(Self.config(), root: "moved")
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(moved)/toy/.state/outputs.json"))
    let after = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    #expect(after.keys.sorted() == before.keys.sorted())
    let times = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    #expect(times == Date(timeIntervalSince1970: 7), "it is not written again")
  }

  /// A record whose own digest is right, and that says what no stage gives, is no record.
  @Test(arguments: [
    #""columns":\[.*?\]\]"#: #""columns":[]"#, #""payloads":\[[^\]]*\]"#: #""payloads":[]"#,
    #","real"\]"#: #","text"],["x","text"]"#, #""payload":"table.csv""#: #""payload":"../../x""#,
    #""rows":[0-9]+"#: #""rows":9"#, #""rows":[0-9]+ "#: #""rows":-9"#,
    #""type":"tables""#: #""type":"embeddings""#, #""name":"table.csv""#: #""name":"record.json""#,
  ])
  func aForgedRecordIsComputedAnew(pattern: String, forged: String) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let record = try #require(try records(bench).first)
    let body = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: record)).dropFirst(78), as: UTF8.self)
    let changed = body.replacing(
      try Regex(pattern.trimmingCharacters(in: .whitespaces)).dotMatchesNewlines(), with: forged,
      maxReplacements: 1)
    try #require(changed != body)
    let text = "{\"sha256\":\"\(Digest(of: changed).hex)\",\n" + changed
    try Data(text.utf8).write(to: URL(fileURLWithPath: record))
    try expectMended(bench)
  }

  @Test(arguments: ["folder", "pipe", "sparse"]) func whatIsNoFileIsNoRecord(kind: String) throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let record = try #require(try records(bench).first)
    try FileManager.default.removeItem(atPath: record)
    switch kind {
    case "folder":
      try FileManager.default.createDirectory(atPath: record, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: record + "/mine"))
    case "pipe": try #require(mkfifo(record, 0o600) == 0)
    default:
      try Data().write(to: URL(fileURLWithPath: record))
      try #require(truncate(record, 1 << 42) == 0)
    }
    try expectMended(bench)
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.results + "/.store").filter {
      $0.hasPrefix("left-")
    }
    #expect(left.count == (kind == "sparse" ? 0 : 1), "what is not the store's is kept aside")
  }

  /// The records of the tables.
  private func records(_ bench: Workbench) throws -> [String] {
    let store = bench.results + "/.store"
    return try FileManager.default.contentsOfDirectory(atPath: store).sorted().map {
      "\(store)/\($0)/record.json"
    }
    .filter { (try? String(contentsOfFile: $0, encoding: .utf8))?.contains("\"evaluate/total\"") == true }
  }

  private func expectMended(_ bench: Workbench) throws {
    let before = try bench.tables("toy")
    try FileManager.default.removeItem(atPath: bench.results + "/toy")
    let spy = Spy()
    let summary = try bench.run(Self.config(), spy: spy)
    #expect(summary.failures.isEmpty && spy.started.count == 1, "\(spy.started) \(spy.notices)")
    #expect(try bench.tables("toy") == before)
    let again = Spy()
    try bench.run(Self.config(), spy: again)
    #expect(again.started.isEmpty)
  }

  @Test func aLinkToWhatIsNoStoreIsRefused() throws {
    let bench = try Workbench()
    try bench.write("mine", to: "victim/timings.json")
    try bench.write("", to: "results/x")
    let link = bench.results + "/.store"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../victim")
    let failure = #expect(throws: StorageFailure.self) { try bench.run(Self.config()) }
    #expect(failure?.kind == .io && failure?.message.contains("it contains `timings.json`") == true)
    #expect(throws: StorageFailure.self) { try GarbageCollector(resultsRoot: bench.results) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/victim") == ["timings.json"])
    #expect(try bench.text("victim/timings.json") == "mine")
    // An empty folder becomes a store, and stays one whatever else comes into it.
    try FileManager.default.removeItem(atPath: bench.folder + "/victim/timings.json")
    try bench.run(Self.config())
    try bench.write("notes", to: "victim/README")
    try bench.run(Self.config(by: 3))
  }

  @Test func anExperimentWhoseNameDiffersInCaseIsNamed() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let spy = Spy()
    let other = Self.config().replacingBytes("\"toy\"", with: "\"TOY\"")
    do {
      try bench.run(other, spy: spy)
      #expect(spy.notices.contains { $0.hasPrefix("\"toy\" and \"TOY\" in") }, "\(spy.notices)")
    } catch let failure as RunFailure {
      #expect(failure.message.contains("this file system does not distinguish the names"))
    }
  }

  @Test func timingsThatNobodyMeasuredAreForgotten() throws {
    let bench = try Workbench()
    try bench.run(Self.config())
    let path = bench.results + "/.store/timings.json"
    for text in [
      #"{"init/source":{"seconds":1e300,"count":1}}"#,
      #"{"init/source":{"seconds":-1,"count":9223372036854775807}}"#,
      #"{"init/source":{"seconds":1,"count":9223372036854775806}}"#,
    ] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      try bench.run(Self.config(by: 3))
      try bench.run(Self.config(by: 4))
    }
  }
}
