import Declarations
import Files

/// What a download is held to: the catalogue's size and digest, else the digest that was recorded at first use.
struct ExpectedFile {
  let name: String
  let size: Int?
  let digest: Digest?
  let expectation: DataFailure.Expectation

  init(_ entry: CatalogEntry, record: DataRecord?, in store: DataStore, catalog: String) {
    name = entry.name
    size = entry.size
    digest = entry.sha256 ?? record?.sha256
    expectation =
      entry.sha256 == nil ? .record(store.recordPath(of: entry)) : .catalogue(catalog)
  }

  /// - Throws: `DataFailure.wrongSize`, `wrongDigest`; `FileFailure`.
  func check(_ part: PartialFile, source: String) throws {
    if let size, part.size != size {
      throw DataFailure.wrongSize(name: name, source: source, found: part.size, expected: size)
    }
    guard let digest else { return }
    let found = try part.digest()
    guard found == digest else {
      throw DataFailure.wrongDigest(
        name: name, source: source, found: found, expected: digest, by: expectation)
    }
  }
}
