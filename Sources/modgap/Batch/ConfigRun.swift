import Claims
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Foundation
import Runner

/// A config of a call, with its plan or with what is wrong with it.
struct ConfigRun: Sendable {
  init(config: String, recipe: RunRecipe, ready: Result<Ready, any Error>) {
    (self.config, self.recipe, self.ready) = (config, recipe, ready)
    name = (try? ready.get())?.plan.experiment.name ?? CannotRun.name(in: config) ?? config
  }

  /// What there is to run.
  struct Ready: Sendable {
    let plan: Plan
    let digests: FileDigests
    let options: RunOptions
    /// What is looked at for changes: the config, those that it extends, and its data.
    let files: [String]
    /// Where the config's parts stand; nil of a frozen plan.
    var places: SourceMap?
  }

  let config: String
  let recipe: RunRecipe
  let ready: Result<Ready, any Error>

  /// The experiment's name, or the config where it has none that can be read.
  let name: String

  var failure: (any Error)? {
    if case .failure(let error) = ready { error } else { nil }
  }
}

/// How a config's run ended.
struct ConfigEnding {
  let run: ConfigRun
  let folder: ResultsFolder?
  let summary: Result<RunSummary, any Error>

  var error: (any Error)? { if case .failure(let error) = summary { error } else { nil } }

  /// Of an experiment that could not run, or that failed without a claim that says so, one that does.
  var verdicts: [Verdict] {
    switch summary {
    case .success(let summary):
      let isTold = summary.verdicts.contains(where: \.isFailure)
      return summary.verdicts
        + (isTold ? [] : summary.errors.prefix(1).map { cannotRun(name, because: Unable($0)) })
    case .failure(let error): return [cannotRun(name, because: Unable(error))]
    }
  }

  /// Of two configs with one name, the one that did not run is told by its path.
  private var name: String {
    if case RunFailure.sameName? = error as? RunFailure { run.config } else { run.name }
  }

  var judged: JudgedExperiment {
    JudgedExperiment(name: name, verdicts: verdicts, command: command)
  }

  var command: @Sendable (Verdict) -> ShellCommand {
    let recipe = run.recipe
    let again = ReportWriter.command(recipe)
    return { $0.table.isEmpty ? recipe.command() : again($0) }
  }

  var report: Report { Report(name: name, verdicts: verdicts, command: command) }
}

/// Any error as one of the program's own.
private struct Unable: Failure {
  let message: String
  let kind: FailureKind

  init(_ error: any Error) {
    message =
      (error as? ConfigError).map { PlainText.escaped($0.message, keepsLines: true) } ?? explain(error)
    kind = (error as? any Failure)?.kind ?? .stage
  }
}
