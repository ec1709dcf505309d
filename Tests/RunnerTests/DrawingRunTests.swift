import Contracts
import Foundation
import RunSupport
import Runner
import Testing

/// Runs that draw: with gnuplots that do not do what they should, results of somebody else's, and signals.
@Suite(
  .serialized, .enabled(if: Program.isBuilt && Program.hasGnuplot, "needs the built program and gnuplot"))
struct DrawingRunTests {
  private static let config = """
    { "name": "s", "stages": [
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": "points" } ],
      "figures": [ FIGURES ] }
    """
  private static let pictures = ["svg", "png", "pdf"]

  private let bench: Workbench
  private let program: Program

  init() throws {
    bench = try Workbench()
    program = Program(folder: bench.folder)
  }

  private func write(_ names: String...) throws {
    let figures = names.map { #"{ "name": "\#($0)", "kind": "sphere", "title": "T" }"# }.joined(
      separator: ", ")
    try bench.write(Self.config.replacingBytes("FIGURES", with: figures), to: "e.json")
  }

  /// A folder to stand first on PATH, with a program called gnuplot.
  private func path(_ script: String) throws -> String {
    let file = try bench.write("#!/bin/sh\n\(script)\n", to: "bin-\(UUID().uuidString)/gnuplot")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    return (file as NSString).deletingLastPathComponent + ":" + Self.path
  }

  private static let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
  private static let gnuplot =
    path.split(separator: ":").map { "\($0)/gnuplot" }
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? ""

  /// Waits for a file that a child makes.
  private func wait(for file: String) throws {
    for _ in 0..<6000 where !FileManager.default.fileExists(atPath: file) { usleep(5000) }
    try #require(FileManager.default.fileExists(atPath: file), "no child came as far as that")
  }

