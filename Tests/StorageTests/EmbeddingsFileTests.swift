import Contracts
import Datasets
import Declarations
import Files
import Foundation
import HDF5
import Kernels
import Stages
import Storage
import TestSupport
import Testing

/// `embeddings.h5` opens in h5py, pandas and h5dump as it is.
@Suite struct EmbeddingsFileTests {
  private static let config = JSONValue.object(["name": .string("a β test"), "seed": .number(0)])

  private static var elements: [EmbeddingsFile.Element] {
    let layers = [3, 4, 4].enumerated().map { Fixture.pair(6, $1, seed: UInt64($0)) }
    let along = (0..<5).map { step in
      EmbeddingFamily.Member(
        coordinates: [Coordinate("delta", .real(Double(step) * 0.25))],
        transforms: [
          GapShift(
            gap: [0.6, 0.8, 0, 0, 0], amountX: Double(step) / 8, amountY: Double(step) / 8,
            renormalizes: true)
        ])
    }
    let mixed = [
      EmbeddingFamily.Member(coordinates: [Coordinate("name", .text("none"))]),
      EmbeddingFamily.Member(
        coordinates: [Coordinate("name", .text("tilt"))],
        transforms: [Elevation(degrees: 3), Subtraction(x: [1, 2], y: [3, 4])]),
    ]
    return [
      .init("clip", .matrices(Fixture.pair(7, 5))),
      .init("tower", .matrices(Embeddings(x: Fixture.pair(4, 5).x, isNormalized: true))),
      .init("mlp", .layers(layers)), .init("moved", .family(.stage("clip"), members: along)),
      .init("mixed", .family(.stage("clip"), members: mixed)),
    ]
  }

  private func withFile(_ body: (String) throws -> Void) throws {
    try withFolder { folder in
      let path = "\(folder)/embeddings.h5"
      try EmbeddingsFile.write(Self.elements, config: Self.config, to: path)
      try body(path)
    }
  }

  @Test func theRowsThatBelongTogetherAreInIt() throws {
    var pair = Fixture.pair(6, 5)
    pair.x = Fixture.pair(3, 5, seed: 4).x
    pair.pairing = .grouped(size: 2)
    try withFolder { folder in
      let path = "\(folder)/embeddings.h5"
      try EmbeddingsFile.write([.init("clip", .matrices(pair))], config: Self.config, to: path)
      #expect(try TensorFile.load("\(path):/clip/partner").values == [0, 0, 1, 1, 2, 2])
      #expect(try EmbeddingFile.load("\(path):/clip") == [pair.x, pair.y ?? pair.x])
    }
  }

  @Test func idsAndLabelsAreInIt() throws {
    var pair = Fixture.pair(6, 5)
    pair.annotations = ItemAnnotations(ids: ["a,b", "two\nlines", "🐈", "é", "e\u{301}", "0"])
    let labels = ItemAnnotations(labels: ["a", "a", "b", "b", "b", "c"])
    let layers = (0..<2).map { layer in
      var made = Fixture.pair(6, 3, seed: UInt64(layer))
      made.annotations = labels
      return made
    }
    let bytes = try EmbeddingsFile.make(
      [
        .init("clip", .matrices(pair)), .init("mlp", .layers(layers)),
        .init("bare", .matrices(Fixture.pair(6, 5))),
        .init(
          "moved", .family(.layers([pair]), members: [EmbeddingFamily.Member(), EmbeddingFamily.Member()])),
      ], config: Self.config)
    try HDF5Image.read(bytes) { root in
      for name in ["clip", "moved/base"] {
        let texts = root.values.first { $0.path.text == "\(name)/id" }
        guard case .texts(let found)? = texts?.content else {
          Issue.record("no ids in \(name)")
          continue
        }
        #expect(found.map { Array($0.utf8) } == pair.annotations.ids.map { Array($0.utf8) })
      }
      let found = try root.open("mlp") { try $0.texts("label") }
      #expect(found == labels.labels)
      let names = root.values.map(\.path.text)
      #expect(!names.contains("clip/label") && !names.contains("mlp/id") && !names.contains("bare/id"))
    }
  }

  @Test func theSameElementsGiveTheSameBytes() throws {
    let once = try EmbeddingsFile.make(Self.elements, config: Self.config)
    #expect(try EmbeddingsFile.make(Self.elements, config: Self.config) == once)
  }

