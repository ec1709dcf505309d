import DataCatalog
import Declarations
import ExperimentConfig
import ExperimentPlan
import Foundation

extension Command {
  static let validate = Command(
    name: "validate",
    summary:
      "checks configs, and catalogues of data, and lists every error in them, with file, line and column",
    usage: "CONFIG… [--set PATH=VALUE]",
    examples: [
      ("modgap validate configs/figure3.json", "prints only that the config is valid, if it is"),
      ("modgap validate configs/*.json", "checks all of them, and fails if one has an error"),
    ],
    options: [CommonOptions.set, CommonOptions.env, CommonOptions.results]
  ) { arguments in
    guard !arguments.positional.isEmpty else {
      throw UsageError.wrongCount(found: 0, expected: "at least one config", command: "validate")
    }
    var status: Int32 = 0
    for path in arguments.positional {
      do {
        if DataCatalog.isCatalogue(path) {
          _ = try DataCatalog(reading: path)
          try Terminal.out("\(path): valid\n")
          continue
        }
        let loader = try arguments.loader(of: path)
        let (experiment, places) = try loader.loadWithPlaces(path)
        let unstated = experiment.unstatedClaims(loader.grammar, places)
        if !unstated.isEmpty { throw ConfigError(unstated) }
        for (one, other) in experiment.foldedNames {
          Terminal.err(
            "\(path): warning: \"\(one)\" and \"\(other)\" differ only in the case of letters or in how accents are "
              + "composed; on a file system that does not distinguish them, the experiment is refused")
        }
        try Terminal.out("\(path): valid\n")
      } catch let error as ConfigError {
        Terminal.errLines(error.message)
        status = error.kind.rawValue
      } catch let error as CatalogFailure {
        Terminal.errLines(error.message)
        status = error.kind.rawValue
      }
    }
    return status
  }
}
