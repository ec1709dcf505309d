import Contracts

/// One thing that is wrong with a config, as data.
package struct ConfigIssue: Sendable, Hashable {
  package let position: Position?
  /// `stages[1].with.delta`; empty for the file as a whole.
  package let path: String
  package let found: String
  package let expected: String
  /// The nearest valid name.
  package let suggestion: String?
  /// The command that mends it, where there is one.
  package let remedy: String?

  package init(
    at position: Position?, path: String, found: String, expected: String, suggestion: String? = nil,
    remedy: String? = nil
  ) {
    self.position = position
    self.path = path
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
    self.remedy = remedy
  }

  /// `file:line:column: path.to.field: found …, expected … (did you mean …?)`
  package var sentence: String {
    var text = ""
    if let position { text += "\(position.file):\(position.line):\(position.column): " }
    if !path.isEmpty { text += "\(path): " }
    text += "found \(found), expected \(expected)"
    if let suggestion { text += " (did you mean \"\(suggestion)\"?)" }
    return text
  }
}

/// Everything that is wrong with a config, all at once.
package struct ConfigError: Failure {
  package let issues: [ConfigIssue]

  package init(_ issues: [ConfigIssue]) { self.issues = issues }

  package var kind: FailureKind { .invalidInput }

  private static let mostShown = 200

  package var sentence: String {
    var lines: [String] = []
    for remedy in Set(issues.compactMap(\.remedy)).sorted() { lines.append(remedy) }
    lines += issues.prefix(Self.mostShown).map(\.sentence)
    if issues.count > Self.mostShown { lines.append("… and \(issues.count - Self.mostShown) more") }
    return lines.joined(separator: "\n")
  }
}

/// Collects issues while a config is walked.
package struct IssueList {
  package private(set) var issues: [ConfigIssue] = []
  private var seen: Set<ConfigIssue> = []

  package init() {}

  package mutating func add(_ issue: ConfigIssue) {
    if seen.insert(issue).inserted { issues.append(issue) }
  }

  package mutating func add(
    _ node: ConfigNode, _ path: String, expected: String, found: String? = nil, suggestion: String? = nil
  ) {
    add(
      ConfigIssue(
        at: node.position, path: path, found: found ?? node.value.described, expected: expected,
        suggestion: suggestion))
  }

  package func throwIfAny() throws {
    guard !issues.isEmpty else { return }
    throw ConfigError(
      issues.enumerated().sorted {
        switch ($0.element.position, $1.element.position) {
        case (let a?, let b?) where a != b: a < b
        default: $0.offset < $1.offset
        }
      }.map(\.element))
  }
}
