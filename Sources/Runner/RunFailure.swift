import Contracts

/// What can go wrong between a plan and its artefacts.
package enum RunFailure: Failure {
  case unknownStage(task: String, kind: String)
  case fileChanged(task: String, path: String)
  case missingInput(task: String)
  case unknownTask(String, known: [String])
  case unknownStageID(String, known: [String])
  case unreadableManifest(path: String, reason: String)
  case noResults(experiment: String, folder: String)
  case noStore(folder: String)
  case notComparable(String)

  package var kind: FailureKind {
    switch self {
    case .unknownStage, .missingInput: .stage
    case .fileChanged, .unreadableManifest, .notComparable: .invalidInput
    case .noResults, .noStore: .nothingEvaluated
    case .unknownTask, .unknownStageID: .usage
    }
  }

  package var sentence: String {
    switch self {
    case .unknownStage(let task, let kind):
      return "\(task): this version has no \(kind); the manifest is of another one, so run its config instead"
    case .fileChanged(let task, let path):
      return "\(task): \(path) changed after the plan was frozen; run the config again"
    case .missingInput(let task):
      return "\(task) has no result in the store yet; run that task first: --task \(task)"
    case .unknownTask(let id, let known):
      return "no task \"\(id)\" in the manifest" + Self.hint(id, known)
    case .unknownStageID(let id, let known):
      return "no stage \"\(id)\" in the experiment" + Self.hint(id, known)
    case .unreadableManifest(let path, let reason):
      return "\(path): not a manifest that this version can read: \(reason)"
    case .noResults(let experiment, let folder):
      return "no results of \(experiment) in \(folder); run it first: modgap run \(experiment)"
    case .noStore(let folder): return "there is no store in \(folder): nothing was computed there yet"
    case .notComparable(let reason): return reason
    }
  }

  private static func hint(_ name: String, _ known: [String]) -> String {
    if let near = nearestName(to: name, among: known) { return " (did you mean \"\(near)\"?)" }
    let shown = known.prefix(12).joined(separator: ", ")
    return known.isEmpty ? "" : "; there are \(shown)\(known.count > 12 ? ", …" : "")"
  }
}
