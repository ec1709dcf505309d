import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct BisectDriftTests {
  /// What this machine's OpenBLAS can run.
  private static let kernels: [String] = {
    let listed = try? Program(folder: NSTemporaryDirectory()).run("doctor", "--kernels").output
    return (listed ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
  }()

  private func accepted(_ words: [String] = [], environment: [String: String] = [:]) throws -> (
    Workbench, Program
  ) {
    let bench = try Workbench()
    try bench.write(Experiments.sphere, to: "configs/sphere.json")
    let program = Program(folder: bench.folder, bench: bench, environment: environment)
    let accept = try program.run(["nightly", "--accept"] + words)
    #expect(accept.status == 0, "\(accept.errors)")
    return (bench, program)
  }

  private func bisect(_ program: Program, _ words: String...) throws -> Program.Result {
    try program.run(["bisect-drift", "configs/sphere.json"] + words)
  }

  private func change(_ bench: Workbench, _ pairs: (String, String)...) throws {
    let text = pairs.reduce(Experiments.sphere) { $0.replacing($1.0, with: $1.1) }
    try bench.write(text, to: "configs/sphere.json")
  }

  @Test func nothingIsExplainedWhereNothingMoved() throws {
    let (bench, program) = try accepted()
    let result = try bisect(program)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("sphere: no number moved"))
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/.nightly/bisect-drift"))
  }

  @Test func aValueOfTheConfigIsRestored() throws {
    let (bench, program) = try accepted()
    // A key that was not there, too: it is taken away again, and explains nothing.
    try change(
      bench, ("\"batch\": 0", "\"batch\": 3"),
      ("\"name\": \"sphere\",", "\"name\": \"sphere\", \"title\": \"T\","))
    let result = try bisect(program)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("the config's stages[2].with.batch changed, from 0 to 3"))
    #expect(result.output.contains("all 2 together"), "\(result.output)")
    let last = result.output.split(separator: "\n").last.map(String.init) ?? ""
    let count = result.output.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    #expect(
      last == "sphere: the config's stages[2].with.batch explains \(count) of \(count) numbers",
      "\(result.output)")
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/.nightly/bisect-drift"))
    #expect(!FileManager.default.fileExists(atPath: "\(bench.results)/.nightly/numbers"))

    let json = try bisect(program, "--json", "--restore", "title")
    #expect(json.status == 2, "\(json.output)")
    #expect(json.output.contains("\"conclusion\":\"unexplained\""), "\(json.output)")
    #expect(json.output.contains("--restore does not name it"))
  }

  @Test(
    .enabled(if: kernels.count > 1, "this machine's OpenBLAS has one kernel only: none can be restored"))
  func theKernelIsRestored() throws {
    let (first, last) = (Self.kernels[0], Self.kernels[Self.kernels.count - 1])
    let (bench, _) = try accepted(environment: ["OPENBLAS_CORETYPE": first])
    var program = Program(folder: bench.folder, bench: bench, environment: ["OPENBLAS_CORETYPE": last])
    let result = try bisect(program)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("OpenBLAS's kernel changed, from "), "\(result.output)")
    #expect(result.output.contains("sphere: OpenBLAS's kernel explains "), "\(result.output)")
    #expect(
      !result.output.contains("not restored"), "the numeric policy follows the kernel: \(result.output)")
    // With a value of the config beside it, which has to be in the other program, too.
    try change(bench, ("\"batch\": 0", "\"batch\": 3"))
    program.environment["OPENBLAS_CORETYPE"] = last
    let both = try bisect(program)
    #expect(both.status == 0 && both.output.contains("all 2 together"), "\(both.output)\(both.errors)")
  }

  /// The reference itself is wrong: nothing that is restored brings its number back.
  @Test func whatNothingExplainsIsSaid() throws {
    let (bench, program) = try accepted(["--jobs", "1"])
    let name = "results/reference/sphere.csv"
    let text = try bench.text(name)
    let line = try #require(text.split(separator: "\n").first { $0.contains("gap/distance/") })
    var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let value = try #require(cells.firstIndex(of: "real")) + 1
    cells[value] = "17"
    try bench.write(text.replacing(line, with: cells.joined(separator: ",")), to: name)
    let result = try bisect(program, "--jobs", "2")
    #expect(result.status == 2, "\(result.output)\(result.errors)")
    #expect(result.output.contains("sphere: 1 of "))
    #expect(result.output.contains("the number of jobs  0          1"), "\(result.output)")
    #expect(result.output.contains("nothing that was restored explains any of the 1 number"))
  }

  @Test func mistakesHaveTheirStatus() throws {
    let (bench, program) = try accepted()
    try change(bench, ("\"batch\": 0", "\"batch\": 3"))
    let unknown = try bisect(program, "--restore", "kernels")
    #expect(
      unknown.status == 64 && unknown.errors.contains("one of stages[2].with.batch"), "\(unknown.errors)")
    #expect(try bisect(program, "--reference", "elsewhere").status == 3)
    try bench.write("{ \"name\": \"sphere\" }", to: "configs/sphere.json")
    #expect(try bisect(program).status == 65)
  }
}
