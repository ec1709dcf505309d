import Datasets
import Declarations
import Files
import Foundation
import HDF5
import Stages
import Storage
import TestSupport
import Testing

/// HDF5 files that lead elsewhere, or lead the library astray: nothing outside the bytes is read, and what the
/// library does of it ends a child process and not the program.
@Suite(.serialized) struct HostileHDF5Tests {
  /// Every way that HDF5 has to keep values in other files; `secret` holds 7.25 throughout.
  private static let script = """
    import h5py, numpy as np, os, sys
    folder = sys.argv[1]
    secret = np.full((4, 3), 7.25, 'f4')
    secret.tofile(folder + '/secret.bin')
    with h5py.File(folder + '/secret.h5', 'w') as f: f['x'] = secret; f['g/x'] = secret
    with h5py.File(folder + '/a.h5', 'w') as f:
        f['own'] = np.ones((4, 3), 'f4')
        for name, path in [('absolute', folder + '/secret.bin'), ('relative', 'secret.bin')]:
            made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            made.set_external(path.encode(), 0, 48)
            h5py.h5d.create(f.id, name.encode(), h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4, 3)), made)
        layout = h5py.VirtualLayout((4, 3), 'f4'); layout[...] = h5py.VirtualSource(folder + '/secret.h5', 'x', (4, 3))
        f.create_virtual_dataset('virtual', layout)
        layout = h5py.VirtualLayout((4, 3), 'f4', maxshape=(None, 3))
        layout[...] = h5py.VirtualSource(folder + '/secret.h5', 'x', (4, 3), maxshape=(None, 3))
        f.create_virtual_dataset('unlimited', layout)
        f['link'] = h5py.ExternalLink(folder + '/secret.h5', '/x')
        f['way'] = h5py.ExternalLink(folder + '/secret.h5', '/g')
        f['soft'] = h5py.SoftLink('/link')
        f['around'] = h5py.SoftLink('/around')
        f['packed'] = h5py.SoftLink('/chunks')
        f.create_dataset('chunks', data=np.zeros((4, 3), 'f4'), chunks=(2, 3), compression='gzip')
        f['loop'] = f['/']
    """

  private static let elsewhere = [
    "absolute", "relative", "virtual", "unlimited", "link", "way/x", "soft", "around",
  ]

  @Test(.enabled(if: Outside.python != nil, "needs a Python with h5py (MODGAP_PYTHON)"))
  func valuesInOtherFilesAreNeverRead() throws {
    try withFolder { folder in
      let made = try #require(Outside.run(Outside.python ?? "", ["-c", Self.script, folder]))
      try #require(made.status == 0, "\(made.output)")
      let path = "\(folder)/a.h5"
      for name in Self.elsewhere {
        let failure = #expect(throws: HDF5Failure.self, "\(name)") { try TensorFile.load("\(path):\(name)") }
        #expect(failure?.kind == .invalidInput, "\(name)")
      }
      #expect(try TensorFile.load("\(path):own").values == [Float](repeating: 1, count: 12))
    }
  }

  @Test(.enabled(if: Outside.python != nil, "needs a Python with h5py (MODGAP_PYTHON)"))
  func anImageGivesWhatItHoldsItself() throws {
    try withFolder { folder in
      let script = Self.script.replacing("f['loop'] = f['/']", with: "")
      let made = try #require(Outside.run(Outside.python ?? "", ["-c", script, folder]))
      try #require(made.status == 0, "\(made.output)")
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.h5")))
      try HDF5Image.read(bytes) { (root) throws in
        for name in Self.elsewhere + ["chunks", "packed"] {
          #expect(throws: HDF5Failure.self, "\(name)") { try root.matrix(name) }
          #expect(throws: HDF5Failure.self, "\(name)") { try root.doubles(name) }
          #expect(throws: HDF5Failure.self, "\(name)") { try root.open(name) { _ in } }
        }
        let own = try root.matrix("own")
        #expect(own.values == [Float](repeating: 1, count: 12))
        #expect(root.target(of: "soft") == "/link")
      }
    }
  }

  @Test func linksOfAnImageAreNamedAndNotFollowed() throws {
    let bytes = try HDF5Image.make { (root) throws in
      try [Float](repeating: 1, count: 6).withUnsafeBufferPointer { try root.write("x", $0, shape: [2, 3]) }
      try root.link("inside", to: "/x")
      try root.link("outside", to: "/x", in: "/etc/passwd")
      try root.group("g") { try $0.setAttribute("count", -3) }
    }
    try HDF5Image.read(bytes) { (root) throws in
      #expect(try root.matrix("x").values.count == 6)
      #expect(root.contains("inside") && root.contains("outside") && !root.contains("nothing"))
      #expect(root.target(of: "inside") == "/x")
      for name in ["inside", "outside", "g", "nothing"] {
        #expect(throws: HDF5Failure.self) { try root.matrix(name) }
      }
      let count = try root.open("g") { try $0.integerAttribute("count") }
      #expect(count == -3)
    }
  }

