import Contracts
import Declarations
import Files
import Foundation
import HDF5
import Kernels
import Storage
import TestSupport
import Testing

/// `.h5ad` files as anndata's on-disk format has them.
@Suite struct AnnDataFileTests {
  private static let origin = AnnDataFile.Origin(
    experiment: "e", run: "single", stage: "moved", config: .object(["name": .string("a β test")]),
    coordinates: [
      Coordinate("delta", .real(0.25)), Coordinate("layer", .integer(3)), Coordinate("name", .text("tilt")),
    ])

  private static var grouped: Embeddings {
    var pair = Fixture.pair(6, 5)
    pair.x = Fixture.pair(3, 5, seed: 4).x
    pair.pairing = .grouped(size: 2)
    return pair
  }

  @Test func theAttributesAreThoseOfTheFormat() throws {
    try HDF5Image.read(AnnDataFile.make(Self.grouped, origin: Self.origin)) { root in
      let encoding = (try root.textAttribute("encoding-type"), try root.textAttribute("encoding-version"))
      #expect(encoding == ("anndata", "0.1.0"))
      for (name, rows) in [("obs", 9), ("var", 5)] {
        let (type, index) = try root.open(name) {
          (try $0.textAttribute("encoding-type"), try $0.textAttribute("_index"))
        }
        #expect(type == "dataframe" && index == "_index")
        #expect(root.values.first { $0.path.text == "\(name)/_index" }?.shape == [rows])
      }
      let (items, numbers) = try root.open("obs") { (try $0.doubles("item"), try $0.doubles("row")) }
      #expect(items == [0, 1, 2, 0, 0, 1, 1, 2, 2] && numbers == [0, 1, 2, 0, 1, 2, 3, 4, 5])
      let (kind, codes) = try root.open("obs") { obs in
        try obs.open("modality") { (try $0.textAttribute("encoding-type"), try $0.doubles("codes")) }
      }
      #expect(kind == "categorical" && codes == [0, 0, 0, 1, 1, 1, 1, 1, 1])
    }
  }

  @Test func theSameEmbeddingsGiveTheSameBytes() throws {
    let first = try AnnDataFile.make(Self.grouped, origin: Self.origin)
    #expect(try AnnDataFile.make(Self.grouped, origin: Self.origin) == first)
  }

  private static let hasAnnData = Outside.python.map {
    Outside.run($0, ["-c", "import anndata"])?.status == 0
  }

  @Test(.enabled(if: hasAnnData == true, "needs a Python with anndata (MODGAP_PYTHON)"))
  func anndataOpensItWithoutAWarning() throws {
    let single = Embeddings(x: Fixture.pair(4, 3).x, isNormalized: true)
    for embeddings in [Self.grouped, single] {
      try withFolder { folder in
        let path = "\(folder)/e.h5ad"
        try AtomicWriter(syncsFile: false).write(
          try AnnDataFile.make(embeddings, origin: Self.origin), to: path)
        let script = """
          import anndata, hashlib, json, numpy as np, warnings
          warnings.simplefilter('error')
          a = anndata.read_h5ad('\(path)')
          assert a.X.dtype == np.float32, a.X.dtype
          assert list(a.obs.columns) == ['modality', 'item', 'row'] and list(a.var.columns) == ['dimension']
          assert a.obs['modality'].dtype == 'category' and not a.obs['modality'].cat.ordered
          assert list(a.obs_names) == [f'{m}{r}' for m, r in zip(a.obs['modality'], a.obs['row'])]
          assert list(a.var_names) == [str(k) for k in range(a.n_vars)]
          u = a.uns['modgap']
          assert u['stage'] == 'moved' and json.loads(u['config']) == {'name': 'a β test'}
          assert u['coordinates'] == {'delta': .25, 'layer': 3, 'name': 'tilt'}, u['coordinates']
          a.write_h5ad('\(path).again')
          x = np.concatenate([a[a.obs['modality'] == m].X for m in a.obs['modality'].cat.categories])
          print(hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest())
          """
        let answer = try #require(Outside.run(Outside.python ?? "", ["-c", script]))
        try #require(answer.status == 0, "\(answer.output)")
        let values = embeddings.x.values + (embeddings.y?.values ?? [])
        #expect(answer.output == Digest(of: values.withUnsafeBytes { Array($0) }).hex + "\n")
      }
    }
  }
}
