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

  /// The files that a config names below `${env:MODGAP_DATA}`, with the values of axes in the place of `${axis}`.
  static func names(in config: ConfigNode) -> [String] {
    let beginning = "${env:\(variable)}/"
    let axes = (config["matrix"]?.members ?? []).map { ($0.key, $0.node.items?.map(\.value) ?? []) }
    return config.value.texts.filter { $0.hasPrefix(beginning) }.flatMap { text in
      let name = JSONValue.string(String(text.dropFirst(beginning.count)))
      return axes.reduce([name]) { names, axis in
        names.flatMap { name in
          guard Interpolation.axes(in: name).contains(axis.0) else { return [name] }
          return axis.1.map { Interpolation.resolve(name, [axis.0: $0]) }
        }
      }
    }.compactMap(\.string)
  }

  /// What to do about a file that should be in it: the command that obtains it, where the config says so.
  static func remedy(for path: String, obtain: String?) -> String {
    let name = (path as NSString).lastPathComponent
    let place = "set \(variable) to the folder that contains \(name)"
    return "\(name) is missing: " + (obtain.map { "run \"\($0)\" to download it, or " } ?? "") + place
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
