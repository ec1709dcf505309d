import Contracts
import Datasets
import Declarations
import Execution
import Files
import Foundation
import Kernels
import Stages
import Storage
import TestSupport
import Testing

@Suite struct ArtefactStoreTests {
  private func found(_ store: ArtefactStore, _ key: String = Fixture.key) throws -> StoredRecord {
    guard case .found(let record) = try store.lookup(key) else {
      throw StorageFailure.badKey("not found: \(key)")
    }
    return record
  }

  private func save(_ artefact: Artefact, in store: ArtefactStore) throws -> StoredRecord {
    try store.save(artefact, key: Fixture.key, keyTree: Fixture.keyTree, stage: "shift/gap")
  }

  private static let family = Artefact.embeddings(Fixture.family)
  private static let tables = Artefact.tables(Fixture.tables)
  /// Too large to stand inside the record.
  private static let largeTables = Artefact.tables([
    NamedTable("", Table([.init("v", .reals((0..<10_000).map { Double($0) / 7 }))])),
    NamedTable("spectrum", Table([.init("t", .texts(["a,b"]))])),
  ])

  private static let model = Artefact.model(
    Model(
      origin: .object(["kind": "clip", "seed": 3, "stage": "s", "with": .object(["data": "here"])]),
      tensors: [
        Model.Tensor(name: "visual.proj", shape: [2, 3], values: [1, -0.5, 3e-30, 4, 5, .pi]),
        Model.Tensor(name: "logit_scale", shape: [], values: [2.5]),
      ], family: Fixture.family,
      tables: [NamedTable("log", Table([.init("loss", .reals([0.1, 1 / 3]))]))]))

  private static func paired(_ pairing: Pairing) -> Artefact {
    var pair = Fixture.pair(6, 5)
    if pairing == .grouped(size: 2) { pair.x = Fixture.pair(3, 5, seed: 4).x }
    pair.pairing = pairing
    return .embeddings(EmbeddingFamily(pair))
  }

  private static let pairings: [Artefact] = [
    paired(.unpaired), paired(.grouped(size: 2)), paired(.grouped(size: 3)),
    paired(.map([0, 5, 5, 2, 1, 0])),
  ]

  /// Pairs with ids, labels or both, some of which are hard to keep.
  private static let annotated: [Artefact] = [
    annotated(ids: ["1", "a,b", "", "two\nlines", "🐈", "e\u{301}"]),
    annotated(labels: ["a", "a", "a", "b", "b", "é"]),
    annotated(ids: ["1", "2", "3", "4", "5", "6"], labels: ["a", "a", "a", "b", "b", "é"]),
    annotated(ids: ["1", "2", "3"], .grouped(size: 2)),
  ]

  private static func annotated(
    ids: [String] = [], labels: [String] = [], _ pairing: Pairing = .identity
  ) -> Artefact {
    guard case .embeddings(var family) = paired(pairing) else { return .tables([]) }
    family.bases[0].annotations = ItemAnnotations(ids: ids, labels: labels)
    return .embeddings(family)
  }

