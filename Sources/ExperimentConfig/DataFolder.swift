import Declarations
import Foundation

/// The folder that `${env:MODGAP_DATA}` stands for: what the environment says, else the first of some folders that
/// has a file which the config looks for there.
struct DataFolder: Sendable {
  static let variable = "MODGAP_DATA"

  let path: String

  /// - Parameter names: files that the config names below the folder.
  init(environment: [String: String], config: String, names: [String], files: FileSystem) {
    if let named = environment[Self.variable], !named.isEmpty {
      path = URL(fileURLWithPath: named).standardizedFileURL.path
      return
    }
    let here = URL(fileURLWithPath: files.currentFolder, isDirectory: true)
    var places = [here]
    var folder = URL(fileURLWithPath: config).standardizedFileURL.deletingLastPathComponent()
    for _ in 0..<4 {
      places.append(folder)
      folder = folder.deletingLastPathComponent()
    }
    let candidates = places.flatMap { place in
      ["data", "../shared/data/authors-features"].map {
        place.appendingPathComponent($0).standardizedFileURL.path
      }
    }
    let found = candidates.first { folder in
      names.isEmpty ? files.exists(folder) : names.contains { files.exists("\(folder)/\($0)") }
    }
    path = found ?? here.appendingPathComponent("data").standardizedFileURL.path
  }

  /// Some of the files that a config names below `${env:MODGAP_DATA}`, with values of axes in the place of `${axis}`;
  /// none where the environment says where the folder is.
  static func names(in config: ConfigNode, environment: [String: String]) -> [String] {
    guard environment[variable]?.isEmpty ?? true else { return [] }
    let axes = (config["matrix"]?.members ?? []).map {
      ($0.key, $0.node.items?.prefix(mostNames).map(\.value) ?? [])
    }
    var names: [String] = []
    for case let tail? in config.value.texts.lazy.map(tail) where names.count < mostNames {
      names += expanded(tail, axes)
    }
    return names
  }

  /// Whether a config asks for the folder by its variable.
  static func isNamed(in config: ConfigNode) -> Bool { config.value.texts.contains { tail($0) != nil } }

  /// One file that is there is enough, and a sweep may name millions.
  private static let mostNames = 1000

  /// What stands behind `${env:MODGAP_DATA}/`, which may have a default; nil where the text begins otherwise.
  private static func tail(_ text: String) -> String? {
    guard let first = Interpolation.references(in: text).first, first.range.lowerBound == text.startIndex,
      first.name == "env:\(variable)" || first.name.hasPrefix("env:\(variable):-")
    else { return nil }
    let rest = text[first.range.upperBound...]
    return rest.hasPrefix("/") ? String(rest.dropFirst()) : nil
  }

  private static func expanded(_ tail: String, _ axes: [(name: String, values: [JSONValue])]) -> [String] {
    var found = [JSONValue.string(tail)]
    for axis in axes where Interpolation.axes(in: .string(tail)).contains(axis.name) {
      var next: [JSONValue] = []
      for name in found where next.count < mostNames {
        for value in axis.values.prefix(mostNames - next.count) {
          next.append(Interpolation.resolve(name, [axis.name: value]))
        }
      }
      found = next
    }
    return found.compactMap { $0.string.map { DataFilePath.split($0) { _ in false }.file } }
  }
}

/// A file that is not there, and that is of the data folder or in the catalogue of data.
package struct MissingFile: Sendable, Hashable {
  let name: String
  /// The command that gets it, where the config says one.
  let obtain: String?
  /// The command that gets it, where the catalogue has it.
  package let catalogued: CatalogueCommand?
  /// Whether it is below the folder of `MODGAP_DATA`.
  let isData: Bool

  /// What to do about them: a line for each command.
  static func remedies(_ missing: [MissingFile]) -> [String] {
    let byCommand = Dictionary(grouping: Set(missing), by: \.remedy)
    return byCommand.sorted { $0.key.order < $1.key.order }.compactMap { remedy, files in
      let names = files.map(\.name).sorted()
      guard let first = names.first else { return nil }
      let (isOne, others) = (names.count == 1, names.count - 1)
      let command = files[0].obtain ?? CatalogueCommand(of: files)?.command.text
      let all = isOne ? "it" : "them"
      let ways = [
        command.map { "run \"\($0)\" to download \(all)" },
        remedy.isData
          ? "set \(DataFolder.variable) to the folder that contains \(isOne ? first : "them")" : nil,
      ].compactMap(\.self)
      return (isOne ? "\(first) is" : "\(first) and \(counted(others, "other file")) are") + " missing: "
        + ways.joined(separator: ", or ")
    }
  }

  /// What is the same for all files that one line tells how to get.
  private struct Remedy: Hashable {
    let obtain: String?
    let isCatalogued: Bool
    let folder: String?
    let isData: Bool

    var order: String { "\(obtain ?? "") \(folder ?? "") \(isCatalogued) \(isData)" }
  }

  private var remedy: Remedy {
    Remedy(
      obtain: obtain, isCatalogued: catalogued != nil, folder: catalogued?.folder, isData: isData)
  }
}

extension CatalogueCommand {
  /// One command for files that belong below the same folder; nil where the catalogue has none of them.
  fileprivate init?(of files: [MissingFile]) {
    let commands = files.compactMap(\.catalogued)
    guard let first = commands.first else { return nil }
    self.init(
      names: commands.reduce(into: []) { $0.formUnion($1.names) }, folder: first.folder,
      catalogue: first.catalogue)
  }
}

extension JSONValue {
  /// All texts inside the value.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let items): items.flatMap(\.texts)
    case .object(let members): members.sorted { $0.key < $1.key }.flatMap(\.value.texts)
    default: []
    }
  }
}
