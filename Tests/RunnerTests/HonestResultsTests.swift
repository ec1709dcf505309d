import Contracts
import Foundation
import RunSupport
import Runner
import Testing

/// Reports and verdicts never say more than what is there.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct HonestResultsTests {
  private static let config = """
    { "name": "s", "matrix": { "seed": [0, 1, 2] }, "replicates": "seed", "stages": [
        { "id": "mlp", "stage": "init", "kind": "mlp",
          "with": { "width": 16, "depth": 2, "activation": "relu", "inputs": { "kind": "gaussian", "count": 30 } } },
        { "id": "cosine", "stage": "evaluate", "kind": "cosine-similarity", "from": "mlp" },
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "points" } ],
      "claims": [
        { "id": "cone", "source": "here", "says": "x", "table": "cosine", "where": { "layer": 2 },
          "check": { "range": { "of": "mean", "low": -1, "high": 1 } } },
        { "id": "gap", "source": "here", "says": "y", "table": "gap",
          "check": { "range": { "of": "l2m", "low": 0, "high": 2 } } } ] }
    """

  private func bench() throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  private func verdicts(_ bench: Workbench) throws -> String { try bench.text("results/s/verdicts.csv") }

  @Test func whatIsCachedOutsideOfTheSelectionKeepsItsVerdict() throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").output.contains("2 pass"))
    let before = try bench.tables("s")
    let again = try program.run("run", "e.json", "--only", "gap", "--force", "gap", "--no-figures")
    #expect(again.status == 0)
    #expect(again.output.contains("claims: 2 pass"), "\(again.output)")
    #expect(try bench.tables("s") == before)
    // What is not in the store has none.
    try FileManager.default.removeItem(atPath: bench.results)
    let fresh = try program.run("run", "e.json", "--only", "gap", "--no-figures")
    #expect(fresh.output.contains("1 pass, 1 not-run"), "\(fresh.output)")
  }

  @Test func aReplicateThatIsMissingIsNotPassedOver() throws {
    let (_, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let more = try program.run(
      "run", "e.json", "--no-figures", "--only", "gap", "--set", "matrix.seed=[0,1,2,3]")
    #expect(more.output.contains("1 pass, 1 not-run"), "three of four seeds are not four: \(more.output)")
  }

  @Test(arguments: [
    "{ broken", #"{ "name": "s", "stages": [ { "id": "p", "stage": "init", "kind": "spere" } ] }"#,
  ])
  func aConfigThatCannotRunLeavesNoPassBehind(broken: String) throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    #expect(try bench.text("results/s/junit.xml").contains("errors=\"0\""))
    try bench.write(broken, to: "e.json")
    let result = try program.run("run", "e.json", "--no-figures")
    #expect(result.status == 65)
    #expect(result.errors.contains("results/s: the reports"), "\(result.errors)")
    #expect(try bench.text("results/s/junit.xml").contains("tests=\"2\" failures=\"0\" errors=\"2\""))
    let lines = try verdicts(bench).split(separator: "\n").dropFirst()
    #expect(lines.count == 2 && lines.allSatisfy { $0.contains(",error,") })
    for name in ["report.md", "report.html"] {
      #expect(try bench.text("results/s/\(name)").contains("could not run"), "\(name)")
    }
    try bench.write(Self.config, to: "e.json")
    let mended = try program.run("run", "e.json", "--no-figures")
    #expect(mended.output.contains("0 computed, ") && mended.output.contains("2 pass"))
    #expect(try bench.text("results/s/junit.xml").contains("errors=\"0\""))
  }

  /// What was said beside the config cannot run; the config can, and its verdicts stand.
  @Test(arguments: ["stages.zzz.with=1", "stages.p.with.pairs=-3", "nothing=1", "stages.p.kind=spere"])
  func aSlipBesideTheConfigLeavesItsVerdicts(set: String) throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let before = try verdicts(bench)
    for command in ["run", "report"] {
      let result = try program.run(command, "e.json", "--set", set)
      #expect(result.status == 65 && !result.errors.contains("the reports"), "\(result.errors)")
      #expect(try verdicts(bench) == before)
    }
    try bench.write("{ broken", to: "e.json")
    #expect(try program.run("run", "e.json", "--set", set).status == 65)
    #expect(try !verdicts(bench).contains(",pass,"))
  }

  @Test func theReportOfABrokenConfigLeavesNoPassBehind() throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    try bench.write("{ broken", to: "e.json")
    #expect(try program.run("report", "e.json").status == 65)
    #expect(try bench.text("results/s/junit.xml").contains("errors=\"2\""))
  }

  @Test func anotherExperimentOfTheFolderIsLeftAlone() throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    try bench.write("{ broken", to: "other.json")
    #expect(try program.run("run", "other.json").status == 65)
    #expect(try verdicts(bench).contains(",pass,"))
    #expect(try program.run("run", "e.json", "--unknown").status == 64)
    #expect(
      try verdicts(bench).contains(",pass,"), "a slip of the pen on the command line is no broken config")
  }

  @Test func aDataFileThatIsGoneLeavesNoPassBehind() throws {
    let bench = try Workbench()
    try bench.npy(scatteredRows(8, 3, seed: 1, shift: 1), to: "x.npy")
    try bench.npy(scatteredRows(8, 3, seed: 2, shift: -1), to: "y.npy")
    try bench.write(
      """
      { "name": "s", "stages": [
          { "id": "e", "stage": "init", "kind": "embeddings", "with": { "x": "x.npy", "y": "y.npy" } },
          { "id": "g", "stage": "evaluate", "kind": "gap", "from": "e" } ],
        "claims": [ { "id": "k", "source": "here", "says": "x", "table": "g",
          "check": { "range": { "of": "l2m", "low": 0, "high": 2 } } } ] }
      """, to: "e.json")
    let program = Program(folder: bench.folder)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    try bench.write("no array", to: "x.npy")
    #expect(try program.run("run", "e.json", "--no-figures").status == 65)
    let broken = try verdicts(bench)
    #expect(broken.contains("k,error,"), "\(broken)")
    try FileManager.default.removeItem(atPath: bench.folder + "/x.npy")
    #expect(try program.run("run", "e.json", "--no-figures").status != 0)
    #expect(try !verdicts(bench).contains("k,pass,"))
  }

  @Test func afterAnInterruptionOnlyWhatWasWrittenIsNamed() throws {
    let (bench, program) = try bench()
    let log = URL(fileURLWithPath: bench.folder + "/log")
    let process = try program.start(
      [
        "run", "e.json", "--jobs", "1", "--no-figures", "--set", "stages.mlp.with.depth=20", "--set",
        "stages.mlp.with.width=2048", "--set", "stages.mlp.with.inputs.count=800",
      ], output: log)
    for _ in 0..<2000 where !((try? String(contentsOf: log, encoding: .utf8))?.contains("started") ?? false) {
      usleep(2000)
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try bench.text("results/s/report.md").contains("was interrupted"))
    #expect(try !verdicts(bench).contains("cone,pass,"))
  }

  @Test func oneTaskNamesNoReport() throws {
    let (bench, program) = try bench()
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    for name in ["report.html", "report.md"] {
      try FileManager.default.removeItem(atPath: "\(bench.results)/s/\(name)")
    }
    let task = try program.run("run", "--manifest", "results/s/manifest.json", "--task", "gap")
    #expect(task.status == 0)
    #expect(!task.output.contains("report.html"), "\(task.output)")
  }

  @Test func anAxisValueThatWasReplacedIsNamed() throws {
    let bench = try Workbench()
    let config = { (width: String) in
      """
      { "name": "s", "matrix": { "width": [\(width)], "spacing": [15, 20] }, "stages": [
          { "id": "points", "stage": "init", "kind": "sphere", "with": { "spacing_degrees": "${spacing}" } },
          { "id": "moved", "stage": "shift", "kind": "gap", "from": "points", "with": { "delta": "${width}" } } ] }
      """
    }
    try bench.write(config("0.1, 0.2"), to: "e.json")
    let program = Program(folder: bench.folder)
    #expect(try program.run("run", "e.json").status == 0)
    try bench.write(config("0.1, 0.3"), to: "e.json")
    let why = try program.run("why", "e.json", "moved").output
    #expect(
      why.contains("moved@width=0.3,spacing=15: to be computed, in place of moved@width=0.2,spacing=15"),
      "\(why)")
    #expect(why.contains("e.json:1:"), "the line of the matrix: \(why)")
    #expect(why.contains("with.delta[0] changed, from 0.2 to 0.3"), "\(why)")
    #expect(!why.contains("never computed"))
    #expect(try program.run("plan", "e.json").output.contains("changed, from 0.2 to 0.3"))
    try bench.write(config("0.1, 0.2, 0.4"), to: "e.json")
    #expect(try program.run("why", "e.json", "moved").output.contains("never computed"), "a further value")
  }
}
