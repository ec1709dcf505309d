import Declarations
import Foundation
import RunSupport
import Testing

@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct InterruptionTests {
  /// The digests and table bytes of a run that nobody disturbed.
  private func undisturbed(_ config: String, _ name: String, jobs: Int = 2) throws -> (
    digests: [String: String], tables: [String: Data]
  ) {
    let bench = try Workbench()
    try bench.write(config, to: "e.json")
    let result = try Program(folder: bench.folder).run("run", "e.json", "--jobs", "\(jobs)", "--no-figures")
    #expect(result.status == 0, "\(result.errors)")
    return (try bench.digests(name), try bench.tables(name))
  }

  @Test(arguments: [1, 2, 4]) func anyNumberOfJobsGivesTheSameBytes(jobs: Int) throws {
    let one = try undisturbed(Experiments.depth, "depth", jobs: 1)
    let many = try undisturbed(Experiments.depth, "depth", jobs: jobs)
    #expect(one.digests == many.digests)
    #expect(one.tables == many.tables)
    #expect(one.digests.count == 16)
  }

  /// Kills the program at 20 moments spread at random over a run, resumes each time, and wants the
  /// bytes of an undisturbed run in the end.
  @Test func killedAtTwentyMomentsItEndsWithTheSameBytes() throws {
    let expected = try undisturbed(Experiments.depth, "depth")
    var random = SystemRandomNumberGenerator()
    let bench = try Workbench()
    try bench.write(Experiments.depth, to: "e.json")
    var kills = 0
    for round in 0..<20 {
      // Every fifth round begins anew, so that early and late moments of a run are met.
      if round % 5 == 0 { try? FileManager.default.removeItem(atPath: bench.results) }
      let process = try Program(folder: bench.folder).start(["run", "e.json", "--jobs", "2", "--no-figures"])
      usleep(UInt32.random(in: 1_000...250_000, using: &random))
      if process.isRunning { kills += 1 }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let result = try Program(folder: bench.folder).run("run", "e.json", "--jobs", "2", "--no-figures")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try bench.digests("depth") == expected.digests)
    #expect(try bench.tables("depth") == expected.tables)
    #expect(kills > 0)
  }

  @Test func twoProcessesAtOnceShareTheWork() throws {
    let expected = try undisturbed(Experiments.depth, "depth")
    let bench = try Workbench()
    try bench.write(Experiments.depth, to: "e.json")
    let program = Program(folder: bench.folder)
    let logs = (0..<2).map { URL(fileURLWithPath: "\(bench.folder)/log\($0)") }
    let processes = try logs.map {
      try program.start(["run", "e.json", "--jobs", "1", "--no-figures"], output: $0)
    }
    for process in processes { process.waitUntilExit() }
    #expect(processes.map(\.terminationStatus) == [0, 0])
    #expect(try bench.digests("depth") == expected.digests)
    #expect(try bench.tables("depth") == expected.tables)
    let text = try logs.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    let started = text.split(separator: "\n").filter { $0.hasSuffix(": started") }
    #expect(Set(started).count == started.count, "no stage is computed by both")
  }

  @Test func interruptedItSaysHowToResumeAndExitsWith130() throws {
    let bench = try Workbench()
    let long = Experiments.depth.replacingOccurrences(of: "\"count\": 160", with: "\"count\": 2000")
    try bench.write(long, to: "e.json")
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let process = try Program(folder: bench.folder).start(
      ["run", "e.json", "--jobs", "1", "--no-figures"], output: log)
    for _ in 0..<500 where !((try? String(contentsOf: log, encoding: .utf8))?.contains("started") ?? false) {
      usleep(2000)
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    let text = try String(contentsOf: log, encoding: .utf8)
    #expect(process.terminationStatus == 130)
    #expect(text.contains("to resume: "))
    #expect(text.contains("run e.json --jobs 1 --no-figures"))
    #expect(try Program(folder: bench.folder).run("run", "e.json", "--no-figures").status == 0)
  }

  private func isStopped(_ id: pid_t) -> Bool {
    (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?.contains(") T ") ?? false
  }

  /// Swift's runtime would print a backtrace at Ctrl-\ and go on.
  @Test(arguments: [SIGQUIT, SIGHUP]) func otherSignalsEndItAtOnce(signal: Int32) throws {
    let expected = try undisturbed(Experiments.depth, "depth")
    let bench = try Workbench()
    try bench.write(Experiments.depth, to: "e.json")
    let log = URL(fileURLWithPath: bench.folder + "/log")
    var program = Program(folder: bench.folder).through(shell: #"ulimit -c 0; exec "$0" "$@""#)
    program.launcher = ["/usr/bin/env", "--default-signal=HUP,QUIT"] + program.launcher
    let long = Experiments.depth.replacing("\"count\": 160", with: "\"count\": 6000")
    try bench.write(long, to: "long.json")
    let process = try program.start(["run", "long.json", "--jobs", "1", "--no-figures"], output: log)
    func text() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    for _ in 0..<6000 where !text().contains("started") { usleep(5000) }
    try #require(text().contains("started") && process.isRunning)
    // It is held still, so that what it says later is said after the signal.
    kill(process.processIdentifier, SIGSTOP)
    for _ in 0..<6000 where !isStopped(process.processIdentifier) { usleep(5000) }
    let before = text().utf8.count
    kill(process.processIdentifier, signal)
    kill(process.processIdentifier, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
    let later = String(decoding: text().utf8.dropFirst(before), as: UTF8.self)
    #expect(!text().contains("acktrace") && !text().contains("results: ") && !later.contains("finished"))
    // What was left behind hinders no run, of this plan or another.
    let result = try Program(folder: bench.folder).run("run", "e.json", "--jobs", "2", "--no-figures")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try bench.digests("depth") == expected.digests && bench.tables("depth") == expected.tables)
  }

  /// What is printed for programs says the status that they are given.
  @Test(arguments: [SIGINT, SIGTERM]) func theStatusThatIsPrintedIsTheOneItEndsWith(signal: Int32) throws {
    let bench = try Workbench()
    let long = Experiments.depth.replacing("\"count\": 160", with: "\"count\": 2000")
    try bench.write(long, to: "e.json")
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let program = Program(folder: bench.folder).through(shell: #"exec "$0" "$@" > out.json"#)
    let process = try program.start(["run", "e.json", "--jobs", "1", "--no-figures", "--json"], output: log)
    func hasStarted() -> Bool { ((try? String(contentsOf: log, encoding: .utf8)) ?? "").contains("started") }
    for _ in 0..<6000 where !hasStarted() { usleep(5000) }
    try #require(hasStarted())
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    let output = try Data(contentsOf: URL(fileURLWithPath: bench.folder + "/out.json"))
    let json = try JSONDecoder().decode(JSONValue.self, from: output)
    #expect(process.terminationStatus == 128 + signal && json["interrupted"] == true)
    #expect(json["exit_status"] == .number(Double(128 + signal)))
  }
}
