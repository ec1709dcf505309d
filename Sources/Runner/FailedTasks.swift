import Declarations
import ExperimentPlan
import Files
import Foundation

/// What of an experiment failed when it last ran, for `run --failed`: beside the results, as nothing of it is one.
package struct FailedTasks: Codable, Sendable, Equatable {
  /// Why the experiment could not begin; nil where it could.
  package let cannotRun: String?
  /// Tasks that failed, and those that were blocked by them.
  package let tasks: [String]

  static let file = InnerPath(fixed: ".state/failed.json")

  private enum CodingKeys: String, CodingKey {
    case cannotRun = "cannot_run"
    case tasks
  }

  init(cannotRun: String) { (self.cannotRun, tasks) = (cannotRun, []) }

  /// - Parameter earlier: of the run before: what this one did not come to has still failed.
  init(_ plan: Plan, _ outcomes: [TaskOutcome?], earlier: FailedTasks?) {
    cannotRun = nil
    let known = Set((earlier?.tasks ?? []).map(ExactString.init))
    tasks = zip(plan.tasks, outcomes).compactMap { task, outcome in
      switch outcome {
      case .failed, .blocked: task.id
      case .done, .notRun: nil
      case .interrupted, nil: known.contains(ExactString(task.id)) ? task.id : nil
      }
    }
  }

  static func read(_ folder: ResultsFolder) -> FailedTasks? {
    let bytes = (try? folder.files.readIfPresent(file)) ?? nil
    return bytes.flatMap { try? JSONDecoder().decode(FailedTasks.self, from: Data($0)) }
  }

  /// - Throws: `FileFailure`.
  func write(to folder: ResultsFolder) throws {
    guard cannotRun != nil || !tasks.isEmpty else {
      if try folder.files.status(Self.file) != nil { try folder.files.removeFile(Self.file) }
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try folder.files.write([UInt8](try encoder.encode(self)), to: Self.file)
  }

  /// What of a plan is to be taken up again.
  package enum Selection: Sendable, Equatable {
    case nothing
    case all
    /// These tasks, by id.
    case tasks(Set<String>)
  }

  /// All of an experiment that could not begin, or has no results; else what failed. Where a task that failed is not in
  /// the plan any more, nobody can tell what took its place: then it is all, too.
  package static func selection(for plan: Plan, in folder: ResultsFolder) -> Selection {
    guard (try? folder.files.isFile(ResultsFolder.manifestFile)) ?? false else { return .all }
    guard let failed = read(folder) else { return .nothing }
    let ids = Set(plan.tasks.map { ExactString($0.id) })
    guard failed.cannotRun == nil, failed.tasks.allSatisfy({ ids.contains(ExactString($0)) }) else {
      return .all
    }
    return .tasks(Set(failed.tasks))
  }
}
