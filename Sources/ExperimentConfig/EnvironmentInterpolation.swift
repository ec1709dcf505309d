import Declarations

/// `${env:NAME}` and `${env:NAME:-default}`, replaced once, when a config is read. As in a shell, the
/// default stands for a variable that is not set or empty.
///
/// A config may come from anybody, and what it names is published with its results: so it may read only variables
/// that are made for it (`EnvironmentNames`) or that the user allows by name, and only where a path or a value is
/// wanted.
struct EnvironmentInterpolation {
  let variables: [String: String]
  var allowed: EnvironmentNames = EnvironmentNames()

  func apply(to node: ConfigNode, path: String = "", issues: inout IssueList) -> ConfigNode {
    var found = issues
    issues = IssueList()
    let result = node.mapStrings(path: path) { text, place, path in
      let references = Interpolation.references(in: text).filter { $0.name.hasPrefix("env:") }
      guard !references.isEmpty else { return nil }
      if let problem = refusal(of: references.map(\.name), at: place, path) {
        found.add(problem)
        found.settle(place.position)
        return nil
      }
      var changed = text
      var isComplete = true
      for reference in references.reversed() {
        guard let value = value(of: reference.name) else {
          isComplete = false
          continue
        }
        changed.replaceSubrange(reference.range, with: value)
      }
      if !isComplete {
        for reference in references where value(of: reference.name) == nil {
          found.add(Self.unset(Self.split(reference.name).name, place, path))
        }
        found.settle(place.position)
      }
      var replaced = place
      if isComplete, EnvironmentPlace(path) == .number, !Self.isNumber(changed) {
        found.add(
          ConfigIssue(
            at: place.position, path: path, found: "\(text), which is neither a number nor true or false",
            expected:
              "a number, true or false, because the values of an axis are in the names of runs and in tables")
        )
        found.settle(place.position)
        return nil
      }
      replaced.content = .scalar(.string(changed))
      replaced.origin = .environment(text)
      return replaced
    }
    issues = found
    return result
  }

  /// What is wrong with naming these variables in this place; nil where nothing is.
  private func refusal(of references: [String], at place: ConfigNode, _ path: String) -> ConfigIssue? {
    let names = references.flatMap(Self.names)
    guard EnvironmentPlace(path) != .published else {
      return ConfigIssue(
        at: place.position, path: path, found: "${env:\(names.first ?? "")}",
        expected:
          "text without environment variables, because it is published; they are allowed only in paths and values "
          + "under data, with, extends, matrix and seed")
    }
    guard let name = names.first(where: { !$0.isEmpty && !allowed.contains($0) }) else { return nil }
    return ConfigIssue(
      at: place.position, path: path, found: "${env:\(name)}, which configs may not read",
      expected: "\(EnvironmentNames.described), or the option --env \(name), which allows this variable")
  }

  /// The variables that a reference names, those in its default among them.
  private static func names(in reference: String) -> [String] {
    let (name, fallback) = split(reference)
    let others = Interpolation.references(in: fallback ?? "").map(\.name).filter { $0.hasPrefix("env:") }
    return [name] + others.flatMap(names)
  }

  private static func isNumber(_ text: String) -> Bool {
    text == "true" || text == "false" || Double(text)?.isFinite == true
  }

  /// A default may name variables in turn.
  private func resolve(_ text: String, depth: Int) -> String? {
    guard depth < Self.deepest else { return nil }
    var result = text
    for reference in Interpolation.references(in: text).reversed() where reference.name.hasPrefix("env:") {
      guard let value = value(of: reference.name, depth: depth + 1) else { return nil }
      result.replaceSubrange(reference.range, with: value)
    }
    return result
  }

  private static let deepest = 8

  private func value(of reference: String, depth: Int = 0) -> String? {
    let parts = Self.split(reference)
    let name = parts.name
    let fallback = parts.fallback.flatMap { resolve($0, depth: depth) }
    guard let value = variables[name], !name.isEmpty else { return fallback }
    return value.isEmpty ? fallback ?? value : value
  }

  private static func unset(_ name: String, _ place: ConfigNode, _ path: String) -> ConfigIssue {
    guard !name.isEmpty else {
      return ConfigIssue(
        at: place.position, path: path, found: "${env:}", expected: "the name of an environment variable")
    }
    return ConfigIssue(
      at: place.position, path: path, found: "${env:\(name)}, which is not set",
      expected: "the environment variable \(name), or a default: ${env:\(name):-default}")
  }

  private static func split(_ reference: String) -> (name: String, fallback: String?) {
    let body = reference.dropFirst("env:".count)
    guard let separator = body.range(of: ":-") else { return (String(body), nil) }
    return (String(body[..<separator.lowerBound]), String(body[separator.upperBound...]))
  }
}

/// The environment variables that a config may read.
package struct EnvironmentNames: Sendable {
  private let added: Set<ExactString>

  /// - Parameter added: names that the user allows on the command line.
  package init(_ added: [String] = []) { self.added = Set(added.map(ExactString.init)) }

  private static let families = ["MODGAP_", "XDG_", "SLURM_"]
  private static let names = ["HOME", "SCRATCH", "TMPDIR"]

  static let described = "MODGAP_*, HOME, SCRATCH, TMPDIR, XDG_*, SLURM_*"

  func contains(_ name: String) -> Bool {
    Self.names.containsExactly(name) || Self.families.contains { name.hasBytes(first: $0) }
      || added.contains(ExactString(name))
  }
}

/// What is wanted at a path of a config, as far as the environment is concerned.
enum EnvironmentPlace {
  /// A path or a value.
  case value
  /// A number, true or false.
  case number
  /// Text that is printed, drawn or becomes a name.
  case published

  init(_ path: String) {
    // `stages[2].with.path`, `data.pairs.folder`
    let parts = path.split(separator: ".").map { $0.prefix { $0 != "[" } }
    switch parts.first {
    case "extends", "seed": self = .value
    // A prompt is text of the items, wherever the data are described.
    case "data" where parts.count > 2, "stages" where parts.count > 2 && parts[1] == "with":
      self = parts.last == "prompt" ? .published : .value
    case "matrix": self = .number
    default: self = .published
    }
  }
}
