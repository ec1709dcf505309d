import Datasets
import Declarations
import Encoders
import Files
import Foundation

/// What a file of weights, and files beside it, say of its networks.
///
/// The first that says something is believed: the file's own metadata; `NAME.config.json`, NAME being that of the
/// file without its ending; `open_clip_config.json`; `config.json`; and of preprocessing, `processor_config.json` where
/// it has an image processor, else `preprocessor_config.json`, as transformers 5 has it. All are UTF-8.
package struct WeightDescription: Sendable {
  struct Source: Sendable {
    let path: String
    let says: ModelDescription
  }

  let sources: [Source]

  /// - Throws: `DescriptionFailure` where a file that should describe the weights cannot be understood.
  init(of weights: String) throws {
    let folder = (weights as NSString).deletingLastPathComponent
    let stem = ((weights as NSString).lastPathComponent as NSString).deletingPathExtension
    var sources: [Source] = []
    // What is wrong with the weights themselves is said where they are loaded.
    if TensorFile.Format(file: weights) == .safetensors, let file = try? SafetensorsFile(weights) {
      let says = ModelDescription(metadata: file.metadata) { Self.json(Array($0.utf8)) }
      if !says.isEmpty { sources.append(Source(path: weights, says: says)) }
    }
    for name in ["\(stem).config.json", "open_clip_config.json", "config.json"] {
      let path = "\(folder)/\(name)"
      guard let json = try Self.read(path) else { continue }
      let says =
        try ModelDescription(openCLIP: json, path: path) ?? ModelDescription(huggingFace: json, path: path)
      sources.append(Source(path: path, says: says ?? ModelDescription(unknown: path)))
    }
    if let source = try Self.preprocessor(in: folder) { sources.append(source) }
    self.sources = sources
  }

  /// What transformers' files say of the preparation of images.
  private static func preprocessor(in folder: String) throws -> Source? {
    let path = "\(folder)/processor_config.json"
    if let says = try read(path).flatMap({ try ModelDescription(processor: $0, path: path) }) {
      return says.isEmpty ? nil : Source(path: path, says: says)
    }
    let older = "\(folder)/preprocessor_config.json"
    guard let json = try read(older) else { return nil }
    let says = try ModelDescription(preprocessor: json, path: older)
    return says.isEmpty ? nil : Source(path: older, says: says)
  }

  /// The longest file that can be a description.
  private static let mostBytes = 1 << 24

  /// Nil where there is no such file.
  private static func read(_ path: String) throws -> JSONValue? {
    guard Paths.isRegular(path) else {
      guard FileStatus(notFollowing: path) != nil else { return nil }
      throw DescriptionFailure.notRegular(path: path)
    }
    guard let bytes = RegularFile.read(path, most: mostBytes) else {
      throw DescriptionFailure.notJSON(path: path)
    }
    if let fault = UTF8Check.fault(in: bytes) { throw DescriptionFailure.notUTF8(path: path, fault) }
    let mark = TextFile.byteOrderMark
    guard let json = json(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes),
      json.object != nil
    else { throw DescriptionFailure.notJSON(path: path) }
    return json
  }

  /// As other programs read it, for which 1e-400 is 0.
  private static func json(_ bytes: [UInt8]) -> JSONValue? {
    try? JSONReader.value(bytes, roundsToZero: true)
  }
}

extension WeightDescription {
  typealias Part = KeyPath<ModelDescription, [String: JSONValue]> & Sendable

  /// What is believed of a part.
  func values(_ part: Part) -> [String: JSONValue] {
    sources.reduce(into: [:]) { values, source in
      values.merge(source.says[keyPath: part]) { first, _ in first }
    }
  }

  /// What of the descriptions makes another network of such a tower: each of them may give keys that the others lack.
  func fault(of part: ModelDescription.Part) -> DescriptionFailure? {
    sources.lazy.compactMap { $0.says.fault(of: part) }.first
  }

  /// Of the sources up to the one that is believed.
  func towerRemarks(of part: ModelDescription.Part) -> [String] {
    let believed = sources.firstIndex { !$0.says[keyPath: part.values].isEmpty }
    return sources.prefix(believed.map { $0 + 1 } ?? sources.count).flatMap(\.says.towerRemarks)
  }

  var pictureRemarks: [String] { sources.flatMap(\.says.pictureRemarks) }

  /// The file that says this of images.
  func place(of key: String, _ value: JSONValue) -> String? {
    sources.first { $0.says.preprocessing[key] == value }?.path
  }

  /// Where it is said what differs from what is used.
  func contradictions(_ part: Part, _ used: [String: JSONValue]) -> [String] {
    sources.flatMap { source in
      source.says[keyPath: part].sorted { $0.key < $1.key }.compactMap { key, said -> String? in
        guard let value = used[key], value != said else { return nil }
        return "\(source.path) says that `\(key)` is \(said.canonical), but \(value.canonical) is used"
      }
    }
  }
}
