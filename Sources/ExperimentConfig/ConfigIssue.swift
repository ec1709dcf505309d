import Declarations

/// One thing that is wrong with a config, as data.
package struct ConfigIssue: Sendable, Hashable {
  package let position: Position?
  /// `stages[1].with.delta`; empty for the file as a whole.
  package let path: String
  /// Empty where something is missing: then `expected` is the whole statement.
  package let found: String
  package let expected: String
  /// The nearest valid name.
  package let suggestion: String?
  /// The file of the data folder that is missing, if that is what is wrong.
  package let missing: MissingFile?

  package init(
    at position: Position?, path: String, found: String, expected: String, suggestion: String? = nil,
    missing: MissingFile? = nil
  ) {
    self.position = position
    self.path = path
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
    self.missing = missing
  }

  /// `file:line:column: path.to.field: found …, expected … (did you mean …?)`, on one line; of a key that is missing
  /// `…: the required key "…" is missing`.
  package var message: String {
    var text = ""
    if let position { text += "\(position.file):\(position.line):\(position.column): " }
    if !path.isEmpty { text += "\(Self.clipped(path)): " }
    text += found.isEmpty ? expected : "found \(found), expected \(expected)"
    if let suggestion { text += " (did you mean \"\(suggestion)\"?)" }
    return PlainText.escaped(text)
  }

  private static let longestPath = 200

  private static func clipped(_ path: String) -> String {
    path.utf8.count > 4 * longestPath ? path.prefix(longestPath) + "…" : path
  }
}

/// Everything that is wrong with a config, all at once.
package struct ConfigError: Failure {
  package let issues: [ConfigIssue]

  package init(_ issues: [ConfigIssue]) { self.issues = issues }

  package var kind: FailureKind { .invalidInput }

  private static let mostShown = 200
  private static let mostRemedies = 8

  package var message: String {
    var lines: [String] = []
    lines += MissingFile.remedies(issues.compactMap(\.missing)).prefix(Self.mostRemedies)
    lines += issues.prefix(Self.mostShown).map(\.message)
    if issues.count > Self.mostShown { lines.append("… and \(issues.count - Self.mostShown) more") }
    return lines.joined(separator: "\n")
  }
}

/// Collects issues while a config is walked.
package struct IssueList {
  package private(set) var issues: [ConfigIssue] = []
  private var seen: Set<ConfigIssue> = []
  private var settled: Set<Position> = []
  /// Numbers and truth values of the command line that were taken for the texts that they spell.
  private(set) var texts: [Position: String] = [:]

  package init() {}

  package var count: Int { issues.count }

  package mutating func add(_ issue: ConfigIssue) {
    if let position = issue.position, settled.contains(position) { return }
    if seen.insert(issue).inserted { issues.append(issue) }
  }

  /// Nothing more is to be said of what stands here: it has no value to be judged.
  package mutating func settle(_ position: Position) { settled.insert(position) }

  /// A text was wanted where this stands, and it is one.
  mutating func take(_ text: String, for node: ConfigNode) {
    if node.value.string == nil { texts[node.position] = text }
  }

  package mutating func add(
    _ node: ConfigNode, _ path: String, expected: String, found: String? = nil, suggestion: String? = nil
  ) {
    add(
      ConfigIssue(
        at: node.position, path: path, found: found ?? node.described, expected: expected,
        suggestion: suggestion))
  }

  /// In the order of the file; what has no place of its own comes last.
  package var sorted: [ConfigIssue] {
    let placed = issues.enumerated().compactMap { index, issue in
      issue.position.map { (position: $0, index: index, issue: issue) }
    }
    return placed.sorted { ($0.position, $0.index) < ($1.position, $1.index) }.map(\.issue)
      + issues.filter { $0.position == nil }
  }

  package func throwIfAny() throws {
    guard issues.isEmpty else { throw ConfigError(sorted) }
  }
}
