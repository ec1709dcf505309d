import Declarations
import Files

/// The text of a config, file by file, and the lines at which its stages and claims stand.
package struct ConfigListing: Sendable {
  package struct File: Sendable {
    /// Without its folder, so that a report does not depend on where configs lie.
    package let name: String
    package let lines: [String]
  }

  /// A line of one of the files.
  package struct Place: Sendable, Equatable {
    package let file: Int
    package let line: Int

    package init(file: Int, line: Int) { (self.file, self.line) = (file, line) }
  }

  /// The config itself, then those that it extends.
  package let files: [File]
  /// What it says with all that it extends, without comments; nil where it is broken.
  package let source: JSONValue?
  private let paths: [String]
  private let places: SourceMap?

  /// The config as it stands in its file; nil where it cannot be read, or is no text.
  package init?(path: String, environment: [String: String], files system: FileSystem = .disk) {
    let variables = EnvironmentInterpolation(variables: environment, allowed: EnvironmentNames([]))
    var reader = ConfigReader(environment: variables, files: system)
    var node = (try? reader.read(path))?.withoutComments
    node?.remove("$schema")
    var paths = [path]
    node?.collectFiles(&paths)
    self.paths = paths
    files = paths.compactMap { File(path: $0, system) }
    guard files.count == paths.count else { return nil }
    source = node?.value
    places = node.map(SourceMap.init)
  }

  /// The config of a plan that its file does not have: of earlier days, or changed by options.
  package init?(source: JSONValue, name: String) {
    let text = source.pretty
    guard let parsed = try? ParsedText(Array(text.utf8), file: name) else { return nil }
    files = [File(name: name, text)]
    (self.source, paths, places) = (source, [name], SourceMap(root: parsed.node))
  }

  package func place(claim id: String) -> Place? { place(places?.position("claim \(id)")) }

  package func place(stage id: String) -> Place? { place(places?.position("stage \(id)")) }

  private func place(_ position: Position?) -> Place? {
    guard let position, let file = paths.firstIndex(where: { $0.isExactly(position.file) }) else {
      return nil
    }
    return Place(file: file, line: position.line)
  }
}

extension ConfigListing.File {
  /// Longer files are no configs that anybody reads.
  private static let longest = 1 << 18

  fileprivate init?(path: String, _ system: FileSystem) {
    guard let entry = system.entry(path), entry.kind == .file,
      let bytes = try? system.beginning(path, Self.longest + 1), bytes.count <= Self.longest
    else { return nil }
    self.init(name: PathBytes.name(of: path), String(decoding: bytes, as: UTF8.self))
  }

  fileprivate init(name: String, _ text: String) {
    self.name = name
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension ConfigNode {
  /// The files that its parts stand in, in the order in which they come.
  fileprivate func collectFiles(_ paths: inout [String]) {
    if !paths.contains(where: { $0.isExactly(position.file) }) { paths.append(position.file) }
    for item in items ?? [] { item.collectFiles(&paths) }
    for member in members ?? [] { member.node.collectFiles(&paths) }
  }
}
