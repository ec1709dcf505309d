import Claims
import Declarations
import ExperimentPlan
import Figures
import Files
import Foundation
import Stages
import Storage

/// Writes the verdicts and the reports that show them.
package struct ReportWriter {
  let plan: Plan
  let folder: ResultsFolder
  let recipe: RunRecipe
  /// What a reader of the numbers must know.
  var warnings: [String] = []
  /// What each stage was run with.
  var methods: [Report.Method] = []

  /// The tables for the page; nil where there are none to show.
  var tables: ResultTables?
  /// What the numbers were computed with.
  var machine: Machine?
  /// Whether the page shows newer results by itself, as long as somebody writes their versions.
  var isWatched = false
  /// Whether the page shows the config's file even where the plan is of another text.
  var showsFile = false

  /// What it writes, beside tables for LaTeX.
  static let files = [
    "report.html", "report.md", "report.json", "junit.xml", "verdicts.csv", "modgap.tex",
  ]

  /// - Parameter whole: called when all but the page is written: a folder with a page is of one plan, whenever its run is
  ///   killed.
  func write(_ verdicts: [Verdict], figures: [Report.Figure], whole: () throws -> Void = {}) throws {
    var report = report(verdicts, figures: figures)
    report.isWatched = isWatched
    report.page = try PageContents(
      plan: plan, folder: folder, recipe: recipe, tables: tables, machine: machine, showsFile: showsFile
    ).page(figures)
    let page = htmlReport(report)
    try writeLaTeX(report)
    try put("report.md", markdownReport(report))
    try put("report.json", reportJSON(report).pretty)
    try put("junit.xml", junitReport(report))
    let table = verdictTable(verdicts, command: report.command)
    try put("verdicts.csv", String(decoding: CSV.encode(table), as: UTF8.self))
    try whole()
    try put("report.html", page)
    try writeVersion()
    // The index can be written again at any time; a run that has its results does not fail by it.
    try? ReportIndex(root: folder.root).write()
  }

  /// After the page, for it must be there when an open one looks for it.
  private func writeVersion() throws {
    if isWatched { return try put(watchedFile, watchedVersion(UUID().uuidString)) }
    try folder.files.removeFile(InnerPath(component: watchedFile))
  }

  private func put(_ name: String, _ text: String) throws {
    try OutputFolder(try folder.files).write(text, to: name)
  }

  private func writeLaTeX(_ report: Report) throws {
    try put("modgap.tex", latexMacros([(report.name, report.verdicts.map { QuotedClaim($0) })]))
    var written: Set<String> = []
    for table in report.page.tables {
      guard let text = latexTable(table) else { continue }
      try put("tables/\(table.name).tex", text)
      written.insert("\(table.name).tex")
    }
    // A stage may be called `claims`; its table is the one that is asked for by this name.
    if !report.verdicts.isEmpty, !written.contains("claims.tex") {
      try put("tables/claims.tex", latexClaims(report.verdicts))
      written.insert("claims.tex")
    }
    try removeLaTeX(except: written)
  }

  /// Tables for LaTeX of an earlier run, known by their first line; any other file stays.
  private func removeLaTeX(except written: Set<String>) throws {
    let folder = try folder.files.folder(InnerPath(fixed: "tables"))
    let names = (try? folder.names()) ?? []
    for name in names where name.hasBytes(last: ".tex") && !written.contains(name) {
      let file = try InnerPath(component: name)
      guard folder.isFile(file), let bytes = try folder.readIfPresent(file),
        bytes.starts(with: latexMark.utf8)
      else { continue }
      try folder.removeFile(file)
    }
  }

  package func report(_ verdicts: [Verdict], figures: [Report.Figure]) -> Report {
    let notes = Set(plan.tasks.compactMap(\.notRun).map(ExactString.init)).sorted().map(\.text)
    return Report(
      name: plan.experiment.name, title: plan.experiment.title, figures: figures, verdicts: verdicts,
      tables: plan.tableNames, notes: warnings + notes, methods: methods, command: Self.command(recipe))
  }

  /// The command that computes a claim's number again.
  package static func command(_ recipe: RunRecipe) -> @Sendable (Verdict) -> ShellCommand {
    { command(recipe, table: $0.table) }
  }

  /// The command that computes a table's numbers again: the stage that they are of.
  static func command(_ recipe: RunRecipe, table: String) -> ShellCommand {
    let stage = TableName(table).stage
    return recipe.command(["--only", stage, "--force", stage])
  }
}

extension Plan {
  /// Stages whose output is a table, in order.
  package var tableNames: [String] {
    experiment.stages.filter { stageCatalog.variant($0.phase, $0.kind)?.signature.output == .tables }.map(
      \.id)
  }
}
