import Declarations
import ExperimentConfig
import Foundation

extension Plan {
  /// Two names that become files or folders beside each other and that a file system which folds letters (macOS,
  /// Windows, some network mounts) takes for one.
  package var foldedNames: [(one: String, other: String)] {
    let files = [runs.map(\.name), experiment.stages.map(\.id), experiment.figures.map(\.name)]
    return files.flatMap(folded)
  }

}

extension Experiment {
  /// The same of a config: names of stages and figures, and values of an axis, which name the runs.
  package var foldedNames: [(one: String, other: String)] {
    let names = [stages.map(\.id), figures.map(\.name)] + axes.map { $0.values.compactMap(\.string) }
    return names.flatMap(folded)
  }
}

private func folded(_ names: [String]) -> [(one: String, other: String)] {
  var first: [String: String] = [:]
  return names.compactMap { name in
    let key = name.foldedName
    guard let other = first[key] else {
      first[key] = name
      return nil
    }
    return other.isExactly(name) ? nil : (other, name)
  }
}

extension String {
  /// Equal for names that a file system which folds letters takes for one: in capitals and back, so that `ß` is `ss`, and
  /// with accents apart from their letters.
  package var foldedName: String { uppercased().lowercased().decomposedStringWithCanonicalMapping }
}
