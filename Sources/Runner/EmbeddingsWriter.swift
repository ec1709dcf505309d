import Contracts
import Digests
import ExperimentPlan
import Foundation
import Kernels
import Metrics
import Storage

/// Writes each run's `embeddings.h5`: a group for each stage that makes embeddings.
struct EmbeddingsWriter {
  let plan: Plan
  let outcomes: [TaskOutcome?]
  let executor: TaskExecutor
  let ledger: OutputLedger
  let folder: ResultsFolder

  /// - Throws: `FileFailure` where the folder cannot be written.
  func write(observe: RunObserver) throws {
    var madeFrom: [String: String] = [:]
    let config = plan.experiment.source
    for run in plan.runs {
      let tasks = run.tasks.filter { isWritten($0) }
      guard !tasks.isEmpty else { continue }
      let path = "\(folder.run(run.name))/embeddings.h5"
      let source = source(of: tasks, config)
      if ledger.keep([path], from: source) {
        madeFrom[source] = path
        continue
      }
      if let twin = madeFrom[source], link(twin, to: path) {
        ledger.record([path], from: source)
        continue
      }
      do {
        try ledger.write(path, from: source) {
          try EmbeddingsFile.make(try tasks.map { try element(of: $0) }, config: config)
        }
        madeFrom[source] = path
      } catch let failure as FileFailure {
        throw failure
      } catch {
        // A move that its base does not bear fails where it is looked at; the rest of the results stand.
        observe(.notice("\(path) was not written: \(explain(error))"))
      }
    }
  }

  private func isWritten(_ index: Int) -> Bool {
    let task = plan.tasks[index]
    return task.phase != .evaluate && task.keeps && outcomes[index]?.record != nil
  }

  private func source(of tasks: [Int], _ config: JSONValue) -> String {
    let parts = tasks.map { "\(plan.tasks[$0].stage)=\(outcomes[$0]?.record?.digest.hex ?? "")" }
    return Digest(of: parts.joined(separator: "\n") + config.canonical).hex
  }

  /// Runs that share all their embeddings share the file.
  private func link(_ from: String, to path: String) -> Bool {
    let target = ledger.absolute(path)
    try? FileManager.default.removeItem(atPath: target)
    let parent = (target as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    return (try? FileManager.default.linkItem(atPath: ledger.absolute(from), toPath: target)) != nil
  }

  private func element(of index: Int) throws -> EmbeddingsFile.Element {
    let task = plan.tasks[index]
    guard case .embeddings(let family) = try executor.artefact(of: index) else {
      return EmbeddingsFile.Element(task.stage, .layers([]))
    }
    return EmbeddingsFile.Element(task.stage, try content(family, task))
  }

  private func content(_ family: EmbeddingFamily, _ task: PlannedTask) throws -> EmbeddingsFile.Content {
    if family.members.count == 1, let member = family.members.first {
      return .matrices(try family.materialized(member, ThreadBudget(jobs: 1)))
    }
    let isMoved = family.members.contains { !$0.moves.isEmpty }
    guard isMoved, let base = task.inputs.first else { return .layers(family.bases) }
    return .family(base: plan.tasks[base].stage, members: family.members)
  }
}
