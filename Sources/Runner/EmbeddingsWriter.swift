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
    var homes: [Int: String] = [:]
    for run in plan.runs {
      let tasks = run.tasks.filter { isWritten($0) }
      guard !tasks.isEmpty else { continue }
      for task in tasks where homes[task] == nil { homes[task] = run.name }
      let path = "\(folder.run(run.name))/embeddings.h5"
      let methods = Methods(plan, tasks: run.tasks) { outcomes[$0]?.record }.json
      do {
        let source = Digest(of: source(of: tasks, in: run, homes) + methods.canonical).hex
        try ledger.write(path, from: source) {
          try EmbeddingsFile.make(
            try tasks.map { try element(of: $0, in: run, homes) }, config: plan.experiment.source,
            methods: methods)
        }
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

  private func source(of tasks: [Int], in run: Plan.Run, _ homes: [Int: String]) -> String {
    let parts = tasks.map { task in
      let home = homes[task].flatMap { $0 == run.name ? nil : $0 } ?? ""
      return "\(plan.tasks[task].stage)=\(outcomes[task]?.record?.digest.hex ?? "") \(home)"
    }
    return Digest(of: parts.joined(separator: "\n") + plan.experiment.source.canonical).hex
  }

  /// Embeddings that several runs share stand in the first of them; the others lead there.
  private func element(of index: Int, in run: Plan.Run, _ homes: [Int: String]) throws
    -> EmbeddingsFile.Element
  {
    let task = plan.tasks[index]
    if let home = homes[index], home != run.name {
      return EmbeddingsFile.Element(task.stage, .elsewhere(file: "../\(home)/embeddings.h5"))
    }
    guard let family = try executor.artefact(of: index).embeddings else {
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
