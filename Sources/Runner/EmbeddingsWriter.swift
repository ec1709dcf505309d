import Contracts
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Files
import Foundation
import Metrics
import Storage

/// Writes each run's `embeddings.h5`: a group for each stage that makes embeddings.
struct EmbeddingsWriter {
  let plan: Plan
  let outcomes: [TaskOutcome?]
  let executor: TaskExecutor
  let ledger: OutputLedger
  let folder: ResultsFolder
  let grammar: Grammar

  /// - Throws: `FileFailure` where the folder cannot be written.
  func write(observe: RunObserver) throws {
    var homes: [Int: String] = [:]
    for run in plan.runs {
      let tasks = run.tasks.filter { isWritten($0) }
      guard !tasks.isEmpty else { continue }
      for task in tasks where homes[task] == nil { homes[task] = run.name }
      let path = "\(folder.run(run.name))/embeddings.h5"
      let methods = Methods(plan, grammar, tasks: run.tasks) { outcomes[$0]?.record }.json
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
        // A transform that its base does not bear fails where it is looked at; the rest of the results stand.
        observe(.notice("\(path) was not written: \(explain(error))"))
      }
    }
  }

  private func isWritten(_ index: Int) -> Bool {
    guard let record = outcomes[index]?.record else { return false }
    return record.kind != .tables && plan.tasks[index].keeps
  }

  private func source(of tasks: [Int], in run: Plan.Run, _ homes: [Int: String]) -> String {
    let parts = tasks.map { task in
      let home = homes[task].flatMap { $0 == run.name ? nil : $0 } ?? ""
      return "\(plan.tasks[task].stage)=\(outcomes[task]?.record?.digest.hex ?? "") \(home)"
    }
    // The first word is raised when the file's form changes, so that older files are made again.
    return Digest(of: "2\n" + parts.joined(separator: "\n") + plan.experiment.source.canonical).hex
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
    return EmbeddingsFile.Element(task.stage, try content(family, index, in: run))
  }

  private func content(
    _ family: EmbeddingFamily, _ index: Int, in run: Plan.Run
  ) throws -> EmbeddingsFile.Content {
    if family.members.count == 1, let member = family.members.first {
      return .matrices(try family.materialized(member, ThreadBudget(jobs: 1)))
    }
    guard family.members.contains(where: { !$0.transforms.isEmpty }) else { return .layers(family.bases) }
    if let origin = try origin(of: family, index, in: run) {
      return .family(.stage(plan.tasks[origin].stage), members: family.members)
    }
    return .family(.layers(family.bases), members: family.members)
  }

  /// The stage whose group holds the very embeddings that the members' transforms begin from: a shift of a shift
  /// transforms what the first one did, and its members have all transforms since. Nil where the file has no such group.
  private func origin(of family: EmbeddingFamily, _ index: Int, in run: Plan.Run) throws -> Int? {
    var origin = index
    while plan.tasks[origin].phase == .shift {
      guard let input = plan.tasks[origin].inputs.first else { return nil }
      origin = input
    }
    guard run.tasks.contains(origin), isWritten(origin),
      let own = try executor.artefact(of: origin).embeddings,
      own.members.allSatisfy({ $0.transforms.isEmpty }),
      own.members.count > 1 || own.bases.count == 1
    else { return nil }
    return own.bases == family.bases ? origin : nil
  }
}
