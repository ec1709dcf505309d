import DataCatalog
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Files

/// What is missing inside of folders that are there: a batch of CIFAR, a picture that a list names.
enum MissingItems {
  private final class Found: Sendable {
    let commands = Mutex<[CatalogueCommand]>([])
    func add(_ command: CatalogueCommand) { commands.withLock { $0.append(command) } }
  }

  /// The commands that get it. A plan asks for all files; here whether they are there, and not for their content.
  ///
  /// - Throws: a `Failure` where a file that the catalogue does not have is missing.
  static func commands(for experiment: Experiment, near config: String) throws -> [CatalogueCommand] {
    let found = Found()
    var files = FileSystem.disk(catalogueNear: config)
    let (catalogued, listing) = (files.catalogued, files.listing)
    files.listing = { kind, values in
      do {
        return try listing(kind, values)
      } catch {
        // What else is wrong, such as a count beyond what there is, is for the run to tell.
        guard let failure = error as? any AbsenceFailure, let path = failure.absent else { return [] }
        guard let command = catalogued(path) else { throw failure }
        found.add(command)
        return []
      }
    }
    files.completion = { $1 }
    files.digest = { path in
      if !Paths.exists(path), let command = catalogued(path) { found.add(command) }
      return ""
    }
    var planner = Planner(experiment, grammar: CommonOptions.grammar, files: files)
    _ = try planner.plan()
    return found.commands.withLock { $0 }
  }
}
