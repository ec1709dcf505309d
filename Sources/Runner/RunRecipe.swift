import Declarations
import ExperimentPlan
import Files
import Foundation

/// The words of a command line that say which plan and which results are meant: the config or the manifest, and
/// the `--set`, `--env` and `--results` that apply.
package struct RunRecipe: Sendable, Equatable {
  private let words: [String]

  /// - Parameter results: as the user said it; nil where the usual folder is meant.
  package init(config: String, overrides: [String] = [], variables: [String] = [], results: String? = nil) {
    words =
      [ShellWord.path(Self.shortened(config))] + overrides.flatMap { ["--set", $0] }
      + variables.flatMap { ["--env", $0] } + Self.option(results)
  }

  package init(manifest: String, results: String? = nil) {
    words = ["--manifest", ShellWord.path(manifest)] + Self.option(results)
  }

  /// `modgap run CONFIG --only g --force g`, quoted for a shell.
  package func command(_ name: String = "run", _ options: [String] = []) -> ShellCommand {
    ShellCommand(["modgap", name] + words + options)
  }

  package func command(_ options: [String]) -> ShellCommand { command("run", options) }

  private static func option(_ results: String?) -> [String] { results.map { ["--results", $0] } ?? [] }

  /// Relative to the current folder where the config lies below it.
  private static func shortened(_ path: String) -> String {
    let here = Paths.current + "/"
    return path.hasBytes(first: here) ? path.droppingBytes(here.utf8.count) : path
  }
}

extension RunOptions {
  /// What the user said, or what follows from the plan.
  package func recipe(for plan: Plan) -> RunRecipe { recipe ?? RunRecipe(config: plan.experiment.path) }
}
