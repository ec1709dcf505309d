import Declarations
import ExperimentPlan
import Foundation
import Stages
import Storage

/// Writes each run's trained models as `.safetensors`, with a description beside each: `config.json` where the run
/// has one file of weights, else `NAME.config.json`. Runs that share a model share its files on disk.
struct ModelWriter {
  let plan: Plan
  let outcomes: [TaskOutcome?]
  let executor: TaskExecutor
  let ledger: OutputLedger
  let folder: ResultsFolder

  /// - Throws: `FileFailure` where the folder cannot be written.
  func write(observe: RunObserver) throws {
    var homes: [Int: [String]] = [:]
    for run in plan.runs {
      let stems = run.tasks.map { self.stems(of: $0, in: run) }
      let isAlone = stems.reduce(0) { $0 + $1.count } == 1
      for (task, stems) in zip(run.tasks, stems) where !stems.isEmpty {
        guard let record = outcomes[task]?.record else { continue }
        let paths = stems.flatMap { stem in
          ["\(stem).safetensors", isAlone ? "\(folder.run(run.name))/config.json" : "\(stem).config.json"]
        }
        do {
          // The number is raised when files of the same model come to hold something else.
          try write(task, to: paths, from: "2 \(record.digest.hex)", sharing: homes[task])
          if homes[task] == nil { homes[task] = paths }
        } catch let failure as FileFailure {
          throw failure
        } catch {
          observe(.notice("\(paths[0]) was not written: \(explain(error))"))
        }
      }
    }
  }

  /// The paths of the files of weights that a task gives, without their ending.
  private func stems(of task: Int, in run: Plan.Run) -> [String] {
    guard plan.tasks[task].phase == .train, plan.tasks[task].keeps, let maker = executor.maker(of: task)
    else {
      return []
    }
    let origin = plan.tasks[maker]
    let (kind, parameters) = (origin.kind, origin.parameters)
    return ModelExport.suffixes(kind: kind, parameters: parameters, in: executor.catalog).map {
      "\(folder.run(run.name))/\(plan.tasks[task].stage)\($0)"
    }
  }

  private func write(_ task: Int, to paths: [String], from source: String, sharing home: [String]?) throws {
    if ledger.keep(paths, from: source) { return }
    if let home, try zip(home, paths).allSatisfy({ try ledger.link($0, $1, from: source) }) {
      return
    }
    guard case .model(let model) = try executor.artefact(of: task) else { return }
    let contents = try ModelExport.files(of: model, in: executor.catalog).flatMap {
      [$0.weights, $0.description]
    }
    for (path, bytes) in zip(paths, contents) {
      try ledger.write(path, from: source) { bytes }
    }
  }
}
