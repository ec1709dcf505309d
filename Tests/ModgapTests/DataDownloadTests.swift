import Declarations
import Files
import Foundation
import RunSupport
import Testing

/// Downloads from a server on 127.0.0.1 that breaks off, lies and stalls.
@Suite(.enabled(if: DataBench.isPossible, "needs the built program, curl, and a Python (MODGAP_PYTHON)"))
struct DataDownloadTests {
  private func hex(_ bytes: [UInt8]) -> String { Digest(of: bytes).hex }

  @Test func aWholeFileIsVerifiedAndRecorded() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 100_000)
    try bench.add("one", [bench.url("whole/a")], size: bytes.count, sha256: hex(bytes), into: "sub/one.bin")
    let result = try bench.run("get", "one")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "data/sub/one.bin\n")
    #expect(bench.bytes("sub/one.bin") == bytes)
    // What was got is there as `sha256sum` reads it, and nothing unfinished is left.
    let list = try bench.bench.text("data/.modgap/one.sha256")
    #expect(list == "\(hex(bytes))  sub/one.bin\n")
    let kept = try FileManager.default.contentsOfDirectory(atPath: bench.data + "/.modgap").sorted()
    #expect(kept == ["one.json", "one.lock", "one.sha256"])
    // Got again, nothing is asked of the server.
    let before = try bench.requests().count
    let again = try bench.run("get", "one")
    #expect(again.status == 0 && again.errors.contains("here already"), "\(again.errors)")
    #expect(try bench.requests().count == before)
  }

  /// Whatever pieces it comes in, its bytes are the same; each time the rest is asked for, and no more.
  @Test(arguments: 0..<3) func cutAtRandomBytesItIsResumed(round: Int) throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 2_000_000)
    // Without a digest, the server's tag says that the rest fits.
    try bench.add("cut", [bench.url("cut/\(round)/a")], sha256: round == 0 ? hex(bytes) : nil)
    let result = try bench.run("get", "cut", "--attempts", "50")
    #expect(result.status == 0, "\(result.errors)")
    #expect(bench.bytes("cut.bin") == bytes)
    let ranges = try bench.requests().compactMap { $0.split(separator: " ").last }
    #expect(ranges.count > 1 && ranges[0] == "-" && ranges.dropFirst().allSatisfy { $0.hasPrefix("bytes=") })
  }

  @Test func cutOnceItIsResumedByTheNextGet() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 300_000)
    try bench.add("once", [bench.url("once/1/a")])
    #expect(try bench.run("get", "once", "--attempts", "1").status == 74)
    #expect(bench.bytes("once.bin") == nil)
    let result = try bench.run("get", "once")
    #expect(result.status == 0 && result.errors.contains("resuming at"), "\(result.errors)")
    #expect(bench.bytes("once.bin") == bytes)
    #expect(try bench.requests() == ["/once/1/a -", "/once/1/a bytes=150000-"])
  }

  /// The rest of another version does not fit what came of the first.
  @Test func aFileThatChangesMeanwhileIsTakenFromItsBeginning() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 300_000)
    try bench.add("changed", [bench.url("changed/1/a")])
    let result = try bench.run("get", "changed")
    #expect(result.status == 0, "\(result.errors)")
    #expect(bench.bytes("changed.bin") == bytes.reversed())
  }

  /// What is resumed and has the wrong digest may be of two versions: all of it is asked for once more.
  @Test func aWrongBeginningIsGivenUp() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 200_000)
    try bench.add("begun", [bench.url("whole/a")], sha256: hex(bytes))
    try bench.bench.write(String(repeating: "x", count: 1000), to: "data/.modgap/begun.part")
    let result = try bench.run("get", "begun")
    #expect(result.status == 0, "\(result.errors)")
    #expect(bench.bytes("begun.bin") == bytes)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let path: String
    let says: [String]
    var status: Int32 = 74
    var size: Int?
    var sha256: String?
    var attempts = "2"
    var testDescription: String { path + (size == nil ? "" : " size") + (sha256 == nil ? "" : " digest") }

    static let all = [
      Refusal(path: "whole/none", says: ["404"]),
      Refusal(path: "loop/1", says: ["redirects"]),
      Refusal(path: "page/a", says: ["web page"]),
      Refusal(path: "slow/a", says: ["too slow", "trying again"]),
      Refusal(path: "busy/1/a", says: ["500"], attempts: "1"),
      Refusal(
        path: "whole/a", says: [String(repeating: "0", count: 64), "as configs/data.json says", "not used"],
        status: 65, sha256: String(repeating: "0", count: 64)),
      Refusal(path: "whole/a", says: ["50000 bytes", "expected 7"], status: 65, size: 7),
      Refusal(path: "plain/a", says: ["expected 7"], status: 65, size: 7),
      Refusal(path: "whole/a", says: ["50000 bytes", "expected 60000"], status: 65, size: 60000),
    ]
  }

  @Test(arguments: Refusal.all) func whatIsNotTheFileIsNotUsed(_ refusal: Refusal) throws {
    let bench = try DataBench()
    try bench.serve("a", bytes: 50_000)
    try bench.add("x", [bench.url(refusal.path)], size: refusal.size, sha256: refusal.sha256)
    let result = try bench.run("get", "x", "--timeout", "1", "--attempts", refusal.attempts)
    #expect(result.status == refusal.status, "\(result.errors)")
    for words in refusal.says {
      #expect(result.errors.lowercased().contains(words.lowercased()), "\(result.errors)")
    }
    #expect(bench.files.isEmpty && result.output.isEmpty)
  }

  @Test func a500IsTriedAgainAndARedirectFollowed() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 1000)
    try bench.add("busy", [bench.url("busy/1/a")])
    try bench.add("to", [bench.url("to/to/whole/a")])
    try bench.add("second", [bench.url("whole/none"), bench.url("whole/a")])
    // Without a length, a range or a tag.
    try bench.add("plain", [bench.url("plain/a")])
    let result = try bench.run("get", "busy", "to", "second", "plain")
    #expect(result.status == 0 && result.errors.contains("trying again"), "\(result.errors)")
    for name in ["busy", "to", "second", "plain"] { #expect(bench.bytes("\(name).bin") == bytes) }
  }

  /// One that cannot be got keeps nothing from being got; the status is the first failure's.
  /// More than the rest comes, which is no other file: it is taken from its beginning.
  @Test(arguments: [true, false]) func aServerThatSendsNoPartsIsAskedForAll(knowsSize: Bool) throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 300_000)
    try bench.add("x", [bench.url("rigid/1/a")], size: knowsSize ? bytes.count : nil, sha256: hex(bytes))
    let result = try bench.run("get", "x")
    #expect(result.status == 0 && bench.bytes("x.bin") == bytes, "\(result.errors)")
  }

  /// The page that says so is larger than the file that the catalogue promises.
  @Test func anErrorIsNoFileOfAnotherSize() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 100)
    try bench.add("none", [bench.url("whole/none")], size: 100)
    try bench.add("busy", [bench.url("busy/small/a")], size: 100)
    let none = try bench.run("get", "none", "--attempts", "1")
    #expect(
      none.status == 74 && none.errors.contains("404") && !none.errors.contains("has 1200 bytes"),
      "\(none.errors)")
    let busy = try bench.run("get", "busy")
    #expect(busy.status == 0 && busy.errors.contains("500"), "\(busy.errors)")
    #expect(bench.bytes("busy.bin") == bytes)
  }

  /// Whatever room it has, a line is no longer than that, and says how much has come and what is left.
  @Test(arguments: [(80, "x"), (40, "x"), (40, "a-name-that-is-rather-long-for-such-a-terminal"), (25, "x")])
  func theBarFitsTheTerminal(columns: Int, name: String) throws {
    let bench = try DataBench()
    try bench.serve("a", bytes: 640_000)
    try bench.add(name, [bench.url("drip/a")], size: 640_000)
    let all = try bench.redraws(columns, ["data", "get", name])
    let bars = all.filter { $0.contains("%") || $0.contains(" of ") }.map { $0.split(separator: "\r")[0] }
    #expect(bars.count > 10, "\(all)")
    for bar in bars {
      #expect(bar.count < columns && !bar.contains("\u{1b}") && !bar.contains("ms left"), "\(bar)")
    }
    #expect(bars.count { $0.contains(" s left") } > bars.count / 2, "\(bars)")
    // Short of room, the name goes first, and the bar before the time.
    if columns == 80 {
      #expect(bars.allSatisfy { $0.contains(" of 640.0 kB") && ($0.contains("█") || $0.contains("░")) })
    }
    if columns == 80 { #expect(bars.contains { $0.hasSuffix("  x: downloading") || $0.hasSuffix("  x") }) }
    #expect(all.last?.contains("done; SHA-256 recorded") ?? false, "\(all.suffix(2))")
  }

  /// The rate is that of what comes, not of what was there before.
  @Test func aResumedBarBeginsWhereItWas() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 640_000)
    try bench.add("x", [bench.url("drip/a")], size: 640_000, sha256: hex(bytes))
    try bench.bench.write("", to: "data/.modgap/x.part")
    try Data(bytes.prefix(480_000)).write(to: URL(fileURLWithPath: bench.data + "/.modgap/x.part"))
    try bench.bench.write(
      JSONValue.object(["source": .string(bench.url("drip/a")), "whole": false]).canonical,
      to: "data/.modgap/x.part.json")
    let all = try bench.redraws(80, ["data", "get", "x"], environment: ["NO_COLOR": "1"])
    #expect(all.first?.contains("resuming at 480.0 kB") ?? false, "\(all.prefix(2))")
    let bars = all.filter { $0.contains(" of 640.0 kB") }
    let rates = bars.compactMap { $0.firstMatch(of: /, ([0-9.]+) kB\/s/)?.1 }.compactMap { Double($0) }
    // A sixty-fourth of the rest each tenth of a second is 25 kB/s.
    #expect(!rates.isEmpty && rates.allSatisfy { $0 < 200 }, "\(bars)")
    #expect(bench.bytes("x.bin") == bytes)
  }

  @Test func theOthersAreGotNevertheless() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 1000)
    try bench.add("set-a", [bench.url("whole/none")])
    try bench.add("set-b", [bench.url("whole/a")])
    let result = try bench.run("get", "set", "--json")
    #expect(result.status == 74)
    #expect(bench.bytes("set-b.bin") == bytes)
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    #expect(json["exit_status"] == 74)
    #expect(json["entries"]?.array?.map { $0["result"]?.string } == ["failed", "got"])
  }

  @Test func theDigestOfTheFirstUseIsHeldTo() throws {
    let bench = try DataBench()
    let first = try bench.serve("a", bytes: 1000)
    try bench.add("x", [bench.url("whole/a")])
    #expect(try bench.run("get", "x").status == 0)
    try FileManager.default.removeItem(atPath: bench.data + "/x.bin")
    let second = try bench.serve("a", bytes: 1000)
    let result = try bench.run("get", "x")
    #expect(result.status == 65 && result.errors.contains("as recorded at first use in data/.modgap/x.json"))
    #expect(result.errors.contains(hex(first)) && result.errors.contains(hex(second)))
    #expect(bench.files.isEmpty)
    try FileManager.default.removeItem(atPath: bench.data + "/.modgap/x.json")
    #expect(try bench.run("get", "x").status == 0)
    #expect(bench.bytes("x.bin") == second)
  }

  @Test func twoAtOnceGetItOnce() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 640_000)
    try bench.add("x", [bench.url("drip/a")])
    let logs = (0..<2).map { URL(fileURLWithPath: "\(bench.folder)/log\($0)") }
    let processes = try logs.map { try bench.program().start(["data", "get", "x"], output: $0) }
    for process in processes { process.waitUntilExit() }
    #expect(processes.map(\.terminationStatus) == [0, 0])
    #expect(bench.bytes("x.bin") == bytes)
    #expect(try bench.requests().count == 1)
    let text = try logs.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    #expect(text.contains("another process gets it") && text.contains("here already"))
  }

  /// Ctrl-C, SIGTERM and SIGKILL in the middle: what came is kept, nothing runs on, and the next get resumes.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL]) func interruptedItGoesOnFromThere(signal: Int32) throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 640_000)
    try bench.add("x", [bench.url("drip/a")], sha256: hex(bytes))
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let process = try bench.program().start(["data", "get", "x"], output: log)
    let part = bench.data + "/.modgap/x.part"
    func size() -> Int { FileStatus(part)?.size ?? 0 }
    for _ in 0..<2000 where size() == 0 { usleep(10_000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(size() > 0 && size() < bytes.count && bench.bytes("x.bin") == nil)
    if signal != SIGKILL {
      #expect(process.terminationStatus == 128 + signal)
      let said = try String(contentsOf: log, encoding: .utf8)
      #expect(said.contains("to resume: modgap data get x"), "\(said)")
    }
    // The mirror has the same file, as its digest will tell.
    let result = try bench.run("get", "x", environment: ["MODGAP_MIRROR": bench.url("whole")])
    #expect(result.status == 0 && result.errors.contains("resuming at"), "\(result.errors)")
    #expect(bench.bytes("x.bin") == bytes)
  }

  @Test func aMirrorIsAskedFirst() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a.bin", bytes: 1000)
    // No host has this name (RFC 2606).
    try bench.add("x", ["https://example.invalid/some/a.bin"])
    try bench.add("y", ["https://example.invalid/some/none"])
    let result = try bench.run("get", "x", environment: ["MODGAP_MIRROR": bench.url("whole/")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(bench.bytes("x.bin") == bytes)
    #expect(try bench.requests() == ["/whole/example.invalid/some/a.bin -"])
    let failed = try bench.run("get", "y", environment: ["MODGAP_MIRROR": bench.url("whole")])
    #expect(failed.status == 74 && failed.errors.contains("https://example.invalid/some/none"))
    #expect(
      try bench.requests().dropFirst() == [
        "/whole/example.invalid/some/none -", "/whole/y.bin -", "/whole/none -",
      ])
  }

  @Test func aProxyIsAsked() throws {
    let bench = try DataBench()
    try bench.add("x", ["http://example.invalid/some/a"])
    let result = try bench.run(
      "get", "x", "--attempts", "1",
      environment: ["http_proxy": bench.url(""), "NO_PROXY": "", "no_proxy": ""])
    #expect(result.status == 74)
    #expect(try bench.requests().count == 1)
  }

  /// A container may forbid it even to root.
  private static let canMount: Bool = {
    guard geteuid() == 0, let bench = try? Workbench() else { return false }
    let isMounted = mount("tmpfs", bench.folder, "tmpfs", 0, "size=1m") == 0
    return isMounted && umount(bench.folder) == 0
  }()

  @Test(.enabled(if: canMount, "needs the right to mount a small file system"))
  func whatDoesNotFitTheDiskIsRefused() throws {
    let bench = try DataBench()
    let small = bench.folder + "/small"
    try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
    try #require(mount("tmpfs", small, "tmpfs", 0, "size=3m") == 0)
    defer { umount(small) }
    try bench.serve("a", bytes: 4 << 20)
    try bench.serve("b", bytes: 1000)
    try bench.add("stated", [bench.url("whole/a")], size: 4 << 20)
    try bench.add("offered", [bench.url("whole/a")])
    try bench.add("silent", [bench.url("plain/a")])
    try bench.add("fits", [bench.url("whole/b")])
    for name in ["stated", "offered", "silent"] {
      let result = try bench.run("get", name, "--into", small)
      #expect(result.status == 74 && result.errors.contains("free some space"), "\(name): \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(small)/\(name).bin"))
      try? FileManager.default.removeItem(atPath: small + "/.modgap")
    }
    #expect(try bench.requests().count == 2)
    #expect(try bench.run("get", "fits", "--into", small).status == 0)
  }
}
