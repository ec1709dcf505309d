import Contracts
import Foundation
import RunSupport
import Runner
import Testing

/// Printed numbers from file to verdict.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct PublishedRunTests {
  private static let config = """
    { "name": "p", "stages": [
        { "id": "printed", "stage": "init", "kind": "published", "with": { "path": "t.csv", "keys": "t" } },
        { "id": "mean", "stage": "evaluate", "kind": "sample-summary", "from": "printed", "with": { "of": "gap", "by": "start" } },
        { "id": "share", "stage": "evaluate", "kind": "ratio", "from": "mean",
          "with": { "of": "mean", "where": [{ "start": "b" }, { "start": "a" }] } } ],
      "claims": [
        { "id": "read", "source": "here", "says": "x", "table": "printed", "where": { "t": 2, "start": "a" },
          "check": { "value": { "of": "gap", "equals": 3 } } },
        { "id": "mean", "source": "here", "says": "x", "table": "mean", "where": { "start": "a" },
          "check": { "value": { "of": "mean", "equals": 2 } } },
        { "id": "share", "source": "here", "says": "x", "table": "share",
          "check": { "value": { "of": "ratio", "equals": 3 } } } ] }
    """

  private func bench() throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    try bench.write("start,t,gap\na,1,1\na,2,3\nb,1,5\nb,2,7\n", to: "t.csv")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  @Test("a table is read, summed up and judged; another content of the file is another result")
  func fromFileToVerdict() throws {
    let (bench, program) = try bench()
    let first = try program.run("run", "e.json", "--no-figures")
    #expect(first.status == 0 && first.output.contains("3 pass"), "\(first.output)")
    #expect(try bench.text("results/p/tables/printed.csv") == "start,t,gap\na,1,1\na,2,3\nb,1,5\nb,2,7\n")
    #expect(try bench.text("results/p/tables/share.csv").hasSuffix("6.0,2.0,3.0,nan,nan\n"))
    #expect(try program.run("run", "e.json", "--no-figures").output.contains("3 pass"))
    try bench.write("start,t,gap\na,1,1\na,2,4\nb,1,5\nb,2,7\n", to: "t.csv")
    let changed = try program.run("run", "e.json", "--no-figures")
    #expect(changed.output.contains("3 fail"), "\(changed.output)")
  }

  @Test("over an axis: no mean is taken of keys and texts, and the file makes no replicates")
  func replicates() throws {
    let (bench, program) = try bench()
    let run = try program.run(
      "run", "e.json", "--no-figures", "--set", "matrix.seed=[0,1]", "--set", "replicates=seed")
    #expect(run.status == 0 && run.output.contains("3 pass"), "\(run.output)")
    let summary = try bench.text("results/p/tables/printed.summary.csv").split(separator: "\n")
    #expect(summary.first == "start,t,quantity,n,mean,sd,ci95_low,ci95_high")
    #expect(summary.dropFirst().allSatisfy { $0.contains(",gap,1,") }, "\(summary)")
  }

  @Test("a key of the file that has an axis's name is a key still")
  func keysAreKnownBehindAxes() throws {
    let (bench, program) = try bench()
    let run = try program.run(
      "run", "e.json", "--no-figures", "--set", "matrix.t=[8,9]", "--set", "replicates=t", "--set",
      "claims=[]")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let summary = try bench.text("results/p/tables/printed.summary.csv").split(separator: "\n")
    #expect(summary.first == "start,printed.t,quantity,n,mean,sd,ci95_low,ci95_high")
    #expect(summary.dropFirst().allSatisfy { $0.contains(",gap,1,") } && summary.count == 5, "\(summary)")
  }

  @Test func aRaggedFileIsAnErrorWithItsLine() throws {
    let (bench, program) = try bench()
    try bench.write("start,t,gap\na,1,1\na,2\n", to: "t.csv")
    let run = try program.run("run", "e.json", "--no-figures")
    #expect(run.status != 0 && run.output.contains("t.csv:3: "), "\(run.output)")
  }
}
