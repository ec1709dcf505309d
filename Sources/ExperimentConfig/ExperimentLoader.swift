import Declarations
import Foundation

/// Reads a config and checks all of it: JSON → `Experiment`.
package struct ExperimentLoader: Sendable {
  package let grammar: Grammar
  package let environment: [String: String]
  package let overrides: [Override]
  /// Environment variables that configs may read beside those made for them.
  package let allowed: [String]
  private let files: FileSystem

  package init(
    grammar: Grammar, environment: [String: String], overrides: [Override] = [], allowed: [String] = [],
    files: FileSystem = .disk
  ) {
    self.grammar = grammar
    self.files = files
    self.environment = environment
    self.allowed = allowed
    self.overrides = overrides
  }

  /// - Throws: `ConfigError` with every problem of the config at once.
  package func load(_ path: String) throws -> Experiment { try loadWithPlaces(path).experiment }

  /// The experiment, and where its parts stand.
  package func loadWithPlaces(_ path: String) throws -> (experiment: Experiment, places: SourceMap) {
    var reader = ConfigReader(environment: interpolation(with: dataFolder(path)), files: files)
    var node = try reader.read(path)
    var issues = reader.issues
    for override in overrides { node = override.apply(to: node, issues: &issues) }
    node = node.withoutComments
    var written = node
    written.remove("$schema")
    let folder = dataFolder(path, having: DataFolder.names(in: node, environment: environment))
    let namesFolder = DataFolder.isNamed(in: node)
    node = interpolation(with: folder).apply(to: node, issues: &issues)
    var decoder = ExperimentDecoder(
      grammar: grammar, root: node, issues: issues, dataFolder: folder.path,
      namesDataFolder: namesFolder, files: files)
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    var experiment = try decoder.decode(path: absolute)
    experiment.source = written.withTexts(decoder.issues.texts).value
    return (experiment, SourceMap(root: node))
  }

  private func dataFolder(_ config: String, having names: [String] = []) -> DataFolder {
    DataFolder(environment: environment, config: config, names: names, files: files)
  }

  private func interpolation(with folder: DataFolder) -> EnvironmentInterpolation {
    EnvironmentInterpolation(
      variables: environment.merging([DataFolder.variable: folder.path]) { _, resolved in resolved },
      allowed: EnvironmentNames(allowed))
  }
}