  @Test func ourOwnReaderReadsIt() throws {
    try withFile { path in
      let pair = Fixture.pair(7, 5)
      let layer = Fixture.pair(6, 4, seed: 2)
      for (member, expected) in [
        ("clip", [pair.x, pair.y ?? pair.x]), ("tower", [Fixture.pair(4, 5).x]),
        ("mlp/y/layer02", [layer.y ?? layer.x]), ("moved/base/x", [pair.x]),
      ] {
        let loaded = try EmbeddingFile.load("\(path):/\(member)")
        #expect(loaded == expected, "\(member)")
      }
    }
  }

  @Test(.enabled(if: Outside.python != nil, "needs a Python with h5py and pandas (MODGAP_PYTHON)"))
  func h5pyAndPandasReadEveryElement() throws {
    try withFile { path in
      let script = """
        import h5py, json, numpy as np, pandas as pd
        f = h5py.File('\(path)')
        def sha(a):
            import hashlib
            return hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()
        assert sorted(f) == ['clip', 'config', 'mixed', 'mlp', 'moved', 'tower'], list(f)
        assert json.loads(f['config'].asstr()[()]) == {'name': 'a β test', 'seed': 0}
        x = f['clip/x']
        assert x.dtype == np.float32 and x.shape == (7, 5) and x.chunks is None
        assert [d.label for d in x.dims] == ['sample', 'dimension']
        assert list(x.dims[0]['sample']) == list(range(7))
        assert x.dims[1][0].name == '/clip/dimension'
        assert f['clip'].attrs['normalized'] == 0 and f['tower'].attrs['normalized'] == 1
        assert list(f['tower']) == ['dimension', 'sample', 'x']
        assert list(f['mlp/x']) == ['layer00', 'layer01', 'layer02']
        assert f['mlp/x/layer00'].dims[1][0].shape == (3,) and f['mlp/x/layer02'].dims[1][0].shape == (4,)
        def every(name, o):
            kind = o.attrs['encoding-type']; version = o.attrs['encoding-version']
            assert isinstance(kind, str) and isinstance(version, str), name
            assert h5py.check_string_dtype(o.attrs.get_id('encoding-type').dtype).length is None
            if isinstance(o, h5py.Dataset): assert kind in ('array', 'string', 'string-array'), name
            else: assert kind in ('dict', 'embedding-family'), name
        f.visititems(every); every('/', f)
        moved = f['moved']
        assert moved.get('base', getlink=True).path == '/clip'
        assert moved['base/x'] == x
        assert list(moved['coordinates/delta']) == [0, .25, .5, .75, 1]
        assert list(moved['moves/0/gap']) == [.6, .8, 0, 0, 0]
        assert list(moved['moves/0/amount_x']) == [0, .125, .25, .375, .5]
        assert moved['moves/0'].attrs['kind'] == 'along'
        assert list(f['mixed/coordinates/name'].asstr()) == ['none', 'tilt']
        assert list(f['mixed/moves/0/kind'].asstr()) == ['none', 'elevation']
        frame = pd.DataFrame(f['clip/x'][:])
        assert frame.shape == (7, 5)
        print(sha(f['clip/x'][:]), sha(f['clip/y'][:]), sha(f['mlp/x/layer01'][:]))
        """
      let answer = try #require(Outside.run(Outside.python ?? "", ["-W", "ignore", "-c", script]))
      try #require(answer.status == 0, "\(answer.output)")
      let pair = Fixture.pair(7, 5)
      let expected = [pair.x, pair.y ?? pair.x, Fixture.pair(6, 4, seed: 1).x].map {
        Digest(of: $0.values.withUnsafeBytes { Array($0) }).hex
      }
      #expect(answer.output == expected.joined(separator: " ") + "\n")
    }
  }

  @Test(.enabled(if: Outside.hasH5dump, "needs h5dump (hdf5-tools)"))
  func h5dumpReadsIt() throws {
    try withFile { path in
      let answer = try #require(Outside.run("h5dump", ["-A", path]))
      #expect(answer.status == 0, "\(answer.output)")
      for part in [
        "SOFTLINK \"base\"", "LINKTARGET \"/clip\"", "DATASET \"layer02\"", "H5T_IEEE_F32LE",
        "CSET H5T_CSET_UTF8",
      ] {
        #expect(answer.output.contains(part), "\(part)")
      }
    }
  }

  @Test func aFolderThatIsNotThereIsAnIOFailure() {
    let failure = #expect(throws: FileFailure.self) {
      try EmbeddingsFile.write(Self.elements, config: .null, to: "/nowhere/at/all.h5")
    }
    #expect(failure?.kind == .io)
  }
}
