import Claims
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Regression
import Runner

/// Runs configs for the night, in any results folder, and takes their numbers.
struct NightRun {
  let arguments: Arguments
  let jobs: Int
  let cancellation: Cancellation

  /// What a run of some configs gave.
  struct Outcome {
    let endings: [ConfigEnding]
    /// Of the experiments that could run.
    let numbers: [NightNumbers]
  }

  /// - Parameters:
  ///   - root: the results folder.
  ///   - change: what is done otherwise than by default.
  /// - Throws: `Cancelled`; `RegressionFailure` where numbers cannot be taken.
  func run(
    _ runs: [ConfigRun], root: String, draws: Bool = true,
    change: (ConfigRun, inout RunOptions) -> Void = { _, _ in }
  ) throws -> Outcome {
    let changed = runs.map { run -> ConfigRun in
      guard case .success(let ready) = run.ready else { return run }
      var options = ready.options
      options.jobs = jobs
      options.drawsFigures = draws
      change(run, &options)
      return run.with(ready, options)
    }
    let endings = try ConfigBatch(runs: changed, root: root, jobs: jobs, isSeveral: true).run(cancellation)
    try cancellation.check()
    let numbers = try endings.compactMap { ending -> NightNumbers? in
      guard case .success(let summary) = ending.summary else { return nil }
      return try NightNumbers(
        summary, root: root, config: PathBytes.folder(of: ending.run.config), jobs: jobs)
    }
    return Outcome(endings: endings, numbers: numbers)
  }

  /// A config as the call means it; or with this in it, in which the call's values are replaced already.
  func config(_ path: String, source: JSONValue?) -> ConfigRun {
    config(path, source == nil ? arguments.all("--set") : [], source: source)
  }

  /// A config with values replaced, or what is wrong with it.
  func config(_ path: String, _ overrides: [String] = [], source: JSONValue? = nil) -> ConfigRun {
    let recipe = RunRecipe(config: path, overrides: overrides)
    return ConfigRun(
      config: path, recipe: recipe,
      ready: Result {
        let loaded = try arguments.load(named: path, overrides: overrides, source: source, toRun: true)
        var options = RunOptions(jobs: jobs)
        options.recipe = recipe
        return ConfigRun.Ready(
          plan: loaded.plan, digests: loaded.digests, options: options, files: [], places: loaded.places)
      })
  }

  /// Tables of a run, by name.
  static func tables(_ root: String, _ experiment: String) throws -> [String: Table] {
    let folder = "\(root)/\(experiment)/tables"
    let names = try OutputFolder.names(in: folder).filter { $0.hasBytes(last: ".csv") }
    return Dictionary(
      uniqueKeysWithValues: try names.map { (String($0.dropLast(4)), try CSV.read("\(folder)/\($0)")) })
  }
}
