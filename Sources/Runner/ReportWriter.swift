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

  /// What it writes.
  static let files = ["report.html", "report.md", "junit.xml", "verdicts.csv"]

  func write(_ verdicts: [Verdict], figures: [Report.Figure]) throws {
    let report = report(verdicts, figures: figures)
    try put("report.html", htmlReport(report))
    try put("report.md", markdownReport(report))
    try put("junit.xml", junitReport(report))
    let table = verdictTable(verdicts, command: report.command)
    try put("verdicts.csv", String(decoding: CSV.encode(table), as: UTF8.self))
  }

  private func put(_ name: String, _ text: String) throws {
    try OutputFolder(try folder.files).write(text, to: name)
  }

  package func report(_ verdicts: [Verdict], figures: [Report.Figure]) -> Report {
    let notes = Set(plan.tasks.compactMap(\.notRun).map(ExactString.init)).sorted().map(\.text)
    return Report(
      name: plan.experiment.name, title: plan.experiment.title, figures: figures, verdicts: verdicts,
      tables: plan.tableNames, notes: warnings + notes, methods: methods, command: Self.command(recipe))
  }

  /// The command that computes a claim's number again.
  package static func command(_ recipe: RunRecipe) -> @Sendable (Verdict) -> ShellCommand {
    { verdict in
      let stage = verdict.table.split(separator: ".").first.map(String.init) ?? verdict.table
      return recipe.command(["--only", stage, "--force", stage])
    }
  }
}

extension Plan {
  /// Stages whose output is a table, in order.
  package var tableNames: [String] {
    experiment.stages.filter { stageCatalog.variant($0.phase, $0.kind)?.signature.output == .tables }.map(
      \.id)
  }
}
