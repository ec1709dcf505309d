import Declarations
import Execution
import Files

/// What is there of an entry, digested anew and compared with the catalogue and the record.
package struct DataCheck: Sendable, Equatable {
  package enum State: String, Sendable {
    /// Nothing is there, and nothing was recorded.
    case absent
    /// All is there as recorded, or as the catalogue says.
    case whole
    case missing, changed
    /// There is something, and nothing to compare it with.
    case unrecorded
  }

  package let entry: CatalogEntry
  package var state: State
  package var missing: [String] = []
  package var changed: [String] = []
  /// By what it was judged.
  package var expectation: DataFailure.Expectation?
  /// Whether there is a record; a file that has the digest of the catalogue may have none.
  package var isRecorded = false

  private init(_ entry: CatalogEntry, _ state: State) {
    self.entry = entry
    self.state = state
  }

  /// - Throws: `DataFailure.badRecord`, `FileFailure`, `Cancelled`.
  package init(
    _ entry: CatalogEntry, in store: DataStore, catalog: String, cancellation: Cancellation = Cancellation()
  ) throws {
    guard let record = try store.record(of: entry) else {
      self = try Self.unrecorded(entry, store, catalog)
      return
    }
    self.init(entry, .whole)
    isRecorded = true
    expectation = .record(store.recordPath(of: entry))
    for file in record.files {
      try cancellation.check()
      let path = store.files.path(of: file.path)
      guard try store.files.status(file.path)?.isFile == true else {
        missing.append(path)
        continue
      }
      if try store.files.digest(of: file.path) != file.sha256 { changed.append(path) }
    }
    // Recorded, perhaps, before anybody said what has to be there.
    for path in entry.contains.map({ entry.into + $0 }) where try store.files.status(path) == nil {
      let place = store.files.path(of: path)
      if !missing.contains(where: { $0.isExactly(place) }) { missing.append(place) }
    }
    if let expected = entry.sha256, expected != record.sha256, changed.isEmpty {
      changed = [store.path(of: entry)]
      expectation = .catalogue(catalog)
    }
    state = !changed.isEmpty ? .changed : missing.isEmpty ? .whole : .missing
  }

  private static func unrecorded(
    _ entry: CatalogEntry, _ store: DataStore, _ catalog: String
  ) throws -> DataCheck {
    guard store.isHere(entry) else { return DataCheck(entry, .absent) }
    guard entry.unpack == .none, let expected = entry.sha256 else { return DataCheck(entry, .unrecorded) }
    let isSame = try store.files.digest(of: entry.into) == expected
    var check = DataCheck(entry, isSame ? .whole : .changed)
    check.expectation = .catalogue(catalog)
    if !isSame { check.changed = [store.path(of: entry)] }
    return check
  }
}
