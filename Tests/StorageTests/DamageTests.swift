import Contracts
import Declarations
import Files
import Foundation
import Stages
import Storage
import TestSupport
import Testing

/// What killed programs and failing disks leave behind is noticed, said, and replaced.
@Suite struct DamageTests {
  private static let large = Artefact.tables([
    NamedTable("", Table([.init("v", .reals((0..<10_000).map { Double($0) / 7 }))]))
  ])

  private func withStored(
    _ artefact: Artefact, _ body: (ArtefactStore, StoredRecord) throws -> Void
  ) throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let record = try store.save(
        artefact, key: Fixture.key, keyTree: Fixture.keyTree, stage: "shift/gap")
      try body(store, record)
    }
  }

  private func isDamaged(_ store: ArtefactStore) throws -> Bool {
    if case .damaged = try store.lookup(Fixture.key) { true } else { false }
  }

  @Test func everyChangedByteOfARecordIsNoticed() throws {
    try withStored(.tables(Fixture.tables)) { store, record in
      let path = "\(record.folder)/record.json"
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      for place in bytes.indices {
        var damaged = bytes
        damaged[place] ^= 0x10
        try write(damaged, path)
        #expect(try isDamaged(store), "byte \(place)")
      }
      for length in stride(from: 0, to: bytes.count, by: 7) {
        try write(Array(bytes.prefix(length)), path)
        #expect(try isDamaged(store), "cut to \(length)")
      }
      try write(bytes, path)
      #expect(try !isDamaged(store))
    }
  }

  @Test(arguments: [Artefact.embeddings(Fixture.family), large])
  func everyChangedRegionOfAPayloadIsNoticed(artefact: Artefact) throws {
    try withStored(artefact) { store, record in
      let path = "\(record.folder)/\(record.payloads[0].name)"
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
        var damaged = bytes
        damaged[place] ^= 1
        try write(damaged, path)
        #expect(try store.verify(record).map(\.path) == [path], "byte \(place)")
        #expect(throws: StorageFailure.self) { try store.load(record) }
      }
      for wrong in [Array(bytes.dropLast()), bytes + [0], []] {
        try write(wrong, path)
        #expect(try store.verify(record, readsContent: false).count == 1)
        #expect(throws: StorageFailure.self) { try store.load(record) }
      }
      try FileManager.default.removeItem(atPath: path)
      #expect(try store.verify(record).map(\.detail) == ["the file is missing"])
      let failure = #expect(throws: StorageFailure.self) { try store.load(record) }
      #expect(failure?.kind == .io)
      #expect(failure?.message.contains(path) == true)
    }
  }

  @Test(arguments: ["record.json", "artefact.h5"])
  func savingReplacesADamagedArtefact(file: String) throws {
    try withStored(.embeddings(Fixture.family)) { store, record in
      try write([1, 2, 3], "\(record.folder)/\(file)")
      let again = try store.save(
        .embeddings(Fixture.family), key: Fixture.key, keyTree: Fixture.keyTree, stage: "shift/gap")
      #expect(try store.verify(again).isEmpty)
      #expect(try store.load(again) == .embeddings(Fixture.family))
      #expect(try FileManager.default.contentsOfDirectory(atPath: store.root) == [Fixture.key])
    }
  }

  @Test func savingKeepsAValidArtefact() throws {
    try withStored(.tables(Fixture.tables)) { store, record in
      let other = Artefact.tables([NamedTable("", Table([.init("v", .integers([1]))]))])
      let kept = try store.save(other, key: Fixture.key, keyTree: .null, stage: "other")
      #expect(kept.digest == record.digest)
      #expect(try store.load(kept) == .tables(Fixture.tables))
    }
  }

  @Test func aFolderWithoutARecordOrAFileInItsPlaceIsReplaced() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let place = store.folder(of: Fixture.key)
      let leftovers: [() throws -> Void] = [
        { try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true) },
        {
          try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
          try write([1], "\(place)/artefact.h5")
        },
        { try write([1], place) },
      ]
      for leave in leftovers {
        try store.remove(Fixture.key)
        try leave()
        #expect(try isDamaged(store))
        try store.save(.tables(Fixture.tables), key: Fixture.key, keyTree: .null, stage: "a")
        guard case .found = try store.lookup(Fixture.key) else {
          Issue.record("it was not replaced")
          return
        }
      }
    }
  }

  @Test func aRecordOfAnotherKeyOrVersionIsNotBelieved() throws {
    try withStored(.tables(Fixture.tables)) { store, record in
      let other = String(repeating: "b", count: 64)
      try FileManager.default.copyItem(atPath: record.folder, toPath: store.folder(of: other))
      guard case .damaged(let problem) = try store.lookup(other) else {
        Issue.record("a stranger's record was believed")
        return
      }
      #expect(problem.detail.contains(Fixture.key))
      #expect(problem.message.hasPrefix(store.folder(of: other)))
    }
  }

  @Test func temporariesOfDeadProcessesAreStaleAndOthersAreNot() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let own = ProcessIdentity.own
      let names = [
        ".tmp-999999999-5-\(own.bootMark)-1",
        ".tmp-\(own.pid)-\(own.processStart + 1)-\(own.bootMark)-2",
        ".tmp-\(own.pid)-\(own.processStart)-\(own.bootMark)-3",
        ".tmp-999999999-5-other-4", ".tmp-odd",
      ]
      for name in names {
        try FileManager.default.createDirectory(
          atPath: "\(store.root)/\(name)", withIntermediateDirectories: true)
        try write([UInt8](repeating: 1, count: 10), "\(store.root)/\(name)/record.json")
      }
      let stale = try store.staleTemporaries()
      #expect(stale.map(\.path) == names.prefix(2).map { "\(store.root)/\($0)" }.sorted())
      #expect(try store.removeStaleTemporaries() == 20)
      #expect(try store.staleTemporaries().isEmpty)
      #expect(
        try store.entries().map(\.name) == [".tmp-999999999-5-other-4", ".tmp-odd"], "left alone, and said")
      // What somebody else put there is not removed with it.
      let dead = "\(store.root)/\(names[0])"
      try FileManager.default.createDirectory(atPath: dead + "/inner", withIntermediateDirectories: true)
      #expect(try store.removeStaleTemporaries() == 0)
      #expect(FileManager.default.fileExists(atPath: dead + "/inner"))
    }
  }
}
