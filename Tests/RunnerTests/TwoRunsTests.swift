import Contracts
import ExperimentPlan
import Files
import Foundation
import Kernels
import RunSupport
import Runner
import Storage
import Testing

/// Two plans of one name: manifest, tables and report of a results folder are of one.
@Suite struct TwoRunsTests {
  private static func config(_ value: Int, extra: Bool = false) -> String {
    """
    { "name": "toy", "title": "of \(value)", "stages": [
      { "id": "a", "stage": "init", "kind": "source", "with": { "value": \(value) } },
      { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" }
      \(extra ? #", { "id": "u", "stage": "evaluate", "kind": "total", "from": "a" }"# : "") ] }
    """
  }

  private func folder(_ bench: Workbench) -> ResultsFolder {
    ResultsFolder(root: bench.results, experiment: "toy")
  }

  private func exists(_ bench: Workbench, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(bench.results)/toy/\(name)")
  }

  @Test func aRunOfAnotherPlanWaitsOrIsRefusedWithTheHolder() throws {
    let bench = try Workbench()
    try bench.run(Self.config(1))
    let plan = try Manifest.read("\(bench.results)/toy/manifest.json").plan
    let lease = try ResultsLease.take(folder(bench), for: plan, timeout: 0)
    // An equal plan shares the folder.
    let shared = try ResultsLease.take(folder(bench), for: plan, timeout: 0)
    let before = try bench.text("results/toy/report.html")
    let spy = Spy()
    let failure = #expect(throws: RunFailure.self) {
      try bench.run(Self.config(2), spy: spy) { $0.leaseTimeout = 0.3 }
    }
    #expect(failure?.kind == .leaseTimeout)
    #expect(failure?.message.contains("toy is held by process \(ProcessIdentity.own.pid), ") == true)
    #expect(failure?.message.contains("--results FOLDER or --set name=NAME") == true)
    #expect(spy.started.isEmpty, "nothing is computed for nothing")
    #expect(spy.notices.contains { $0.contains("waiting for it to end") })
    #expect(try bench.text("results/toy/report.html") == before)
    withExtendedLifetime((lease, shared)) {}
  }

  @Test func aLeaseOfADeadProcessHoldsNobodyUp() throws {
    let bench = try Workbench()
    try bench.run(Self.config(1))
    let own = ProcessIdentity.own
    let dead = ProcessIdentity(
      host: own.host, pid: 999_999_999, processStart: 1, bootID: own.bootID, pidSpace: own.pidSpace)
    let lease = LeaseHolder.text(dead, token: "t")
    for key in ["plan-\(String(repeating: "0", count: 32))-1", "gate", "writing"] {
      try bench.write(lease, to: "results/toy/.state/leases/\(key)")
    }
    try bench.run(Self.config(2)) { $0.leaseTimeout = 5 }
    #expect(try bench.text("results/toy/report.html").contains("of 2"))
  }

  @Test func theManifestIsOfThePlanThatTheTablesAreOf() throws {
    let bench = try Workbench()
    try bench.run(Self.config(1, extra: true))
    let spy = Spy()
    try bench.run(Self.config(2), spy: spy, isStopped: true)
    #expect(try bench.text("results/toy/manifest.json").contains("of 1"), "stopped, the other left it whole")
    #expect(try bench.text("results/toy/report.html").contains("of 1") && exists(bench, "tables/u.csv"))
    #expect(spy.notices.contains { $0.contains("still has the results of the previous plan") })
    try bench.run(Self.config(2))
    #expect(try bench.text("results/toy/manifest.json").contains("of 2"))
    #expect(try bench.text("results/toy/report.html").contains("of 2") && !exists(bench, "tables/u.csv"))
    let plans =
      (try? FileManager.default.contentsOfDirectory(atPath: bench.results + "/toy/.state/plans")) ?? []
    #expect(plans.isEmpty)
  }

  /// A part of a plan's results is no reason to keep another's.
  @Test func whatFailsLeavesNothingOfThePlanBefore() throws {
    let bench = try Workbench()
    try bench.run(Self.config(1, extra: true))
    let broken = """
      { "name": "toy", "title": "of 3", "stages": [
        { "id": "a", "stage": "init", "kind": "source", "with": { "value": 3 } },
        { "id": "t", "stage": "evaluate", "kind": "total", "from": "a" },
        { "id": "u", "stage": "evaluate", "kind": "broken", "from": "a" } ] }
      """
    try bench.run(broken)
    #expect(exists(bench, "tables/t.csv") && !exists(bench, "tables/u.csv"))
    #expect(try bench.text("results/toy/report.html").contains("of 3"))
  }

  /// As a kill between any two writes leaves it: the mark, no report, and files of either plan.
  @Test func aHalfRenewedFolderSaysSoAndIsMended() throws {
    let bench = try Workbench()
    try bench.run(Self.config(1))
    let report = try bench.text("results/toy/report.html")
    let tables = try bench.tables("toy")
    // Of what the journal names, only what is as it says, of a kind and in a place that are ours, is removed.
    let (half, mine) = (Digest(of: "half").hex, Digest(of: "mine").hex)
    let listed = [
      "announced \(half) tables/u.csv", "announced \(half) figures/f.gp",
      "announced \(mine) ../../../precious",
      "announced \(mine) notes.txt", "announced \(half) tables/changed.csv", "written 4:0 tables/changed.csv",
      "announced \(mine) tables/cut",
    ]
    try bench.write("plan 0\n", to: "results/toy/.state/renewing")
    try bench.write(listed.joined(separator: "\n"), to: "results/toy/.state/writing")
    try bench.write("half", to: "results/toy/tables/u.csv")
    try bench.write("half", to: "results/toy/tables/t.csv")
    for name in [
      "precious", "results/toy/notes.txt", "results/toy/tables/cut", "results/toy/tables/changed.csv",
    ] {
      try bench.write("mine", to: name)
    }
    try FileManager.default.removeItem(atPath: bench.results + "/toy/report.html")
    let warning = try #require(folder(bench).warning)
    #expect(warning.contains("may be of different plans") && warning.contains("run the config again"))
    let spy = Spy()
    try bench.run(Self.config(1), spy: spy)
    #expect(spy.notices.contains(warning) && spy.started.isEmpty)
    #expect(folder(bench).warning == nil)
    #expect(try bench.text("results/toy/report.html") == report)
    #expect(!exists(bench, "tables/u.csv"))
    for name in [
      "precious", "results/toy/notes.txt", "results/toy/tables/cut", "results/toy/tables/changed.csv",
    ] {
      #expect(try bench.text(name) == "mine", "\(name)")
    }
    for name in ["cut", "changed.csv"] {
      try FileManager.default.removeItem(atPath: bench.results + "/toy/tables/\(name)")
    }
    #expect(try bench.tables("toy") == tables)
  }

  /// A run that ends before it can write its ledger, as by a kill, leaves a table that the next plan has not.
  @Test func whatAnUnfinishedRunWroteDoesNotStayBesideAnotherPlan() throws {
    let bench = try Workbench()
    let obstacle = "results/toy/runs/single/metrics/u.csv"
    try bench.write("in the way", to: obstacle + "/file")
    #expect(throws: (any Error).self) { try bench.run(Self.config(1, extra: true)) }
    #expect(exists(bench, "tables/u.csv") && exists(bench, ".state/writing"))
    try FileManager.default.removeItem(atPath: bench.folder + "/" + obstacle)
    try bench.run(Self.config(1))
    #expect(exists(bench, "tables/t.csv") && !exists(bench, "tables/u.csv"))
    #expect(!exists(bench, ".state/writing") && !exists(bench, ".state/renewing"))
  }

  @Test(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
  func aReportIsNotWrittenBesideTablesOfAnotherPlan() throws {
    let bench = try Workbench()
    try bench.write(Experiments.sphere, to: "s.json")
    let program = Program(folder: bench.folder)
    #expect(try program.run("run", "s.json", "--no-figures").status == 0)
    #expect(try program.run("report", "s.json").status == 0)
    let other = try program.run("report", "s.json", "--set", "title=another")
    #expect(
      other.status == 3 && other.errors.contains("has the results of another plan than this config"),
      "\(other)")
    #expect(other.errors.contains("renew it first: modgap run s.json --set title=another"))
    try bench.write("plan 0\n", to: "results/sphere/.state/renewing")
    for command in [
      ["report", "s.json"], ["verify", "s.json"], ["plan", "s.json"], ["run", "s.json", "--no-figures"],
    ] {
      let result = try program.run(command)
      #expect(
        result.errors.contains("only partly renewed")
          || result.errors.contains("is being renewed, or its run was ended"),
        "\(result)")
      #expect(result.status == (command[0] == "report" ? 3 : 0))
    }
    #expect(try program.run("report", "s.json").status == 0)
  }

  /// The plan is wanted from before anything of it is computed, whatever the folder's results are of.
  @Test(arguments: [false, true]) func whatAKilledRunOfAnotherPlanStoredIsNoGarbage(isTask: Bool) throws {
    let bench = try Workbench()
    try bench.run(Self.config(1))
    let first = try Data(contentsOf: URL(fileURLWithPath: bench.results + "/toy/manifest.json"))
    // As a kill leaves it: all stored, the plan noted, the folder of the plan before.
    try bench.run(Self.config(2))
    let second = try Data(contentsOf: URL(fileURLWithPath: bench.results + "/toy/manifest.json"))
    try first.write(to: URL(fileURLWithPath: bench.results + "/toy/manifest.json"))
    let collector = try GarbageCollector(resultsRoot: bench.results)
    #expect(try collector.find().items.count == 2)
    let name = (isTask ? "task-" : "") + String(repeating: "5", count: 32) + ".json"
    try bench.write(String(decoding: second, as: UTF8.self), to: "results/toy/.state/plans/\(name)")
    #expect(try collector.find().items.isEmpty)
    try bench.run(Self.config(1, extra: true))
    #expect(
      try collector.find().items.count == (isTask ? 0 : 2), "a whole run takes the place of killed ones")
  }
}
