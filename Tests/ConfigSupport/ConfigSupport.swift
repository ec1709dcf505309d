import Claims
import Contracts
import Datasets
import ExperimentConfig
import ExperimentPlan
import Figures
import Foundation
import Stages
import Testing

/// All that a config of this program may name.
package let grammar = Grammar(
  stages: stageCatalog.signatures, figures: figureCatalog.signatures, checks: checkCatalog.signatures,
  data: DatasetCatalog.signatures)

/// Configs written to a folder of the test's own, which goes when the test ends.
package final class ConfigFolder {
  package let path: String

  package init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("modgap-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func write(_ text: String, to name: String = "c.json") throws {
    try write(Data(text.utf8), to: name)
  }

  package func write(_ data: Data, to name: String = "c.json") throws {
    let file = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  package func load(
    _ name: String = "c.json", environment: [String: String] = [:], sets: [String] = [],
    allowed: [String] = [], by grammar: Grammar = grammar
  ) throws -> Experiment {
    try ExperimentLoader(
      grammar: grammar,
      environment: environment.merging([
        "MODGAP_DATA": "\(path)/data", "MODGAP_FASHION_MNIST": path,
      ]) { given, _ in given },
      overrides: try sets.map(Override.init), allowed: allowed
    ).load("\(relativePath)/\(name)")
  }

  /// From the folder that the tests run in, as a reader might have typed it.
  private var relativePath: String {
    let depth = FileManager.default.currentDirectoryPath.split(separator: "/").count
    return String(repeating: "../", count: depth) + path.dropFirst()
  }

  /// The whole error text as one standing in the folder would see it; empty where the config is valid.
  package func problems(
    _ name: String = "c.json", environment: [String: String] = [:], sets: [String] = [],
    allowed: [String] = [], by grammar: Grammar = grammar
  ) throws -> String {
    do {
      _ = try load(name, environment: environment, sets: sets, allowed: allowed, by: grammar)
      return ""
    } catch let error as ConfigError {
      return error.message.replacing("\(relativePath)/", with: "").replacing(path, with: "<folder>")
    }
  }
}

/// The experiment in a config that stands alone.
package func experiment(
  _ text: String, environment: [String: String] = [:], sets: [String] = [], allowed: [String] = []
) throws -> Experiment {
  let folder = try ConfigFolder()
  try folder.write(text)
  return try folder.load(environment: environment, sets: sets, allowed: allowed)
}

package func plan(_ text: String, sets: [String] = []) throws -> Plan {
  var planner = Planner(try experiment(text, sets: sets), grammar: grammar)
  return try planner.plan()
}

extension Plan {
  /// Keys by task, as if every task's artefact had the digest that `digest` says: by default one that
  /// changes with its key.
  package func keys(digest: (PlannedTask, String) -> String = { _, key in "digest of \(key)" }) -> [String:
    String]
  {
    var digests: [String] = []
    var keys: [String: String] = [:]
    for task in tasks {
      let key = TaskKey(task, in: tasks, numerics: "test") { digests[$0] }
      digests.append(digest(task, key.key))
      keys[task.id] = key.key
    }
    return keys
  }

  package func task(_ id: String) throws -> PlannedTask { try #require(tasks.first { $0.id == id }) }
}
