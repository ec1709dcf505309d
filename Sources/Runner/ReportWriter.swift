import Claims
import Contracts
import ExperimentPlan
import Figures
import Foundation
import Storage

/// Writes the verdicts and the reports that show them.
package struct ReportWriter {
  let plan: Plan
  let folder: ResultsFolder
  let ledger: OutputLedger
  let methods: Methods

  func write(_ verdicts: [Verdict], figures: [Report.Figure]) throws {
    let report = Self.report(
      of: plan, verdicts, figures: figures, folder: folder, methods: methods.sections)
    try put("report.html", htmlReport(report))
    try put("report.md", markdownReport(report))
    try put("junit.xml", junitReport(report))
    let table = verdictTable(verdicts, command: report.command)
    try put("verdicts.csv", String(decoding: CSV.encode(table), as: UTF8.self))
  }

  private func put(_ name: String, _ text: String) throws {
    try OutputFolder(folder.path).write(text, to: name)
  }

  package static func report(
    of plan: Plan, _ verdicts: [Verdict], figures: [Report.Figure], folder: ResultsFolder,
    methods: [Report.Method] = []
  ) -> Report {
    Report(
      name: plan.experiment.name, title: plan.experiment.title, figures: figures, verdicts: verdicts,
      tables: plan.tableNames, notes: Set(plan.tasks.compactMap(\.notRun)).sorted(), methods: methods,
      command: command(plan))
  }

  /// The command that computes a claim's number again.
  package static func command(_ plan: Plan) -> @Sendable (Verdict) -> String {
    let config = shortened(plan.experiment.path)
    return { verdict in
      let stage = verdict.table.split(separator: ".").first.map(String.init) ?? verdict.table
      return "modgap run \(config) --only \(stage) --force \(stage)"
    }
  }

  /// Relative to the current folder where the config lies below it.
  private static func shortened(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}

extension Plan {
  /// Stages whose output is a table, in order.
  package var tableNames: [String] {
    experiment.stages.filter { $0.phase == .evaluate }.map(\.id)
  }
}
