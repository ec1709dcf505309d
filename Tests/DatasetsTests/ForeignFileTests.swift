import Datasets
import Declarations
import Files
import Foundation
import Kernels
import TestSupport
import Testing

/// Files that others made.
@Suite(.serialized) struct ForeignFileTests {
  private static let script = """
    import h5py, numpy as np, sys
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 30))
    with h5py.File(sys.argv[1], 'w', libver=(sys.argv[2], 'v110')) as f:
        f['f8'] = x
        f['f4be'] = x.astype('>f4')
        f.create_dataset('f2', data=x.astype('f2'), chunks=(8, 8), compression='gzip', shuffle=True)
        f['i4'] = np.arange(6).reshape(2, 3)
        f.create_dataset('huge', shape=(1 << 40, 1 << 20), dtype='f4', chunks=(64, 64))
        f.create_dataset('sparse', shape=(100000, 1000), dtype='f4', chunks=(100, 100))
        f.create_dataset('unfilled', shape=(1000, 1000), dtype='f4')
        f['outside'] = h5py.ExternalLink('other.h5', '/x')
        f['rank1'] = np.zeros(5)
        f['empty'] = h5py.Empty('f4')
        f['complex'] = x.astype('c8')
        np.save(sys.argv[1] + '.npy', x.astype('f4'))
        np.save(sys.argv[1] + '.f2.npy', x.astype('f2'))
    """

  @Test(
    .enabled(if: Outside.python != nil, "needs a Python with h5py (MODGAP_PYTHON)"),
    arguments: ["earliest", "v110"])
  func filesOfH5py(version: String) throws {
    try withFolder { folder in
      let path = "\(folder)/a.h5"
      let made = try #require(Outside.run(Outside.python ?? "", ["-c", Self.script, path, version]))
      try #require(made.status == 0, "\(made.output)")
      let expected = try EmbeddingFile.load(path + ".npy")
      #expect(try EmbeddingFile.load(path + ":f8") == expected)
      #expect(try EmbeddingFile.load(path + ":/f4be") == expected)
      #expect(try EmbeddingFile.load(path + ":f2") == EmbeddingFile.load(path + ".f2.npy"))
      #expect(
        try TensorFile.load(path + ":i4")
          == Tensor(shape: [2, 3], values: [0, 1, 2, 3, 4, 5], isInteger: true))
      #expect(try TensorFile.load(path + ":rank1").shape == [5])
      for (name, says) in [
        ("huge", "does not fit into the memory that this process may use"),
        ("sparse", "needs more than the 0 bytes"),
        ("unfilled", "was never filled"), ("outside", "stores its values in other files"),
        ("rank1", "expected (n, d)"), ("empty", "was never filled"), ("complex", "does not hold numbers"),
        ("i4", "type integer"), ("f9", "did you mean `f8`|did you mean `f2`"),
      ] {
        let failure = #expect(throws: (any Error).self) { try EmbeddingFile.load("\(path):\(name)") }
        let sentence = (failure as? any Failure)?.message ?? "\(String(describing: failure))"
        #expect(says.split(separator: "|").contains { sentence.contains($0) }, "\(name): \(sentence)")
        #expect((failure as? any Failure)?.kind == .invalidInput)
      }
    }
  }

  // MARK: - Reference data

  @Test(
    .enabled(if: Outside.shared != nil, "needs the reference data (MODGAP_SHARED)"),
    arguments: [
      ("clasp", 99, 768), ("clasp_random", 99, 768), ("clip", 500, 512), ("clip_random", 500, 512),
      ("convirt", 500, 512), ("convirt_random", 500, 512), ("videoclip", 100, 768),
      ("videoclip_random", 100, 768),
    ])
  func theAuthorsFeatures(name: String, rows: Int, columns: Int) throws {
    let path = (Outside.shared ?? "") + "/data/authors-features/features_\(name).npy"
    let matrices = try EmbeddingFile.load(path)
    #expect(matrices.count == 2)
    #expect(matrices.allSatisfy { $0.rows == rows && $0.columns == columns })
    #expect(!matrices.flatMap(\.values).contains { !$0.isFinite })
    // The values are the file's last bytes, in order.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let values = DataFiles.bytes(of: matrices.flatMap(\.values))
    #expect(Digest(of: values) == Digest(of: bytes.suffix(values.count)))
  }
}
