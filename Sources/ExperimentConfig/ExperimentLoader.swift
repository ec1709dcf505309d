import Declarations
import Foundation

/// Reads a config and checks all of it: JSON → `Experiment`.
package struct ExperimentLoader: Sendable {
  package let grammar: Grammar
  package let environment: [String: String]
  package let overrides: [Override]
  /// Environment variables that configs may read beside those made for them.
  package let allowed: [String]

  package init(
    grammar: Grammar, environment: [String: String], overrides: [Override] = [], allowed: [String] = []
  ) {
    self.grammar = grammar
    self.environment = environment
    self.allowed = allowed
    self.overrides = overrides
  }

  /// - Throws: `ConfigError` with every problem of the config at once.
  package func load(_ path: String) throws -> Experiment { try loadWithPlaces(path).experiment }

  /// The experiment, and where its parts stand.
  package func loadWithPlaces(_ path: String) throws -> (experiment: Experiment, places: SourceMap) {
    let folder = DataFolder(environment: environment, config: path)
    let interpolation = EnvironmentInterpolation(
      variables: environment.merging(["MODGAP_DATA": folder.path]) { _, resolved in resolved },
      allowed: EnvironmentNames(allowed))
    var reader = ConfigReader(environment: interpolation)
    var node = try reader.read(path)
    var issues = reader.issues
    for override in overrides { node = override.apply(to: node, issues: &issues) }
    node = node.withoutComments
    var written = node
    written.remove("$schema")
    node = interpolation.apply(to: node, issues: &issues)
    var decoder = ExperimentDecoder(grammar: grammar, root: node, issues: issues, dataFolder: folder.path)
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    var experiment = try decoder.decode(path: absolute)
    experiment.source = written.withTexts(decoder.issues.texts).value
    return (experiment, SourceMap(root: node))
  }
}

/// Where the authors' arrays are: `MODGAP_DATA`, else `data/`, else the folder shared beside the project.
package struct DataFolder: Sendable {
  package let path: String

  package init(environment: [String: String], config: String) {
    if let named = environment["MODGAP_DATA"], !named.isEmpty {
      path = URL(fileURLWithPath: named).standardizedFileURL.path
      return
    }
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
    var places = [here]
    var folder = URL(fileURLWithPath: config).standardizedFileURL.deletingLastPathComponent()
    for _ in 0..<4 {
      places.append(folder)
      folder = folder.deletingLastPathComponent()
    }
    let candidates = places.flatMap {
      [$0.appendingPathComponent("data"), $0.appendingPathComponent("../shared/data/authors-features")]
    }
    let found = candidates.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("features_clip.npy").path)
    }
    path = (found ?? here.appendingPathComponent("data")).standardizedFileURL.path
  }

  /// The first line of an error about files that should be in it.
  package static let remedy =
    "the authors' embeddings are missing: run \"make data\" to download them, or set MODGAP_DATA to the folder that contains features_clip.npy"

  /// Why a stage of optional data is not run, with the command that gets the data.
  package static func absence(of path: String) -> String {
    let name = (path as NSString).lastPathComponent
    if name.hasPrefix("features_") { return "no \(name): run \"make data\"" }
    if path.contains("openclipart") { return "no \(path): run \"make openclipart\"" }
    return "no \(path): put the file there, or name another file in the config"
  }
}
