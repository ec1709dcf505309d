import Declarations
import Files
import Foundation

/// The catalogue of data and weights: `configs/data.json`, or another file of the same form.
package struct DataCatalog: Sendable {
  package let path: String
  package let entries: [CatalogEntry]

  package init(path: String, entries: [CatalogEntry]) {
    self.path = path
    self.entries = entries
  }

  /// - Throws: `FileFailure`; `CatalogFailure` with everything that is wrong with it.
  package init(reading path: String) throws {
    var reader = CatalogReader(path: path, bytes: try Disk.read(path))
    self.init(path: path, entries: try reader.entries())
  }

  /// Whether a file is a catalogue, right or wrong, and no config: `configs/*.json` names both.
  package static func isCatalogue(_ path: String) -> Bool {
    guard Paths.isRegular(path), let bytes = RegularFile.read(path, most: 8 << 20),
      let value = try? JSONReader.value(bytes).object
    else { return false }
    return value["entries"] != nil && value["stages"] == nil && value["extends"] == nil
  }

  package static let usualPath = "configs/data.json"

  /// The project's own catalogue: below the current folder, else beside a config or above it, else above the program.
  package static func find(near places: [String] = []) -> String? {
    if Paths.isRegular(usualPath) { return usualPath }
    for place in places + (Paths.program.map { [$0] } ?? []) {
      var folder = URL(fileURLWithPath: place).standardizedFileURL
      for _ in 0..<6 where folder.path != "/" {
        folder.deleteLastPathComponent()
        let candidate = folder.appendingPathComponent(usualPath).path
        if Paths.isRegular(candidate) { return candidate }
      }
    }
    return nil
  }

  /// The entry of this name, or all whose names begin with it and a hyphen: `coco` is `coco-val2017`, `coco-captions`….
  /// - Throws: `CatalogFailure.unknownName`.
  package func entries(named name: String) throws -> [CatalogEntry] {
    if let entry = entries.first(where: { $0.name.isExactly(name) }) { return [entry] }
    let family = entries.filter { $0.name.hasBytes(first: name + "-") }
    guard !name.isEmpty, !family.isEmpty else {
      throw CatalogFailure.unknownName(name, path: path, known: entries.map(\.name))
    }
    return family
  }

  /// File names of URLs that one entry alone has; `model.safetensors` says nothing.
  func isOwn(_ fileName: String, of entry: CatalogEntry) -> Bool {
    !entries.contains { other in
      other != entry
        && (other.plainFileName.isExactly(fileName)
          || other.urls.contains { CatalogEntry.fileName(of: $0)?.isExactly(fileName) ?? false })
    }
  }

  /// The command that gets a missing file: of the entry whose place the path ends with, or lies in.
  ///
  /// - Parameters:
  ///   - usual: the folder in which `get` puts data without being told, as an absolute path.
  ///   - isUsual: whether `get` finds this catalogue without being told.
  package func command(for missing: String, usual: String, isUsual: Bool = true) -> CatalogueCommand? {
    let path = URL(fileURLWithPath: missing).standardizedFileURL.path
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    let found = entries.compactMap { entry in
      entry.place(in: parts).map { (entry: entry, start: $0) }
    }
    // The longest place is the most exact one.
    guard let best = found.max(by: { $0.entry.into.components.count < $1.entry.into.components.count }) else {
      return nil
    }
    let folder = "/" + parts[..<best.start].joined(separator: "/")
    return CatalogueCommand(
      names: [best.entry.name], folder: folder.isExactly(usual) ? nil : folder,
      catalogue: isUsual ? nil : self.path)
  }
}

extension CatalogEntry {
  /// Where in the path this entry's own place begins; nil where it does not stand there.
  fileprivate func place(in parts: [String]) -> Int? {
    let own = into.components
    guard !own.isEmpty, parts.count >= own.count else { return nil }
    let starts = unpack == .none ? [parts.count - own.count] : Array((0...parts.count - own.count).reversed())
    return starts.first { start in zip(own, parts[start...]).allSatisfy { $0.isExactly($1) } }
  }
}
