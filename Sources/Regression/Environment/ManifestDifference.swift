import Declarations

/// What a run was made with, as values: what a finding may be explained by.
package struct ManifestValues: Sendable, Equatable {
  package var config: JSONValue
  package var revision: String?
  package var isDirty: Bool?
  /// The tasks' key trees, by the tasks' ids.
  package var keys: [String: JSONValue]
  package var environment: NumericEnvironment

  package init(
    config: JSONValue, revision: String?, isDirty: Bool?, keys: [String: JSONValue],
    environment: NumericEnvironment
  ) {
    (self.config, self.revision, self.isDirty) = (config, revision, isDirty)
    (self.keys, self.environment) = (keys, environment)
  }
}

/// What changed between two runs.
package struct ManifestDifference: Sendable, Equatable {
  /// One sentence each: config, code, versions of stages, content of data files, environment.
  package let changes: [String]

  package init(from before: ManifestValues, to now: ManifestValues) {
    changes =
      JSONDifference.between(before.config, now.config).map {
        "the config's \($0.path.isEmpty ? "whole" : $0.path) changed, \($0.change)"
      }
      + Self.code(before, now) + Self.versions(before.keys, now.keys) + Self.files(before.keys, now.keys)
      + now.environment.differences(from: before.environment)
  }

  private static func code(_ before: ManifestValues, _ now: ManifestValues) -> [String] {
    var changes: [String] = []
    if before.revision != now.revision {
      changes.append(
        "the code's revision changed, from \(before.revision ?? "none") to \(now.revision ?? "none")")
    }
    // Uncommitted changes on either side can be any: two dirty trees of one revision need not be the same code.
    switch (before.isDirty ?? false, now.isDirty ?? false) {
    case (false, false): break
    case (true, false): changes.append("the code had uncommitted changes, and has none now")
    case (false, true): changes.append("the code has uncommitted changes, and had none before")
    case (true, true): changes.append("the code has uncommitted changes, as it had before: perhaps others")
    }
    return changes
  }

  private static func versions(_ before: [String: JSONValue], _ now: [String: JSONValue]) -> [String] {
    let (old, new) = (stageVersions(before), stageVersions(now))
    return old.keys.filter { new[$0] != nil && new[$0] != old[$0] }.sorted().map {
      "the version of \($0) changed, from \(text(old[$0])) to \(text(new[$0]))"
    }
  }

  /// By `phase/kind`; one kind can have two versions, by its parameters.
  private static func stageVersions(_ keys: [String: JSONValue]) -> [String: Set<Double>] {
    keys.values.reduce(into: [:]) { versions, tree in
      guard let stage = tree.object?["stage"]?.string, case .number(let version)? = tree.object?["version"]
      else { return }
      versions[stage, default: []].insert(version)
    }
  }

  private static func text(_ versions: Set<Double>?) -> String {
    (versions ?? []).sorted().map(JSONValue.spelling).joined(separator: " and ")
  }

  private static func files(_ before: [String: JSONValue], _ now: [String: JSONValue]) -> [String] {
    before.keys.filter { now[$0] != nil }.sorted().flatMap { task in
      JSONDifference.between(
        before[task]?.object?["files"] ?? .object([:]), now[task]?.object?["files"] ?? .object([:])
      ).map { "the content of \($0.path) of \(task) changed, \($0.change)" }
    }
  }
}
