import Declarations
import Files
import Foundation
import Regression

/// The numbers that were last accepted, `results/reference`: of each experiment a table of its numbers and what they were
/// made with, and the canary's trainings.
package struct ReferenceFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  private var files: InnerFolder { InnerFolder(root: path) }

  private func name(_ stem: String, _ ending: String) throws -> InnerPath {
    try InnerPath(component: "\(stem).\(ending)")
  }

  /// Nil where none was accepted.
  /// - Throws: `CSVFailure`, `RegressionFailure`, `FileFailure`.
  package func numbers(of experiment: String) throws -> [ReferenceNumber]? {
    let name = try name(experiment, "csv")
    return try files.readIfPresent(name).map {
      try ReferenceTable.numbers(csv: $0, path: files.path(of: name))
    }
  }

  /// What they were made with; nil where none was accepted.
  /// - Throws: `FileFailure`; `RunFailure.unreadableManifest`.
  package func manifest(of experiment: String) throws -> ManifestValues? {
    let name = try name(experiment, "json")
    guard let bytes = try files.readIfPresent(name) else { return nil }
    guard let values = (try? JSONReader.value(bytes)).flatMap(ManifestValues.init(json:)) else {
      throw RunFailure.unreadableManifest(
        path: files.path(of: name), reason: "it does not say what numbers were made with")
    }
    return values
  }

  /// - Throws: `FileFailure`.
  package func write(_ night: NightNumbers, _ numbers: [ReferenceNumber]) throws {
    try files.write(ReferenceTable.csv(numbers), to: name(night.experiment, "csv"))
    try files.write(
      Array((night.manifest.json.pretty + "\n").utf8), to: name(night.experiment, "json"))
  }

  // MARK: - The canary

  // In a folder of their own, as an experiment may be called canary.
  private static let canary = InnerPath(fixed: "canary/seeds.csv")
  private static let steps = InnerPath(fixed: "canary/steps.csv")

  package func canary() throws -> CanaryReference? {
    try files.readIfPresent(Self.canary).map {
      try CanaryReference(csv: $0, path: files.path(of: Self.canary))
    }
  }

  package func writeCanary(_ canary: CanaryReference) throws {
    try files.write(CSV.encode(canary.table), to: Self.canary)
  }

  /// The beginnings of one training, rounded in several ways; nil where there are none.
  package func canarySteps() throws -> PrefixBounds? {
    guard let bytes = try files.readIfPresent(Self.steps) else { return nil }
    let table = try CSV.decode(bytes, path: files.path(of: Self.steps))
    let runs = table["run"].map { column in (0..<table.rowCount).map { column.cell($0).plain } } ?? []
    let logs = Set(runs).sorted().map { run in
      TrainingLog(table.rows(where: { runs[$0] == run }))
    }
    return try PrefixBounds(logs)
  }

  package func writeCanarySteps(_ logs: [(run: String, log: Table)]) throws {
    let parts = logs.map { run, log in log.behind([("run", .text(run))], stage: "canary") }
    try files.write(CSV.encode(Table.stacked(parts)), to: Self.steps)
  }
}

extension ManifestValues {
  /// Only what `ManifestDifference` looks at.
  package var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": "modgap-reference", "version": 1, "config": config, "stages": .object(keys),
    ]
    if let revision { members["revision"] = .string(revision) }
    if let isDirty { members["is_dirty"] = .bool(isDirty) }
    if let jobs { members["jobs"] = .number(Double(jobs)) }
    if let data = try? JSONEncoder().encode(environment), let value = try? JSONReader.value([UInt8](data)) {
      members["environment"] = value
    }
    return .object(members)
  }

  package init?(json: JSONValue) {
    guard json["format"]?.string == "modgap-reference", json["version"]?.integer == 1,
      let environment = json["environment"],
      let known = try? JSONDecoder().decode(
        NumericEnvironment.self, from: Data(environment.canonical.utf8))
    else { return nil }
    var isDirty: Bool?
    if case .bool(let value)? = json["is_dirty"] { isDirty = value }
    self.init(
      config: json["config"] ?? .null, revision: json["revision"]?.string, isDirty: isDirty,
      keys: json["stages"]?.object ?? [:], environment: known, jobs: json["jobs"]?.integer)
  }
}
