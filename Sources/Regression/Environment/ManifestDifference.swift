import Declarations

/// What a run was made with, as values: what a finding may be explained by.
package struct ManifestValues: Sendable, Equatable {
  package var config: JSONValue
  package var revision: String?
  package var isDirty: Bool?
  /// The tasks' key trees, by the tasks' ids.
  package var keys: [String: JSONValue]
  package var environment: NumericEnvironment
  /// How many threads there were; nil where that is not known. No result may depend on it.
  package var jobs: Int?

  package init(
    config: JSONValue, revision: String?, isDirty: Bool?, keys: [String: JSONValue],
    environment: NumericEnvironment, jobs: Int? = nil
  ) {
    (self.config, self.revision, self.isDirty) = (config, revision, isDirty)
    (self.keys, self.environment, self.jobs) = (keys, environment, jobs)
  }
}

/// What changed between two runs.
package struct ManifestDifference: Sendable, Equatable {
  /// Config, code, versions of stages, content of data files, environment, jobs.
  package let items: [ManifestChange]

  /// One sentence each.
  package var changes: [String] { items.map(\.message) }

  package init(from before: ManifestValues, to now: ManifestValues) {
    items =
      JSONDifference.between(before.config, now.config).map { difference in
        let name = "the config's \(difference.path.isEmpty ? "whole" : difference.path)"
        return ManifestChange(
          .config(difference.path), name: name, message: "\(name) changed, \(difference.change)")
      }
      + Self.code(before, now) + Self.versions(before.keys, now.keys) + Self.files(before.keys, now.keys)
      + now.environment.changes(from: before.environment) + Self.jobs(before.jobs, now.jobs)
  }

  private static func code(_ before: ManifestValues, _ now: ManifestValues) -> [ManifestChange] {
    var changes: [ManifestChange] = []
    if before.revision != now.revision {
      changes.append(
        ManifestChange(
          .revision(before.revision), name: "the code's revision",
          message:
            "the code's revision changed, from \(before.revision ?? "none") to \(now.revision ?? "none")"))
    }
    func uncommitted(_ message: String) {
      changes.append(ManifestChange(.uncommitted, name: "what is not committed", message: message))
    }
    // Uncommitted changes on either side can be any: two dirty trees of one revision need not be the same code.
    switch (before.isDirty ?? false, now.isDirty ?? false) {
    case (false, false): break
    case (true, false): uncommitted("the code had uncommitted changes, and has none now")
    case (false, true): uncommitted("the code has uncommitted changes, and had none before")
    case (true, true): uncommitted("the code has uncommitted changes, as it had before: perhaps others")
    }
    return changes
  }

  private static func jobs(_ before: Int?, _ now: Int?) -> [ManifestChange] {
    guard let before, let now, before != now else { return [] }
    let name = "the number of jobs"
    return [ManifestChange(.jobs(before), name: name, message: "\(name) changed, from \(before) to \(now)")]
  }

  private static func versions(_ before: [String: JSONValue], _ now: [String: JSONValue]) -> [ManifestChange]
  {
    let (old, new) = (stageVersions(before), stageVersions(now))
    return old.keys.filter { new[$0] != nil && new[$0] != old[$0] }.sorted().map {
      ManifestChange(
        .stageVersion, name: "the version of \($0)",
        message: "the version of \($0) changed, from \(text(old[$0])) to \(text(new[$0]))")
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

  private static func files(_ before: [String: JSONValue], _ now: [String: JSONValue]) -> [ManifestChange] {
    before.keys.filter { now[$0] != nil }.sorted().flatMap { task in
      JSONDifference.between(
        before[task]?.object?["files"] ?? .object([:]), now[task]?.object?["files"] ?? .object([:])
      ).map {
        let name = "the content of \($0.path) of \(task)"
        return ManifestChange(.dataFile, name: name, message: "\(name) changed, \($0.change)")
      }
    }
  }
}
