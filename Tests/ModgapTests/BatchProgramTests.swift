import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct BatchProgramTests {
  /// Two sound configs, one that is broken, and a catalogue, which is no config.
  private func bench() throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(Experiments.sphere, to: "c/sphere.json")
    try bench.write(
      Experiments.sphere.replacing("\"name\": \"sphere\"", with: "\"name\": \"second\""),
      to: "c/second.json")
    try bench.write(
      Experiments.depth.replacing("\"depth\": 6", with: "\"depht\": 6"), to: "c/broken.json")
    try bench.write("{ \"entries\": [] }", to: "c/data.json")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  @Test func aBrokenConfigIsAnErrorInTheOneTable() throws {
    let (bench, program) = try bench()
    let run = try program.run("run", "c", "--no-figures", "--junit", "all.xml", "--markdown", "all.md")
    #expect(run.status == 65)
    #expect(run.output.components(separatedBy: "experiment  verdict").count == 2, "\(run.output)")
    #expect(
      run.output.contains("sphere      pass") && run.output.contains("depth       error"), "\(run.output)")
    #expect(run.errors.contains("did you mean \"depth\"?"))
    let junit = try bench.text("all.xml")
    #expect(junit.contains("<testsuites tests=\"3\" failures=\"0\" errors=\"1\" skipped=\"0\">"), "\(junit)")
    #expect(junit.components(separatedBy: "<testsuite ").count == 4)
    #expect(try bench.text("all.md").contains("depht"))
    // Stages that both have are computed once.
    #expect(
      run.output.contains("second: 4 computed, 0 cached")
        || run.output.contains("second: 0 computed, 4 cached"))
    let counts = run.output.split(separator: "\n").filter { $0.contains(" computed, ") }.map(String.init)
    #expect(counts.contains { $0.contains("0 computed, 4 cached") }, "\(counts)")
  }

  @Test func jsonHasOneObjectForAll() throws {
    let (_, program) = try bench()
    let run = try program.run("run", "c", "--no-figures", "--json")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(object["format"] as? String == "modgap-batch" && object["exit_status"] as? Int == 65)
    let experiments = try #require(object["experiments"] as? [[String: Any]])
    #expect(experiments.map { $0["experiment"] as? String } == ["depth", "second", "sphere"])
    #expect(experiments.map { $0["error"] != nil } == [true, false, false])
  }

  @Test func planVerifyAndOnlyTakeSeveral() throws {
    let (_, program) = try bench()
    let plan = try program.run("plan", "c/sphere.json", "c/second.json")
    #expect(plan.status == 0)
    #expect(
      plan.output.contains("together: 2 experiments, 4 stages, 4 more in several of them: 4 to run"),
      "\(plan.output)")
    #expect(try program.run("run", "c/sphere.json", "c/second.json", "--no-figures").status == 0)
    let verify = try program.run("verify", "c")
    #expect(verify.status == 65 && verify.output.contains("2 pass, 1 error"), "\(verify.output)")
    #expect(try program.run("verify", "c/sphere.json", "c/second.json").status == 0)
    let unknown = try program.run("run", "c/sphere.json", "c/second.json", "--only", "los")
    #expect(unknown.status == 64 && unknown.errors.contains("did you mean \"loss\"?"), "\(unknown.errors)")
    #expect(
      try program.run("run", "c/sphere.json", "c/second.json", "--only", "loss", "--no-figures").status == 0)
  }

  @Test func anEmptyFolderIsAMistakeOfTheCall() throws {
    let (bench, program) = try bench()
    try FileManager.default.createDirectory(atPath: "\(bench.folder)/none", withIntermediateDirectories: true)
    for command in ["run", "plan", "verify"] {
      let result = try program.run(command, "none")
      #expect(result.status == 64 && result.errors.contains("a folder with configs, which none is not"))
      #expect(try program.run(command).status == 64)
    }
  }

  @Test func failedTakesUpOnlyWhatFailed() throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "c", "--no-figures").status == 65)
    try bench.write(Experiments.depth, to: "c/broken.json")
    let mended = try program.run("run", "--failed", "c", "--no-figures")
    #expect(mended.status == 0 && !mended.output.contains("sphere"), "\(mended.output)\(mended.errors)")
    #expect(mended.output.contains("depth: 16 computed"))
    let again = try program.run("run", "--failed", "c")
    #expect(again.status == 0 && again.errors.contains("nothing failed"))
  }

  @Test func watchRunsWhatAnEditInvalidates() throws {
    let (bench, program) = try bench()
    let log = URL(fileURLWithPath: "\(bench.folder)/log")
    let process = try program.start(["run", "--watch", "c/sphere.json", "--no-figures"], output: log)
    defer { if process.isRunning { process.terminate() } }
    var seen = 0
    func text() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    /// Waits until it watches once more, and gives what it said since.
    func next() throws -> String {
      let ready = "Ctrl-C ends it"
      for _ in 0..<3000 where text().components(separatedBy: ready).count <= seen + 1 { usleep(10_000) }
      seen += 1
      let parts = text().components(separatedBy: ready)
      try #require(parts.count > seen)
      return parts[seen - 1]
    }
    #expect(try next().contains("loss: finished"))
    let report = try bench.text("results/sphere/verdicts.csv")
    try bench.write(Experiments.sphere.replacing("[0.01, 1]", with: "[0.05, 1]"), to: "c/sphere.json")
    let edit = try next()
    #expect(edit.contains("the edit invalidates 1 stage"), "\(edit)")
    #expect(edit.contains("loss: finished") && !edit.contains("gap: started"), "\(edit)")
    try bench.write(Experiments.sphere.replacing("\"loss\"", with: "\"lo"), to: "c/sphere.json")
    #expect(try next().contains("the results of the last run that worked stay"))
    #expect(try bench.text("results/sphere/verdicts.csv") == report)
    // An open page asks for the version, and loads the page again when it is another one.
    #expect(try bench.text("results/sphere/report.html").contains("report-version.js"))
    #expect(try bench.text("results/sphere/report-version.js").hasPrefix("modgapVersion("))
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try !bench.text("results/sphere/report.html").contains("report-version.js"))
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/sphere/report-version.js"))
  }
}
