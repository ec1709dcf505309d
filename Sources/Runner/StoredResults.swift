import Claims
import Contracts
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Stages
import Storage

/// What an experiment's results hold as they are, without running anything: for `verify` and `report`.
package struct StoredResults {
  package let plan: Plan
  package let status: PlanStatus
  package let folder: ResultsFolder
  private let tables: ResultTables
  private let recipe: RunRecipe
  private let grammar: Grammar

  /// - Throws: `RunFailure.noResults` where the experiment never ran here.
  package init(
    _ plan: Plan, resultsRoot: String, recipe: RunRecipe, catalog: StageCatalog = stageCatalog,
    grammar: Grammar = .program
  ) throws {
    self.grammar = grammar
    let folder = ResultsFolder(root: resultsRoot, experiment: plan.experiment.name)
    guard try folder.files.isFile(ResultsFolder.manifestFile) else {
      throw RunFailure.noResults(folder: folder.path, command: recipe.command())
    }
    let store = try ArtefactStore(results: resultsRoot, transforms: catalog.transforms)
    self.plan = plan
    self.folder = folder
    self.recipe = recipe
    status = try PlanStatus(plan, resultsRoot: resultsRoot, catalog: catalog)
    tables = ResultTables(plan: plan, outcomes: status.outcomes) { try store.loadTables($0) }
  }

  package func verdicts() -> [Verdict] { ResultsWriter.verdicts(of: plan, tables) }

  /// Writes the reports anew from what is stored.
  ///
  /// - Throws: `RunFailure.resultsOfAnotherPlan` where tables and figures beside them would be of another one;
  ///   `RunFailure.resultsAreTaken`.
  package func writeReports(timeout: Double, notice: (String) -> Void) throws -> [Verdict] {
    let lease = try ResultsLease.take(folder, for: plan, timeout: timeout, notice: notice)
    return try lease.writing(notice: notice) {
      let isHalf = Renewal.isUnfinished(in: folder)
      let manifest = isHalf ? nil : try Manifest.read(in: folder)
      guard let manifest, manifest.plan.isExactly(plan) else {
        throw RunFailure.resultsOfAnotherPlan(
          folder: folder.path, isHalf: isHalf, command: recipe.command())
      }
      return try writeOwnReports(machine: manifest.machine)
    }
  }

  private func writeOwnReports(machine: Machine) throws -> [Verdict] {
    let verdicts = verdicts()
    let found = tables.drawable
    let figures = try plan.experiment.figures.map { spec in
      Report.Figure(
        name: spec.name, title: spec.parameters["title"]?.string,
        isDrawn: try folder.files.isFile(try InnerPath("figures/\(spec.name).svg")),
        notes: try missingParts(of: spec, tables: found, axes: tables.axes))
    }
    var writer = writer
    (writer.tables, writer.machine) = (tables, machine)
    try writer.write(verdicts, figures: figures)
    return verdicts
  }

  package func report(_ verdicts: [Verdict]) -> Report {
    writer.report(verdicts, figures: [])
  }

  private var writer: ReportWriter {
    var writer = ReportWriter(plan: plan, folder: folder, recipe: recipe)
    let keys = Set(status.outcomes.compactMap { $0?.record?.key })
    writer.warnings = (Provenance.read(folder)?.irreproducible ?? [])
      .filter { keys.contains($0.key) }.map(\.message)
    let outcomes = status.outcomes
    writer.methods = Methods(plan, grammar, tasks: plan.tasks.indices) { outcomes[$0]?.record }.sections
    return writer
  }
}
