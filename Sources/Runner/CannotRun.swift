import Claims
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Storage

/// Says in the reports of an earlier run that the experiment cannot run any more: else they would go on showing
/// that its claims hold.
package struct CannotRun {
  private let failure: any Failure
  private let recipe: RunRecipe

  package init(_ failure: any Failure, recipe: RunRecipe) {
    self.failure = failure
    self.recipe = recipe
  }

  /// For a config that cannot be read as one: its results are those of its name, or, where it does not say that
  /// any more, those that were made from this file.
  /// - Returns: a sentence for each folder whose reports were changed.
  package func tell(config: String, overrides: [String], in root: String) -> [String] {
    let path = URL(fileURLWithPath: config).standardizedFileURL.path
    let names = (try? OutputFolder.names(in: root)) ?? []
    let name = Self.name(in: config, overrides)
    return names.filter { !$0.hasBytes(first: ".") && (name == nil || name == $0) }.flatMap {
      folder -> [String] in
      let folder = ResultsFolder(root: root, experiment: folder)
      guard let manifest = try? Manifest.read(in: folder),
        manifest.plan.experiment.path.isExactly(path)
      else { return [] }
      return tell(in: folder, manifest.plan)
    }
  }

  /// For a run that ended in the middle.
  package func tell(in folder: ResultsFolder) -> [String] {
    guard let manifest = try? Manifest.read(in: folder) else { return [] }
    return tell(in: folder, manifest.plan)
  }

  private func tell(in folder: ResultsFolder, _ plan: Plan) -> [String] {
    let claims = plan.experiment.claims.map { cannotRun($0, because: failure) }
    let verdicts = claims.isEmpty ? [cannotRun(plan.experiment.name, because: failure)] : claims
    var writer = ReportWriter(plan: plan, folder: folder, recipe: recipe)
    writer.warnings = ["the experiment could not run: \(failure.message)"]
    // The lines that the message names are those of the file, not of the plan before.
    writer.showsFile = true
    do {
      let lease = try ResultsLease.take(folder, for: plan, timeout: 0)
      return try lease.writing {
        // A folder that is half renewed has no report.
        if let warning = folder.warning { return [warning] }
        try writer.write(verdicts, figures: [])
        try FailedTasks(cannotRun: failure.message).write(to: folder)
        return ["\(folder.path): the reports of the previous run now say that the experiment cannot run"]
      }
    } catch RunFailure.resultsAreTaken(_, let holder, _) {
      return [Self.left(folder, to: holder)]
    } catch StorageFailure.leaseTimeout(_, let holder, _) {
      return [Self.left(folder, to: holder)]
    } catch {
      // A full disk takes no text, but gives up files.
      for name in ReportWriter.files {
        if let name = try? InnerPath(component: name), let files = try? folder.files, files.isFile(name) {
          try? files.removeFile(name)
        }
      }
      return ["\(folder.path): the reports of the previous run were removed (\(explain(error)))"]
    }
  }

  private static func left(_ folder: ResultsFolder, to holder: String) -> String {
    "\(folder.path): the reports are not changed, because \(holder) is writing them"
  }

  /// What the config calls the experiment, as far as it can be read.
  package static func name(in config: String, _ overrides: [String] = []) -> String? {
    if let name = overrides.last(where: { $0.hasBytes(first: "name=") }) { return name.droppingBytes(5) }
    // A pipe is at its end, or nothing will ever come of it.
    return RegularFile.read(config, most: 8 << 20).flatMap {
      try? JSONReader.value($0.starts(with: TextFile.byteOrderMark) ? Array($0.dropFirst(3)) : $0)
    }?["name"]?.string
  }
}
