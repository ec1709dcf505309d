import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct NightlyTests {
  private static let only = ["--skip", "canary", "--skip", "resume-test", "--skip", "invariance"]

  /// An experiment whose numbers were accepted.
  private func accepted() throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(Experiments.sphere, to: "configs/sphere.json")
    let program = Program(folder: bench.folder, bench: bench)
    let accept = try program.run("nightly", "--accept")
    #expect(accept.status == 0, "\(accept.errors)")
    #expect(accept.output.contains("added sphere: claim/closed: pass"))
    return (bench, program)
  }

  private func night(_ program: Program, _ words: String...) throws -> Program.Result {
    try program.run(["nightly"] + Self.only + words)
  }

  private func edit(_ bench: Workbench, _ change: (String) -> String) throws {
    let name = "results/reference/sphere.csv"
    try bench.write(change(try bench.text(name)), to: name)
  }

  @Test func nothingMovesWhereNothingChanged() throws {
    let (bench, program) = try accepted()
    let first = try night(program, "--junit", "night.xml", "--markdown", "night.md")
    #expect(first.status == 0, "\(first.output)")
    #expect(first.output.contains("0 red, 0 amber") && first.output.contains("digest: 4 numbers"))
    #expect(first.output.contains("audit: 1 of 4 cached stages"))
    let junit = try bench.text("night.xml")
    #expect(junit.contains("failures=\"0\" errors=\"0\"") && junit.contains("numbers of sphere"))
    #expect(try bench.text("night.md").contains("| sphere | closed |"))
    // In an empty store, too.
    try FileManager.default.removeItem(atPath: "\(bench.results)/.store")
    #expect(try night(program).status == 0)
    #expect(try program.run("nightly", "--accept").output == "")
  }

  /// By one part in a thousand, which a bound of a claim does not see.
  @Test func aNumberThatMovedIsConfirmedAndNamedAtItsLine() throws {
    let (bench, program) = try accepted()
    try edit(bench) { text in
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        guard line.contains("loss/loss/degrees=45.0,temperature=1.0") else {
          return String(line)
        }
        var cells = line.components(separatedBy: ",real,")
        let rest = cells[1].split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        cells[1] = "\((Double(rest[0]) ?? 0) * 1.001),\(rest[1])"
        return cells.joined(separator: ",real,")
      }.joined(separator: "\n")
    }
    let moved = try night(program, "--annotations", "--junit", "night.xml")
    #expect(moved.status == 2, "\(moved.output)")
    #expect(moved.errors.contains("to confirm what differs"))
    #expect(moved.output.contains("red: sphere: loss/loss/"), "\(moved.output)")
    #expect(
      moved.errors.contains("::error file=") && moved.errors.contains("sphere.json,line="), "\(moved.errors)")
    #expect(try bench.text("night.xml").contains("<failure message=\"red: sphere: loss/loss/"))
    let unconfirmed = try night(program, "--skip", "confirm")
    #expect(unconfirmed.status == 0 && unconfirmed.output.contains("amber: sphere: loss/loss/"))
  }

  @Test func aNumberThatIsMissingIsAnError() throws {
    let (bench, program) = try accepted()
    try edit(bench) { $0 + "sphere,gap/lost/degrees=0,real,1.5,,,,,,,,,\n" }
    let lost = try night(program, "--junit", "night.xml")
    #expect(lost.status == 2 && lost.output.contains("it is missing; the reference has it"), "\(lost.output)")
    #expect(try bench.text("night.xml").contains("<error message=\"red: sphere: gap/lost"))
  }

  /// Whoever accepts has seen what is gone, so that the next night does not miss it.
  @Test func whatWasAcceptedWithoutANumberDoesNotMissIt() throws {
    let (bench, program) = try accepted()
    #expect(try night(program).status == 0)
    try bench.write(
      Experiments.sphere.replacing("\"to\": -90", with: "\"to\": -85"), to: "configs/sphere.json")
    #expect(try night(program).output.contains("missing"))
    let accept = try program.run("nightly", "--accept")
    #expect(
      accept.output.contains("removed sphere: ") && accept.output.contains("degrees=-90"), "\(accept.output)")
    let next = try night(program)
    #expect(next.status == 0 && !next.output.contains("missing"), "\(next.output)")
  }

  @Test func whatChangedIsSaid() throws {
    let (bench, program) = try accepted()
    try bench.write(
      Experiments.sphere.replacing("\"batch\": 0", with: "\"batch\": 3"), to: "configs/sphere.json")
    let changed = try night(program)
    #expect(changed.status == 2)
    #expect(changed.output.contains("batch changed, from 0 to 3"), "\(changed.output)")
  }

  /// What changed from night to night is a mark of the page, and the number that moved has its finding.
  @Test func theNightsAreDrawn() throws {
    let (bench, program) = try accepted()
    let first = try night(program, "--date", "2026-11-01")
    #expect(first.output.contains("over the nights: results/trend.html"), "\(first.output)")
    #expect(try bench.text("results/trend.html").contains("0 numbers moved"))
    #expect(try bench.text("results/index.html").contains("<a href=\"trend.html\">"))
    try bench.write(
      Experiments.sphere.replacing("\"batch\": 0", with: "\"batch\": 3"), to: "configs/sphere.json")
    for _ in 1...2 { #expect(try night(program, "--date", "2026-11-03").status == 2) }
    let page = try bench.text("results/trend.html")
    #expect(page.contains("2 nights, 2026-11-01 to 2026-11-03 (UTC)"))
    #expect(page.contains("2026-11-03: the config&#39;s stages[2].with.batch changed, from 0 to 3</li>"))
    #expect(page.contains("class=\"found red\"") && page.contains("class=\"mark\""))
    let earlier = try night(program, "--date", "2026-11-02")
    #expect(earlier.output.contains("the night is not kept"), "\(earlier.output)")
  }

  @Test func aBrokenConfigStopsNoOther() throws {
    let (bench, program) = try accepted()
    try bench.write(
      Experiments.depth.replacing("\"depth\": 6", with: "\"depht\": 6"), to: "configs/depth.json")
    let broken = try night(program, "--json")
    #expect(broken.status == 65)
    #expect(broken.output.contains("\"modgap-night\"") && broken.output.contains("did you mean"))
  }

  @Test func nothingToJudgeFails() throws {
    let bench = try Workbench()
    try bench.write(
      """
      { "name": "bare", "stages": [
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "points" } ] }
      """, to: "configs/bare.json")
    let program = Program(folder: bench.folder, bench: bench)
    let result = try night(program)
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(result.output.contains("nothing was judged"))
  }

  @Test(arguments: [
    ["--skip", "sleep"], ["--audit", "200%"], ["--audit", "x"], ["--date", "yesterday"],
    ["--date", "2026-13-40"],
  ]) func mistakesOfTheCall(words: [String]) throws {
    let bench = try Workbench()
    let result = try Program(folder: bench.folder, bench: bench).run(["nightly"] + words)
    #expect(result.status == 64, "\(result.errors)")
  }

  @Test func numbersAloneAreWritten() throws {
    let (bench, program) = try accepted()
    #expect(try program.run("nightly", "--numbers", "tonight.csv").status == 0)
    #expect(try bench.text("tonight.csv") == bench.text("results/reference/sphere.csv"))
  }
}
