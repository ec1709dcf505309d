import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct ProgramTests {
  private func bench(_ config: String) throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(config, to: "e.json")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  @Test func runsJudgesAndRunsAgainFromTheStore() throws {
    let (bench, program) = try bench(Experiments.sphere)
    let first = try program.run("run", "e.json")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("4 computed, 0 cached, claims: 1 pass"))
    let second = try program.run("run", "e.json")
    #expect(second.output.contains("0 computed, 4 cached, claims: 1 pass"))
    for name in [
      "manifest.json", "provenance.json", "report.html", "report.md", "junit.xml", "verdicts.csv",
      "figures/loss.gp",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(bench.results)/sphere/\(name)"), "\(name)")
    }
  }

  @Test func aClaimThatMustFailDoesFail() throws {
    let (_, program) = try bench(
      Experiments.sphere.replacingOccurrences(of: "\"equals\": 0", with: "\"equals\": 45"))
    let run = try program.run("run", "e.json", "--no-figures")
    #expect(run.status == 2)
    #expect(run.output.contains("fail"))
    let verify = try program.run("verify", "e.json", "--json")
    #expect(verify.status == 2)
    #expect(verify.output.contains("\"fail\""))
  }

  @Test func verifyBeforeARunSaysWhatToDo() throws {
    let (_, program) = try bench(Experiments.sphere)
    let result = try program.run("verify", "e.json")
    #expect(result.status == 3)
    #expect(result.errors.contains("run it first"))
  }

  @Test func verifyWithNothingToJudgeExitsWith3() throws {
    let (_, program) = try bench(Experiments.sphere)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    // Another seed of the loss: nothing of it is in the store, so no claim can be judged.
    let changed = try program.run("verify", "e.json", "--set", "stages.loss.with.batch=2")
    #expect(changed.status == 3, "\(changed.output)\(changed.errors)")
  }

  @Test func whyNamesTheValueAndItsLine() throws {
    let (_, program) = try bench(Experiments.sphere)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let why = try program.run("why", "e.json", "loss", "--set", "stages.loss.with.batch=2")
    #expect(why.output.contains("with.batch changed, from 0 to 2"), "\(why.output)")
    let edited = Experiments.sphere.replacingOccurrences(of: "\"batch\": 0", with: "\"batch\": 3")
    try Data(edited.utf8).write(to: URL(fileURLWithPath: program.folder + "/e.json"))
    let place = try program.run("why", "e.json", "loss")
    #expect(place.output.contains("e.json:4:"), "\(place.output)")
    #expect(try program.run("why", "e.json", "nothing").status == 64)
  }

  @Test func planSaysWhatIsCachedAndWhatIsNot() throws {
    let (_, program) = try bench(Experiments.sphere)
    #expect(try program.run("plan", "e.json").output.contains("never computed"))
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    #expect(try program.run("plan", "e.json").output.contains("4 cached, 0 to run"))
    let json = try program.run("plan", "e.json", "--json").output
    let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((parsed?["tasks"] as? [Any])?.count == 4)
    #expect(try program.run("plan", "e.json", "--dot").output.contains("\"points\" -> \"turned\""))
  }

  @Test func aFrozenPlanIsNotChangedByEditingItsConfig() throws {
    let (bench, program) = try bench(Experiments.sphere)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let before = try bench.digests("sphere")
    try bench.write("{ broken", to: "e.json")
    let again = try program.run("run", "--manifest", "results/sphere/manifest.json", "--no-figures")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try bench.digests("sphere") == before)
    let task = try program.run("run", "--manifest", "results/sphere/manifest.json", "--task", "loss")
    #expect(task.status == 0, "\(task.errors)")
    #expect(
      try program.run("run", "--manifest", "results/sphere/manifest.json", "--task", "lose").status == 64)
  }

  @Test func gcIsDryUntilToldOtherwise() throws {
    let (bench, program) = try bench(Experiments.sphere)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    #expect(try program.run("run", "e.json", "--no-figures", "--set", "stages.loss.with.batch=2").status == 0)
    let dry = try program.run("gc")
    #expect(dry.output.contains("1 of 5 artefacts"), "\(dry.output)")
    #expect(dry.output.contains("would be removed"))
    #expect(try program.run("gc", "--delete").output.contains("removed"))
    #expect(try program.run("gc").output.contains("0 of 4 artefacts"))
    let rerun = try program.run("run", "e.json", "--no-figures", "--set", "stages.loss.with.batch=2")
    #expect(rerun.output.contains("0 computed, 4 cached"))
    #expect(FileManager.default.fileExists(atPath: bench.results + "/.store"))
  }

  @Test func diffShowsTheLargestDifferences() throws {
    let (_, program) = try bench(Experiments.sphere)
    #expect(try program.run("run", "e.json", "--no-figures", "--results", "a").status == 0)
    #expect(try program.run("run", "e.json", "--no-figures", "--results", "b").status == 0)
    let same = try program.run("diff", "a/sphere", "b/sphere", "--tolerance", "0")
    #expect(same.status == 0, "\(same.output)")
    let changed = "stages.points.with.spacing_degrees=15"
    #expect(
      [0, 2].contains(
        try program.run("run", "e.json", "--no-figures", "--results", "b", "--set", changed).status))
    let other = try program.run("diff", "a/sphere", "b/sphere", "--tolerance", "1e-6")
    #expect(other.status == 2)
    #expect(other.output.contains("tables/loss.csv  loss"), "\(other.output)")
    #expect(other.output.contains("points/x"), "\(other.output)")
  }

  @Test func aReadOnlyResultsFolderExitsWith74() throws {
    let (bench, program) = try bench(Experiments.sphere)
    // A file where the folder should be stops even the superuser.
    try bench.write("", to: "blocked")
    let result = try program.run("run", "e.json", "--results", "blocked")
    #expect(result.status == 74, "\(result.errors)")
    #expect(result.errors.contains("blocked"))
  }

  @Test(arguments: [
    (["runn"], "did you mean run?"), (["run", "e.json", "--job", "2"], "did you mean --jobs?"),
    (["run", "e.json", "--jobs", "0"], "an integer from 1 to 1024"),
    (["run"], "expected at least one config"),
    (["run", "e.json", "--jobs"], "needs a value"), (["plan", "e.json", "--json", "--json"], "given twice"),
    (["run", "--task", "x"], "--manifest"),
  ]) func usageErrorsExitWith64(arguments: [String], says: String) throws {
    let (_, program) = try bench(Experiments.sphere)
    let result = try program.run(arguments)
    #expect(result.status == 64)
    #expect(result.errors.contains(says), "\(result.errors)")
    #expect(result.output.isEmpty, "errors go to standard error only")
  }

  @Test func everyCommandHasHelpWithExamplesFirst() throws {
    let (_, program) = try bench(Experiments.sphere)
    let overview = try program.run("--help")
    #expect(overview.status == 0)
    for name in ["validate", "plan", "run", "why", "verify", "report", "diff", "gc", "doctor", "schema"] {
      #expect(overview.output.contains(name))
      let help = try program.run(name, "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("Examples:\n  modgap \(name)"), "\(help.output)")
    }
  }

  @Test func doctorSaysWhatTheMachineIs() throws {
    let (_, program) = try bench(Experiments.sphere)
    let result = try program.run("doctor", "--json")
    let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    for key in [
      "cpu", "threads", "openblas", "openblas_kernel", "openblas_test", "gflops_1_threads", "hdf5", "gnuplot",
      "disk_free_bytes",
    ] {
      #expect(parsed?[key] != nil, "\(key)")
    }
    #expect((parsed?["openblas_test"] as? String)?.hasPrefix("correct on") == true)
  }

  @Test func doctorNamesTheKernelThatTestsAreToRunWith() throws {
    var (_, program) = try bench(Experiments.sphere)
    let kernels = try program.run("doctor", "--kernels").output.split(whereSeparator: \.isWhitespace)
    // A user's own setting wins; an empty one is none.
    for kernel in kernels.map(String.init) + [""] {
      program.environment = ["OPENBLAS_CORETYPE": kernel]
      let result = try program.run("doctor", "--kernel")
      #expect(result.status == 0)
      #expect(kernel.isEmpty ? result.output.count > 2 : result.output == kernel + "\n")
    }
  }
}
