import Declarations

/// Why a catalogue, or a name that is to be in it, cannot be used.
package enum CatalogFailure: Failure, Equatable {
  package struct Issue: Sendable, Equatable {
    let path: String
    let line: Int
    let column: Int
    let field: String
    let what: String

    var message: String {
      "\(path):\(line):\(column): " + (field.isEmpty ? "" : "\(field): ") + what
    }
  }

  case invalid([Issue])
  case unknownName(String, path: String, known: [String])
  case notFound

  package var kind: FailureKind {
    if case .invalid = self { return .invalidInput }
    return .usage
  }

  private static let mostShown = 100

  package var message: String {
    switch self {
    case .invalid(let issues):
      let lines = issues.prefix(Self.mostShown).map { PlainText.escaped($0.message) }
      let more = issues.count - lines.count
      return (lines + (more > 0 ? ["… and \(more) more"] : [])).joined(separator: "\n")
    case .unknownName(let name, let path, let known):
      let hint = nearestName(to: name, among: known).map { " (did you mean \($0)?)" } ?? ""
      return "\(PlainText.escaped(path)) has no entry \"\(PlainText.escaped(name))\"\(hint); it has "
        + known.joined(separator: ", ")
    case .notFound:
      return
        "there is no catalogue configs/data.json in this folder; run the command in the project's folder, or "
        + "name a catalogue with --catalogue FILE"
    }
  }
}
