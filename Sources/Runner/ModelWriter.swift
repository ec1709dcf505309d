import Contracts
import ExperimentPlan
import Foundation
import Stages
import Storage

/// Writes each run's trained models as `.safetensors`. Runs that share a model share its file on disk.
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
      for task in run.tasks where plan.tasks[task].phase == .train && plan.tasks[task].keeps {
        guard let record = outcomes[task]?.record, let maker = executor.maker(of: task) else { continue }
        let origin = plan.tasks[maker]
        let paths = ModelExport.suffixes(kind: origin.kind, parameters: origin.parameters).map {
          "\(folder.run(run.name))/\(plan.tasks[task].stage)\($0).safetensors"
        }
        do {
          try write(task, to: paths, from: record.digest.hex, sharing: homes[task])
          if homes[task] == nil { homes[task] = paths }
        } catch let failure as FileFailure {
          throw failure
        } catch {
          observe(.notice("\(paths[0]) was not written: \(explain(error))"))
        }
      }
    }
  }

  private func write(_ task: Int, to paths: [String], from source: String, sharing home: [String]?) throws {
    if ledger.keep(paths, from: source) { return }
    if let home, zip(home, paths).allSatisfy({ link($0, $1) }) {
      ledger.record(paths, from: source)
      return
    }
    guard case .model(let model) = try executor.artefact(of: task) else { return }
    for (path, bytes) in zip(paths, ModelExport.files(of: model)) {
      try ledger.write(path, from: source) { bytes }
    }
  }

  /// Whether the path is now another name of the file; not every file system has such.
  private func link(_ file: String, _ path: String) -> Bool {
    let path = ledger.absolute(path)
    try? FileManager.default.createDirectory(
      atPath: PathBytes.folder(of: path), withIntermediateDirectories: true)
    unlink(path)
    return Foundation.link(ledger.absolute(file), path) == 0
  }
}