  /// What is read back is what was written, whatever the sizes are.
  @Test func anImageIsReadBackBitForBit() throws {
    var numbers = TestNumbers(5)
    for _ in 0..<20 {
      let (rows, columns) = (Int.random(in: 1...9, using: &numbers), Int.random(in: 1...9, using: &numbers))
      let matrix = numbers.matrix(rows, columns)
      let wide = (0..<columns).map { _ in numbers.double() } + [-0.0, .infinity, .leastNonzeroMagnitude]
      let whole = [Int.min, -1, 0, Int.max]
      let text = String(repeating: "é\"", count: columns)
      let bytes = try HDF5Image.make { (root) throws in
        try root.group("a") { (group) throws in
          try matrix.values.withUnsafeBufferPointer { try group.write("m", $0, shape: [rows, columns]) }
          try group.group("b") { try $0.write("d", wide, shape: [wide.count]) }
          try group.setAttribute("kind", text)
        }
        try root.write("t", [text], shape: [])
        try root.write("i", whole, shape: [4])
        try root.setAttribute("count", Int.max)
      }
      try HDF5Image.read(bytes) { (root) throws in
        try root.open("a") { (group) throws in
          #expect(try group.matrix("m") == matrix)
          let found = try group.open("b") { try $0.doubles("d") }
          #expect(found.map(\.bitPattern) == wide.map(\.bitPattern))
          #expect(try group.textAttribute("kind") == text)
        }
        #expect(try root.text("t") == text)
        #expect(try root.doubles("i") == whole.map(Double.init))
        #expect(try root.integerAttribute("count") == Int.max)
      }
    }
  }

  /// Numbers for which no memory would do are refused before anything is made of them.
  @Test(arguments: [Int.max, 1 << 40, 10, -1]) func familiesThatStateTooManyThingsAreRefused(count: Int)
    throws
  {
    for (bases, vectors) in [(count, 0), (0, count)] {
      let bytes = try HDF5Image.make { root in
        try root.group("bases") { try $0.setAttribute("count", bases) }
        try root.group("vectors") { try $0.setAttribute("count", vectors) }
        try root.write("members", ["[]"], shape: [])
      }
      let problem = #expect(throws: FamilyFile.Problem.self) {
        try FamilyFile.read(bytes, stageCatalog.transforms)
      }
      if count != 10 { #expect(problem?.description == "a group has \(count) members") }
    }
  }

  @Test func emptyMatricesOfAnyHeightAreRefused() throws {
    let member = #"[{"base":0,"coordinates":[],"moves":[]}]"#
    func family(rows: Int) throws -> [UInt8] {
      try HDF5Image.make { root in
        try root.group("bases") { bases in
          try bases.setAttribute("count", 1)
          try bases.group("0") { group in
            try group.setAttribute("normalized", 0)
            let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
            for name in ["x", "y"] { try group.write(name, nothing, shape: [rows, 0]) }
          }
        }
        try root.group("vectors") { try $0.setAttribute("count", 0) }
        try root.write("members", [member], shape: [])
      }
    }
    #expect(try FamilyFile.read(family(rows: 3), stageCatalog.transforms).bases[0].x.rows == 3)
    for rows in [1 << 30, 1 << 60] {
      let bytes = try family(rows: rows)
      #expect(throws: (any Error).self, "\(rows)") { try FamilyFile.read(bytes, stageCatalog.transforms) }
    }
  }

  /// Bytes whose digest fits, and that nobody's writer made: each mutant is a family or a problem.
  @Test func mutatedArtefactsNeverStopTheProgram() throws {
    try withFolder { folder in
      let store = try ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false)
      let record = try store.save(
        .embeddings(Fixture.family), key: Fixture.key, keyTree: Fixture.keyTree, stage: "init/mlp")
      let file = "\(record.folder)/artefact.h5"
      let intact = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      var numbers = TestNumbers(3)
      var failures = 0
      for _ in 0..<400 {
        var bytes = intact
        for _ in 0..<Int.random(in: 1...12, using: &numbers) {
          // Headers, which take the front, are hit as often as all the rest.
          let end = Bool.random(using: &numbers) ? bytes.count : min(bytes.count, 4096)
          bytes[Int.random(in: 0..<end, using: &numbers)] = .random(in: 0...255, using: &numbers)
        }
        do {
          _ = try HDF5Image.read(bytes) { root in
            _ = try root.open("bases") { try $0.open("0") { _ = try $0.matrix("x") } }
            _ = try root.text("members")
          }
        } catch {
          #expect(error is HDF5Failure, "\(error)")
        }
        do {
          let family = try FamilyFile.read(bytes, stageCatalog.transforms)
          #expect(
            !family.bases.isEmpty && family.members.allSatisfy { family.bases.indices.contains($0.base) })
        } catch {
          failures += 1
          #expect(
            error is HDF5Failure || error is FamilyFile.Problem || error is JSONFault, "\(error)")
        }
      }
      #expect(failures > 20, "the mutations hardly hurt")
    }
  }
}
