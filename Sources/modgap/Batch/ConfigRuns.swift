import Declarations
import ExperimentConfig
import ExperimentPlan
import Foundation
import Runner

extension Arguments {
  /// The configs of a call with their plans. What is wrong with one is told at once, and stands in its place.
  ///
  /// - Parameter tells: whether the reports of an earlier run say from now on that the experiment cannot run.
  /// - Throws: `UsageError` where no config is named, or none has a stage that is asked for; with one config, what is
  ///   wrong with it.
  func configRuns(_ options: RunOptions, tells: Bool = true) throws -> [ConfigRun] {
    try configRuns(configs(), options, isSeveral: namesSeveral, tells: tells)
  }

  func configRuns(_ configs: [String], _ options: RunOptions, isSeveral: Bool, tells: Bool = true) throws
    -> [ConfigRun]
  {
    let runs = configs.map { config in
      ConfigRun(
        config: config, recipe: recipe(config),
        ready: Result { try ready(config, options, tells: tells) })
    }
    guard isSeveral else {
      _ = try runs.first?.ready.get()
      return try selected(runs)
    }
    for run in runs { if let failure = run.failure { tellBroken(run, failure) } }
    return try selected(runs)
  }

  func ready(_ config: String, _ options: RunOptions, tells: Bool) throws -> ConfigRun.Ready {
    let loaded = try tells ? loadOrTell(named: config, toRun: true) : load(named: config, toRun: true)
    var options = options
    options.recipe = recipe(loaded.config)
    let data = loaded.plan.tasks.flatMap { $0.files.map(\.path) }
    return ConfigRun.Ready(
      plan: loaded.plan, digests: loaded.digests, options: options, files: loaded.places.files + data,
      places: loaded.places)
  }

  func tellBroken(_ run: ConfigRun, _ failure: any Error) {
    let head = Terminal.styled("\(run.config) cannot run: ", .red, onError: true)
    if failure is ConfigError, let failure = failure as? any Failure {
      Terminal.errLines(head + "\n" + failure.message)
    } else {
      Terminal.err(head + explain(failure))
    }
  }

  /// Each with the stages of it that are asked for; those that have none are left out.
  func selected(_ runs: [ConfigRun]) throws -> [ConfigRun] {
    guard runs.count > 1 else { return runs }
    let asked = Set((all("--only") + all("--force")).map(ExactString.init))
    let plans = runs.compactMap { try? $0.ready.get().plan }
    let known = Set(plans.flatMap { $0.experiment.stages.map { ExactString($0.id) } })
    if let id = asked.subtracting(known).sorted().first, !plans.isEmpty {
      throw RunFailure.unknownStageID(id.text, known: known.sorted().map(\.text))
    }
    return runs.compactMap { run in
      guard case .success(let ready) = run.ready else { return run }
      let ids = Set(ready.plan.experiment.stages.map(\.id))
      var options = ready.options
      options.only.formIntersection(ids)
      options.forced.formIntersection(ids)
      guard options.only.isEmpty == all("--only").isEmpty else { return nil }
      return run.with(ready, options)
    }
  }
}

extension ConfigRun {
  func with(_ ready: Ready, _ options: RunOptions) -> ConfigRun {
    ConfigRun(
      config: config, recipe: recipe,
      ready: .success(
        Ready(
          plan: ready.plan, digests: ready.digests, options: options, files: ready.files, places: ready.places
        )))
  }

  /// Only what failed when it last ran; nil where nothing did.
  func onlyFailed(in root: String) -> ConfigRun? {
    guard case .success(let ready) = ready else { return self }
    let folder = ResultsFolder(root: root, experiment: ready.plan.experiment.name)
    var options = ready.options
    switch FailedTasks.selection(for: ready.plan, in: folder) {
    case .nothing: return nil
    case .all: return self
    case .tasks(let ids): options.tasks = ids
    }
    return with(ready, options)
  }
}
