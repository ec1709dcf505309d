import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Foundation
import Runner

/// The configs of one call, executed as one plan.
struct ConfigBatch {
  let runs: [ConfigRun]
  let root: String
  let jobs: Int
  /// More than one config is meant: tasks are told with their experiment, and one that cannot run does not end it all.
  let isSeveral: Bool

  /// - Throws: of one config, why its results folder could not be used.
  func run(_ cancellation: Cancellation) throws -> [ConfigEnding] {
    let ready = runs.indices.compactMap { index in (try? runs[index].ready.get()).map { (index, $0) } }
    let labels = ready.map { isSeveral ? "\($0.1.plan.experiment.name): " : "" }
    let progress = ProgressReporter(
      plans: zip(labels, ready).map { ($0, $1.1.plan) }, resultsRoot: root, jobs: jobs)
    let engines = zip(labels, ready).map { label, entry in
      Engine(
        plan: entry.1.plan, resultsRoot: root, options: entry.1.options, digests: entry.1.digests,
        cancellation: cancellation, fileSystem: .disk(catalogueNear: entry.1.plan.experiment.path),
        observe: progress.observer(label))
    }
    let results = Batch(engines).run()
    progress.finish()
    var endings = runs.map { run in
      ConfigEnding(run: run, folder: nil, summary: .failure(run.failure ?? Cancelled()))
    }
    for ((entry, engine), result) in zip(zip(ready, engines), results) {
      if case .failure(let error) = result { try tell(error, engine) }
      endings[entry.0] = ConfigEnding(run: runs[entry.0], folder: engine.folder, summary: result)
    }
    return endings
  }

  /// Who only waited has nothing to say of results that another run has just written.
  private func tell(_ error: any Error, _ engine: Engine) throws {
    if let failure = error as? any Failure, ![.usage, .leaseTimeout].contains(failure.kind),
      engine.options.task == nil, !isOfOtherConfig(failure)
    {
      let told = CannotRun(failure, recipe: engine.options.recipe(for: engine.plan)).tell(in: engine.folder)
      for line in told { Terminal.err(line) }
    }
    guard isSeveral, !(error is Cancelled) else { throw error }
    Terminal.err(
      Terminal.styled("\(engine.plan.experiment.name) cannot run: ", .red, onError: true) + explain(error))
  }

  /// The folder is that of another config of the batch.
  private func isOfOtherConfig(_ failure: any Failure) -> Bool {
    if case RunFailure.sameName? = failure as? RunFailure { true } else { false }
  }
}
