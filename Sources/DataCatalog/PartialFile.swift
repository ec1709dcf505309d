import Declarations
import Files
import Foundation

/// A download that is not whole yet, and what tells whether its rest still fits: it survives the program.
struct PartialFile {
  let store: DataStore
  let file: InnerPath
  let headers: InnerPath
  private let notes: InnerPath

  init(_ entry: CatalogEntry, in store: DataStore) throws {
    self.store = store
    file = try store.own(entry, "part")
    headers = try store.own(entry, "headers")
    notes = try store.own(entry, "part.json")
  }

  /// 0 where there is none.
  var size: Int { ((try? store.files.status(file)) ?? nil).map { Int($0.st_size) } ?? 0 }

  var path: String { store.files.path(of: file) }

  /// What the server has said so far.
  var answer: ResponseHeaders? {
    ((try? store.files.readIfPresent(headers)) ?? nil).map { ResponseHeaders($0) }
  }

  /// Where the bytes came from, and the version of the file that they are of.
  struct Origin: Equatable {
    let source: String
    let validator: String?
    let isWhole: Bool
  }

  var origin: Origin? {
    guard let bytes = (try? store.files.readIfPresent(notes)) ?? nil,
      let value = try? JSONReader.value(bytes), let source = value["source"]?.string
    else { return nil }
    return Origin(
      source: source, validator: value["validator"]?.string,
      isWhole: value["whole"]?.bool ?? false)
  }

  func note(_ origin: Origin) throws {
    let value = JSONValue.object([
      "source": .string(origin.source), "validator": origin.validator.map { .string($0) } ?? .null,
      "whole": .bool(origin.isWhole),
    ])
    try store.files.write(Array(value.canonical.utf8), to: notes)
  }

  func remove() throws {
    for name in [file, headers, notes] { try store.files.removeFile(name) }
  }

  func digest() throws -> Digest { try store.files.digest(of: file) }

  /// Waits until the content is on the disk, before it gets its name.
  func sync() throws {
    try store.files.withFile(file, O_RDONLY, .sync) { descriptor, _ in
      if fsync(descriptor) != 0 { throw FileFailure(.sync, path, code: errno) }
    }
  }
}
