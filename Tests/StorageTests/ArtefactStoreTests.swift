import Contracts
import Digests
import Foundation
import Kernels
import Testing

@testable import Storage

@Suite struct ArtefactStoreTests {
  @Test func everyElementOfAFamilyComesBackBitForBit() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder)
      let artefact = Artefact.embeddings(Fixture.family)
      let saved = try store.save(artefact, key: Fixture.key, keyTree: Fixture.keyTree, stage: "shift/gap")
      guard case .found(let record) = try store.lookup(Fixture.key) else {
        Issue.record("the artefact is not found")
        return
      }
      #expect(record.digest == saved.digest)
      #expect(record.keyTree == Fixture.keyTree)
      #expect(try store.verify(record).isEmpty)
      let loaded = try store.load(record)
      #expect(loaded == artefact)
      #expect(ArtefactStore.digest(of: loaded) == record.digest)
    }
  }

  @Test func everyColumnOfTablesComesBackWithItsType() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder)
      let artefact = Artefact.tables(Fixture.tables)
      try store.save(artefact, key: Fixture.key, keyTree: Fixture.keyTree, stage: "evaluate/gap")
      guard case .found(let record) = try store.lookup(Fixture.key) else {
        Issue.record("the artefact is not found")
        return
      }
      #expect(record.tables.map(\.suffix) == ["", "histogram", "none"])
      #expect(try store.load(record) == artefact)
    }
  }
}
