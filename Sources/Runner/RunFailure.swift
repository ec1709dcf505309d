import Declarations

/// What can go wrong between a plan and its artefacts.
package enum RunFailure: Failure {
  case unknownStage(task: String, kind: String)
  /// - Parameter isOneOfThoseOf: the path is of a folder or a list, and what changed is a file of it.
  case fileChanged(task: String, path: String, isOneOfThoseOf: Bool = false)
  case fileKeepsChanging(task: String, path: String)
  case missingInput(task: String, command: ShellCommand)
  case notReproduced(task: String, before: String, now: String, command: ShellCommand)
  case unknownTask(String, known: [String])
  case unknownStageID(String, known: [String])
  case unreadableManifest(path: String, reason: String)
  case noResults(folder: String, command: ShellCommand)
  case noStore(folder: String)
  case notComparable(String)
  /// Two names that differ in the case of letters alone, where the file system does not tell them apart.
  case foldedNames(String, String, folder: String)
  /// Two configs of one batch have one name.
  case sameName(String, config: String, other: String)
  /// Somebody runs another plan of the name.
  case resultsAreTaken(folder: String, holder: String, seconds: Double)
  /// The folder's tables are of another plan than the config's.
  case resultsOfAnotherPlan(folder: String, isHalf: Bool, command: ShellCommand)

  package var kind: FailureKind {
    switch self {
    case .unknownStage, .missingInput, .notReproduced: .stage
    case .fileChanged, .fileKeepsChanging, .unreadableManifest, .notComparable, .foldedNames, .sameName:
      .invalidInput
    case .noResults, .noStore, .resultsOfAnotherPlan: .nothingEvaluated
    case .resultsAreTaken: .leaseTimeout
    case .unknownTask, .unknownStageID: .usage
    }
  }

  package var message: String {
    switch self {
    case .unknownStage(let task, let kind):
      return
        "\(task): this version has no \(kind), so another version wrote the manifest; run its config instead"
    case .fileChanged(let task, let path, let isOneOfThoseOf):
      return
        "\(task): \(isOneOfThoseOf ? "a file of " : "")\(path) changed after the plan was frozen, so nothing was "
        + "stored; run the config again"
    case .fileKeepsChanging(let task, let path):
      return
        "\(task): \(path) was changed each time that the stage read it; wait until the program that writes it has "
        + "ended, then run the same command again"
    case .missingInput(let task, let command):
      return "\(task) has no result in the store yet; run that task first: \(command)"
    case .notReproduced(let task, let before, let now, let command):
      return
        "\(task) is not kept in the store and was computed again for the stages that need it, but its result "
        + "(\(now.prefix(12))) differs from the earlier one (\(before.prefix(12))), on which the keys of these stages "
        + "depend; replace it: \(command)"
    case .unknownTask(let id, let known):
      return "no task \"\(id)\" in the manifest" + Self.hint(id, known)
    case .unknownStageID(let id, let known):
      return "no stage \"\(id)\" in the experiment" + Self.hint(id, known)
    case .unreadableManifest(let path, let reason):
      return "\(path): this version cannot read this manifest: \(reason)"
    case .noResults(let folder, let command): return "no results in \(folder); run it first: \(command)"
    case .noStore(let folder): return "there is no store in \(folder), so nothing was computed there yet"
    case .notComparable(let reason): return reason
    case .foldedNames(let one, let other, let folder):
      return
        "\(folder): this file system does not distinguish the names \"\(one)\" and \"\(other)\", so the results of one "
        + "would replace those of the other; rename one, or choose another folder with --results"
    case .sameName(let name, let config, let other):
      return
        "\(config): its experiment has the name \"\(name)\", as that of \(other) has, so the results of one would "
        + "replace those of the other; rename one, or run them one after the other with --results"
    case .resultsAreTaken(let folder, let holder, let seconds):
      return
        "\(folder) is held by \(holder), which runs another plan of this name; waited \(Int(seconds)) s; \(Self.apart), "
        + "or wait for it to end, then run the same command again"
    case .resultsOfAnotherPlan(let folder, let isHalf, let command):
      let state =
        isHalf
        ? "was only partly renewed, because its run was ended"
        : "has the results of another plan than this config"
      return "\(folder) \(state), but a report and its tables must be of one plan; renew it first: \(command)"
    }
  }

  /// While a run waits for the folder.
  static func waiting(for holder: String, folder: String) -> String {
    "\(folder) is held by \(holder), which runs another plan of this name; waiting for it to end (\(apart))"
  }

  private static let apart = "keep the two apart with --results FOLDER or --set name=NAME"

  private static func hint(_ name: String, _ known: [String]) -> String {
    if let near = nearestName(to: name, among: known) { return " (did you mean \"\(near)\"?)" }
    let shown = known.prefix(12).joined(separator: ", ")
    return known.isEmpty ? "" : "; there are \(shown)\(known.count > 12 ? ", …" : "")"
  }
}