  @Test("digests of ids and labels differ by their bytes, and that of pairs without is what it was")
  func digestsOfAnnotations() {
    let digests = { (artefacts: [Artefact]) in artefacts.map { ArtefactStore.digest(of: $0).hex } }
    let others = [
      // As labels what are ids elsewhere, and the same text in another form.
      Self.annotated(labels: ["1", "2", "3", "4", "5", "6"]),
      Self.annotated(ids: ["1", "2", "3", "4", "5", "6"]),
      Self.annotated(labels: ["a", "a", "a", "b", "b", "e\u{301}"]), Self.paired(.identity),
    ]
    #expect(Set(digests(Self.annotated + others)).count == Self.annotated.count + others.count)
    // SHA-256 of the canonical bytes, without a word about ids and labels; made with Python's hashlib.
    #expect(
      digests([Self.paired(.identity)])
        == ["cf65e0632f2770212cef429822f4b321227bded948dda19d6acca18e833fd525"])
  }

  @Test("as many ids as there are items, or none", arguments: [1, 2, 5, 7])
  func ofAnotherNumberOfItems(_ count: Int) throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      let artefact = Self.annotated(ids: (0..<count).map(String.init))
      let saved = try save(artefact, in: store)
      let failure = #expect(throws: StorageFailure.self) { try store.load(saved) }
      #expect(failure?.message.contains("it does not have ids for 6 items") == true)
    }
  }

  @Test("digests of pairings differ, and that of rows paired by their number is what it was")
  func digestsOfPairings() {
    let all = Self.pairings + [Self.paired(.identity), Self.paired(.map([0, 5, 5, 2, 1, 1]))]
    #expect(Set(all.map { ArtefactStore.digest(of: $0) }).count == all.count)
  }

  @Test(arguments: [family, tables, largeTables, model] + pairings + annotated)
  func everyElementComesBack(artefact: Artefact) throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      let saved = try save(artefact, in: store)
      let record = try found(store)
      #expect(record.digest == saved.digest && record.payloads == saved.payloads)
      #expect(record.tables == saved.tables && record.stage == "shift/gap")
      #expect(record.keyTree == Fixture.keyTree && saved.keyTree == Fixture.keyTree)
      #expect(try store.verify(record).isEmpty)
      for source in [saved, record] {
        let loaded = try store.load(source)
        #expect(loaded == artefact)
        #expect(ArtefactStore.digest(of: loaded) == record.digest)
      }
      let sizes = try FileManager.default.contentsOfDirectory(atPath: record.folder).map { name in
        try Data(contentsOf: URL(fileURLWithPath: "\(record.folder)/\(name)")).count
      }
      #expect(try store.entries().map(\.bytes) == [sizes.reduce(0, +)])
      #expect(try store.staleTemporaries().isEmpty)
      try store.sync()
    }
  }

  /// Records without notes are the bytes that they were before there were any, and stay valid.
  @Test func notesStandBesideAnArtefact() throws {
    var notes = StageNotes()
    notes.add(notice: "3 of \"5\" texts were cut\n")
    notes.add(notice: "3 of \"5\" texts were cut\n")
    notes.add(fact: "tokenizer", "bytes")
    notes.add(fact: "tokenizer", "byte pairs")
    #expect(notes.notices.count == 1 && notes.facts.map(\.value) == ["byte pairs"])
    try withFolder { folder in
      let plain = try ArtefactStore(results: folder + "/a", transforms: stageCatalog.transforms)
      let noted = try ArtefactStore(results: folder + "/b", transforms: stageCatalog.transforms)
      let without = try save(Self.tables, in: plain)
      let with = try noted.save(
        Self.tables, key: Fixture.key, keyTree: Fixture.keyTree, stage: "shift/gap", notes: notes)
      #expect(try found(noted).notes == notes && found(plain).notes.isEmpty)
      #expect(with.digest == without.digest && with.payloads == without.payloads)
      #expect(try found(noted).keyTree == Fixture.keyTree && noted.load(found(noted)) == Self.tables)
      #expect(try noted.verify(found(noted)).isEmpty)
      let record = try String(contentsOfFile: without.folder + "/record.json", encoding: .utf8)
      #expect(!record.contains("notes"))
    }
  }

  @Test func signsAndPayloadsOfFloatsSurvive() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      let values: [Float] = [-0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, 0.1]
      let matrix = Matrix(rows: 2, columns: 3, values: values)
      let vectors = [-0.0, Double.nan, .infinity, 5e-300]
      let family = EmbeddingFamily(
        bases: [Embeddings(x: matrix, isNormalized: false)],
        members: [.init(transforms: [Subtraction(x: vectors, y: vectors.map { $0 + 0.0 })])])
      _ = try save(.embeddings(family), in: store)
      let back = try #require(try store.load(found(store)).embeddings)
      #expect(back.bases[0].x.values.map(\.bitPattern) == values.map(\.bitPattern))
      let subtraction = try #require(back.members[0].transforms[0] as? Subtraction)
      #expect(subtraction.x.map(\.bitPattern) == vectors.map(\.bitPattern))
      #expect(subtraction.y[0].sign == .plus)
    }
  }

  @Test func theDigestIsOverValues() {
    func digest(_ values: [Double]) -> Digest {
      ArtefactStore.digest(of: .tables([NamedTable("", Table([.init("v", .reals(values))]))]))
    }
    #expect(digest([0, .nan]) == digest([-0.0, -.nan]))
    #expect(digest([1]) != digest([1, 1]))
    var family = Fixture.family
    let before = ArtefactStore.digest(of: .embeddings(family))
    family.members[3].coordinates[0] = Coordinate("delta", .real(7))
    #expect(ArtefactStore.digest(of: .embeddings(family)) != before)
    let integer = Artefact.tables([NamedTable("", Table([.init("v", .integers([1]))]))])
    #expect(ArtefactStore.digest(of: integer) != digest([1]))
  }

  @Test func theSameArtefactGivesTheSameBytes() throws {
    try withFolder { folder in
      let files = try (0..<2).map { round in
        let store = try ArtefactStore(results: "\(folder)/\(round)", transforms: stageCatalog.transforms)
        let record = try save(Self.family, in: store)
        return try ["record.json", "artefact.h5"].map {
          try Digest(file: "\(record.folder)/\($0)")
        }
      }
      #expect(files[0] == files[1])
    }
  }

  @Test func keysThatCouldLeaveTheStoreAreRefused() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      for key in ["", "..", "a/b", ".tmp-1", String(repeating: "a", count: 129), "é"] {
        #expect(throws: StorageFailure.badKey(key)) { try store.lookup(key) }
        #expect(throws: StorageFailure.badKey(key)) { try store.remove(key) }
      }
    }
  }

  @Test func manyThreadsMaySaveOneKey() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { round in
        do {
          if round.isMultiple(of: 4) { try store.remove(Fixture.key) }
          let record = try store.save(
            Self.largeTables, key: Fixture.key, keyTree: Fixture.keyTree, stage: "a")
          _ = record
        } catch { failures.withLock { $0.append("\(error)") } }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(try store.load(found(store)) == Self.largeTables)
      #expect(try store.staleTemporaries().isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: store.root) == [Fixture.key])
    }
  }

  @Test func aStoreInsideAFileIsAnIOFailure() throws {
    try withFolder { folder in
      let file = try write([1], "\(folder)/file")
      let failure = #expect(throws: FileFailure.self) {
        try ArtefactStore(results: file, transforms: stageCatalog.transforms)
      }
      #expect(failure?.kind == .io)
    }
  }

  @Test func ofAModelThatIsNotKeptTheLogStays() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      let record = try store.save(
        Self.model, key: Fixture.key, keyTree: Fixture.keyTree, stage: "train/contrastive",
        keepsPayload: false)
      #expect(!record.hasPayload)
      #expect(record.digest == ArtefactStore.digest(of: Self.model))
      #expect(try store.loadTables(record) == Self.model.namedTables)
      #expect(try store.verify(record).isEmpty)
    }
  }

  @Test func whereAModelWasMadeIsNotPartOfIt() throws {
    guard case .model(var model) = Self.model else {
      Issue.record("it is a model")
      return
    }
    var origin = try #require(model.origin.object)
    origin["with"] = .object(["data": "elsewhere"])
    model.origin = .object(origin)
    #expect(ArtefactStore.digest(of: .model(model)) == ArtefactStore.digest(of: Self.model))
    origin["seed"] = 4
    model.origin = .object(origin)
    #expect(ArtefactStore.digest(of: .model(model)) != ArtefactStore.digest(of: Self.model))
  }

  @Test func aCheckpointComesBackWholeOrNotAtAll() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms)
      let checkpoint = store.checkpoint(of: Fixture.key)
      #expect(try checkpoint.load() == nil)
      try checkpoint.save([1, 2, 3])
      try checkpoint.save([4, 5])
      #expect(try checkpoint.load() == [4, 5])
      #expect(try store.entries().isEmpty)
      #expect(try store.allCheckpoints().map(\.key) == [Fixture.key])
      let path = "\(folder)/.store/.checkpoints/\(Fixture.key)"
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes[bytes.count - 1] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try checkpoint.load() == nil)
      store.removeCheckpoint(of: Fixture.key)
      #expect(try store.allCheckpoints().isEmpty)
    }
  }

  @Test(.enabled(if: Outside.shared != nil, "needs the reference data (MODGAP_SHARED)"))
  func theDigestOfTheAuthorsCLIPFeaturesNeverChanges() throws {
    let path = (Outside.shared ?? "") + "/data/authors-features/features_clip.npy"
    let matrices = try EmbeddingFile.load(path)
    let pair = Embeddings(x: matrices[0], y: matrices[1], isNormalized: false)
    let digest = ArtefactStore.digest(of: .embeddings(EmbeddingFamily(pair)))
    #expect(digest.hex == "f58fbf0bbe64c97aee0becab4399f3cce299926cff84fff3c9b4f8c64306055b")
  }
}