  private func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(bench.results)/s/\(name)")
  }

  private func run(path: String = path) throws -> Program.Result {
    var program = program
    program.environment["PATH"] = path
    return try program.run("run", "e.json", "--jobs", "1")
  }

  @Test func aNameThatLooksLikeAnOptionIsDrawn() throws {
    try write("-p", "--version")
    #expect(try run().status == 0)
    for name in ["-p", "--version"] {
      for ending in Self.pictures { #expect(has("figures/\(name).\(ending)")) }
    }
  }

  @Test(arguments: ["exit 0", "exit 3", "kill -9 $$", "head -c 10000000 /dev/zero >&2; exit 1"])
  func whatIsNotDrawnIsNotShown(script: String) throws {
    try write("f")
    let result = try run(path: try path(script))
    #expect(result.status == 1, "\(result.errors.prefix(500))")
    #expect(result.errors.contains("figure f was not drawn") && result.errors.utf8.count < 10_000)
    let html = try bench.text("results/s/report.html")
    #expect(!html.contains("<img") && html.contains("Not drawn"))
    for ending in Self.pictures { #expect(!has("figures/f.\(ending)")) }
    #expect(has("figures/f.gp"))
    #expect(try run().status == 0, "the next run draws it")
    #expect(has("figures/f.pdf"))
  }

  @Test func aPictureThatIsCutOffIsNotTakenOver() throws {
    try write("f")
    let script = "\(Self.gnuplot) \"$@\"; truncate -s 2000 f.png"
    let result = try run(path: try path(script))
    #expect(result.status == 1 && result.errors.contains("f.png"), "\(result.errors)")
    #expect(!has("figures/f.png") && !has("figures/f.svg"))
  }

  @Test func aFolderCalledGnuplotIsPassedOver() throws {
    try write("f")
    try bench.write("", to: "bin/gnuplot/x")
    #expect(try run(path: "\(bench.folder)/bin:\(Self.path)").status == 0)
    #expect(has("figures/f.svg"))
  }

  @Test func aChildThatKeepsTheErrorsOpenIsNotWaitedFor() throws {
    try write("f")
    let mark = "\(bench.folder)/mark"
    let result = try run(path: try path("(sleep 60; touch \(mark)) &\nexec \(Self.gnuplot) \"$@\""))
    #expect(result.status == 0, "\(result.errors)")
    #expect(has("figures/f.svg") && !FileManager.default.fileExists(atPath: mark))
  }

  /// A ledger is as little to be believed as the file that it vouches for.
  @Test func aForeignLedgerVouchesForNothing() throws {
    try write("f")
    #expect(try run().status == 0)
    let ledger = "\(bench.results)/s/.state/outputs.json"
    let ran = "\(bench.folder)/ran"
    for (name, change) in [
      ("f.gp", { "system(\"touch \(ran)\")\n" + $0 }), ("f.svg", { String($0.prefix($0.count / 2)) }),
      ("f.svg", { $0.replacingBytes("</svg>", with: "<script>alert(1)</script></svg>") }),
    ] as [(String, (String) -> String)] {
      let path = "\(bench.results)/s/figures/\(name)"
      let whole = try String(contentsOfFile: path, encoding: .utf8)
      try Data(change(whole).utf8).write(to: URL(fileURLWithPath: path))
      try vouch(for: "figures/\(name)", in: ledger)
      if name == "f.gp" { unlink("\(bench.results)/s/figures/f.svg") }
      #expect(try run().status == 0)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == whole, "\(name) is made anew")
      #expect(has("figures/f.svg") && !FileManager.default.fileExists(atPath: ran))
    }
  }

  private func vouch(for name: String, in ledger: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: ledger))
    var entries = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    var status = stat()
    #expect(stat("\(bench.results)/s/\(name)", &status) == 0)
    entries[name]?["size"] = Int(status.st_size)
    entries[name]?["modified"] = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    try JSONSerialization.data(withJSONObject: entries).write(to: URL(fileURLWithPath: ledger))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalStopsTheDrawing(number: Int32) throws {
    try write("a", "b", "c", "d")
    var program = program
    let mark = "\(bench.folder)/started"
    program.environment["PATH"] = try path("touch \(mark); sleep 600; exec \(Self.gnuplot) \"$@\"")
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let process = try program.start(["run", "e.json", "--jobs", "1"], output: log)
    try wait(for: mark)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationStatus == 128 + number)
    #expect(!has("figures/a.svg") && !has("figures/b.svg"))
    #expect(try String(contentsOf: log, encoding: .utf8).contains("to resume: "))
    #expect(try bench.text("results/s/report.html").contains("the run was interrupted"))
    #expect(try run().status == 0)
    #expect(has("figures/d.svg"))
  }

  /// A run of three figures whose gnuplot does as this line of shell says when it comes to the last; it is in it once
  /// this returns.
  private func inTheLastOfThree(_ line: String, _ program: Program) throws -> Process {
    try write("a", "b", "c")
    var program = program
    let mark = "\(bench.folder)/started"
    program.environment["PATH"] = try path(
      "case \"$*\" in *c.gp) touch \(mark); \(line);; esac; exec \(Self.gnuplot) \"$@\"")
    let process = try program.start(["run", "e.json", "--jobs", "1"])
    try wait(for: mark)
    return process
  }

  /// From the second program on, too, and whether or not the run has a way to stop of its own. A shell in the
  /// background may have a hang-up ignored, so `env` sets it back.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT]) func aSignalStopsAnyOfTheChildren(number: Int32) throws
  {
    var program = program
    program.launcher = ["/usr/bin/env", "--default-signal=INT,TERM,HUP,QUIT"]
    let mark = "\(bench.folder)/child"
    let process = try inTheLastOfThree(
      "echo $$ > \(mark).tmp; mv \(mark).tmp \(mark); exec sleep 600", program)
    try wait(for: mark)
    let text = try String(contentsOfFile: mark, encoding: .utf8)
    let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect([number, 128 + number].contains(process.terminationStatus))
    #expect(!has("figures/c.svg"))
    for _ in 0..<2000 where isAlive(child) { usleep(5000) }
    #expect(!isAlive(child))
    #expect(try run().status == 0 && has("figures/c.svg"))
  }

  /// What is ignored where the program is started stays so.
  @Test(arguments: [SIGHUP, SIGINT, SIGTERM, SIGQUIT]) func whatIsIgnoredStaysIgnored(number: Int32) throws {
    let process = try inTheLastOfThree(
      "sleep 1", program.through(shell: #"trap '' HUP INT TERM QUIT; exec "$0" "$@""#))
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && has("figures/c.svg"))
  }

  @Test func whatWaitsForAnotherToWriteStopsToo() throws {
    try write("a")
    let mark = "\(bench.folder)/started"
    var slow = program
    slow.environment["PATH"] = try path("touch \(mark); exec sleep 600")
    let first = try slow.start(["run", "e.json", "--jobs", "1"])
    defer {
      kill(first.processIdentifier, SIGKILL)
      first.waitUntilExit()
    }
    try wait(for: mark)
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let second = try program.start(["run", "e.json", "--jobs", "1"], output: log)
    let waits = "the results are being written by process \(first.processIdentifier)"
    func said() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    for _ in 0..<6000 where !said().contains(waits) && second.isRunning { usleep(5000) }
    kill(second.processIdentifier, SIGTERM)
    second.waitUntilExit()
    #expect(second.terminationStatus == 143 && first.isRunning)
    #expect(said().contains(waits) && said().contains("to resume: "))
  }

  /// A child does not outlive the program, however that ends.
  @Test func aKilledProgramLeavesNoChild() throws {
    try write("a")
    let mark = "\(bench.folder)/child"
    var program = program
    program.environment["PATH"] = try path("echo $$ > \(mark).tmp; mv \(mark).tmp \(mark); exec sleep 600")
    let process = try program.start(["run", "e.json", "--jobs", "1"])
    try wait(for: mark)
    let text = try String(contentsOfFile: mark, encoding: .utf8)
    let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    for _ in 0..<2000 where isAlive(child) { usleep(5000) }
    #expect(!isAlive(child))
  }

  private func isAlive(_ id: pid_t) -> Bool {
    let state = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
    return !state.isEmpty && !state.contains(") Z ")
  }

  /// What this user's program drew is not drawn again; where nobody can know that it was, it is.
  @Test func onlyOwnPicturesAreKept() throws {
    try write("f")
    #expect(try run().status == 0)
    let nowhere = "\(bench.folder)/empty"
    let missing = "gnuplot is not installed"
    let again = try run(path: nowhere)
    #expect(!again.errors.contains(missing))
    var stranger = program
    stranger.environment = ["PATH": nowhere, "XDG_STATE_HOME": "\(bench.folder)/other-state"]
    let other = try stranger.run("run", "e.json", "--jobs", "1")
    #expect(other.errors.contains(missing))
  }

  @Test func aScratchFolderThatIsNotUTF8IsNamed() throws {
    try write("f")
    let odd = program.through(shell: #"TMPDIR="$(printf '/tmp/\377')"; export TMPDIR; exec "$0" "$@""#)
    let result = try odd.run("run", "e.json", "--jobs", "1")
    #expect(result.status == 74 && result.errors.contains("from TMPDIR, is not UTF-8"), "\(result)")
  }

  /// git would run what a downloaded folder's configuration names.
  @Test func aRunAsksNoGit() throws {
    try write("f")
    let ran = "\(bench.folder)/ran"
    let text = "[core]\n repositoryformatversion = 0\n fsmonitor = \"touch '\(ran)'; false\"\n"
    try bench.write(text, to: ".git/config")
    try bench.write("ref: refs/heads/main\n", to: ".git/HEAD")
    try bench.write(String(repeating: "a", count: 40), to: ".git/refs/heads/main")
    try bench.write("", to: ".git/objects/info/x")
    #expect(try run(path: try path("exec \(Self.gnuplot) \"$@\"")).status == 0)
    let git = try bench.write("#!/bin/sh\ntouch '\(ran)'\n", to: "git-bin/git")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: git)
    #expect(try run(path: "\(bench.folder)/git-bin:\(Self.path)").status == 0)
    #expect(!FileManager.default.fileExists(atPath: ran))
    let manifest = try Manifest.read("\(bench.results)/s/manifest.json")
    #expect(
      manifest.machine.gitRevision == String(repeating: "a", count: 40) && manifest.machine.gitIsDirty == nil)
  }
}
