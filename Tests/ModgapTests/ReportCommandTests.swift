import Declarations
import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct ReportCommandTests {
  private let bench: Workbench
  private let program: Program

  init() throws {
    bench = try Workbench()
    program = Program(folder: bench.folder, bench: bench)
    try bench.write(Experiments.sphere, to: "c/e.json")
  }

  private static let files = [
    "index.html", "modgap.tex", "sphere/report.html", "sphere/report.md", "sphere/report.json",
    "sphere/modgap.tex", "sphere/tables/claims.tex", "sphere/junit.xml", "sphere/verdicts.csv",
  ]

  private func contents() throws -> [String: String] {
    Dictionary(
      try Self.files.map { ($0, try bench.text("results/\($0)")) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func aReportIsTheSameHoweverItIsWritten() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    let written = try contents()
    for arguments in [["run", "c/e.json"], ["report", "c/e.json"], ["report"], ["report", "c"]] {
      for file in Self.files where arguments[0] == "report" {
        try FileManager.default.removeItem(atPath: "\(bench.results)/\(file)")
      }
      let result = try program.run(arguments)
      #expect(result.status == 0, "\(arguments): \(result.errors)")
      let again = try contents()
      for file in Self.files { #expect(again[file] == written[file], "\(file) after \(arguments)") }
    }
    #expect(written["index.html"]?.contains("<a href=\"sphere/report.html\">sphere</a>") == true)
    #expect(written["modgap.tex"]?.contains("modgap=value=sphere.") == true)
  }

  @Test func thePageHasTheConfigItsLinesAndTheTimes() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    let page = try bench.text("results/sphere/report.html")
    for line in Experiments.sphere.split(separator: "\n") {
      let text = line.replacingOccurrences(of: "\"", with: "&quot;")
      #expect(page.contains("</a>\(text)</span>"), "\(text)")
    }
    #expect(page.contains(">e.json:"), "a claim leads to its line")
    #expect(page.contains("data-name=\"timeline\"") && page.contains("<svg class=\"graph\""))
    let provenance = try bench.text("results/sphere/provenance.json")
    #expect(provenance.contains("\"peakBytes\"") && provenance.contains("\"computedSeconds\""))
    let manifest = try bench.text("results/sphere/manifest.json")
    #expect(!manifest.contains("peakBytes"))
  }

  @Test func whatTookTimeOnceKeepsIt() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    #expect(try program.run("run", "c/e.json", "--set", "title=Another").output.contains("0 computed"))
    let provenance = try bench.text("results/sphere/provenance.json")
    #expect(provenance.contains("\"cached\" : true") && provenance.contains("\"computedSeconds\""))
  }

  @Test func aPlanThatNoConfigHasAnyMoreIsReportedFromItsManifest() throws {
    #expect(try program.run("run", "c/e.json", "--set", "title=Another").status == 0)
    let result = try program.run("report")
    #expect(result.status == 0 && result.output.hasSuffix("index.html\n"), "\(result.errors)")
    let page = try bench.text("results/sphere/report.html")
    #expect(page.contains("modgap run --manifest results/sphere/manifest.json --only"))
    #expect(page.contains("e.json, as it was run"))
    let refused = try program.run("report", "--set", "seed=1")
    #expect(refused.status == 64 && refused.errors.contains("--set"))
  }

  @Test func aBrokenConfigOfAFolderDoesNotStopTheOthers() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    try bench.write("{", to: "c/broken.json")
    try bench.write(
      Experiments.sphere.replacingOccurrences(of: "\"name\": \"sphere\"", with: "\"name\": \"never-run\""),
      to: "c/other.json")
    try FileManager.default.removeItem(atPath: "\(bench.results)/sphere/report.html")
    let result = try program.run("report", "c", "--json")
    #expect(result.status == 65 && result.errors.contains("broken.json"), "\(result.errors)")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    #expect(json["experiments"]?.array?.map { $0["experiment"] } == [.string("sphere")])
    #expect(json["errors"]?.array?.count == 1 && json["exit_status"] == .number(65))
    #expect(try bench.text("results/sphere/report.html").contains("<html"))
  }

  @Test func tablesForLaTeXThatAreNoMoreGoAndOthersStay() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    let own = try bench.text("results/sphere/tables/claims.tex")
    try bench.write(own, to: "results/sphere/tables/old.tex")
    try bench.write("mine", to: "results/sphere/tables/mine.tex")
    #expect(try program.run("report", "c/e.json").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(bench.results)/sphere/tables")
    #expect(!names.contains("old.tex") && names.contains("mine.tex"), "\(names)")
  }

  @Test func anErrorOfTheConfigLeadsToItsLine() throws {
    #expect(try program.run("run", "c/e.json").status == 0)
    try bench.write(
      Experiments.sphere.replacingOccurrences(of: "\"equals\"", with: "\"equal\""), to: "c/e.json")
    #expect(try program.run("report", "c/e.json").status == 65)
    let page = try bench.text("results/sphere/report.html")
    #expect(page.contains("could not run") && page.contains(">e.json:"), "\(page.prefix(9000))")
    #expect(try bench.text("results/sphere/modgap.tex").contains("modgap=absence=sphere."))
  }
}
