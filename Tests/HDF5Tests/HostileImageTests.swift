import CHDF5
import Declarations
import Foundation
import HDF5
import TestSupport
import Testing

/// HDF5 files that lead elsewhere: nothing outside the bytes is read, and what the library does of it ends a child
/// process and not the program.
@Suite(.serialized) struct HostileImageTests {
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

  /// The numbers of a dataset of a file, as a child process reads them.
  private static func values(_ path: String, _ name: String) throws -> [Float] {
    let file = HDF5File(path)
    guard case .dataset(let dataset) = try file.describe(name).object else { return [] }
    return try file.withFloats(of: dataset) { values, _ in Array(values) }
  }

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
        let failure = #expect(throws: HDF5Failure.self, "\(name)") { try Self.values(path, name) }
        #expect(failure?.kind == .invalidInput, "\(name)")
      }
      #expect(try Self.values(path, "own") == [Float](repeating: 1, count: 12))
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

  @Test func aChildThatCrashesTakesNothingWithIt() {
    let limits = modgap_limits(memory: 1 << 30, seconds: 1)
    #expect(modgap_run_in_child({ _ in }, nil, limits) == 0)
    #expect(modgap_run_in_child({ _ in raise(SIGSEGV) }, nil, limits) == SIGSEGV)
    #expect(modgap_run_in_child({ _ in abort() }, nil, limits) == SIGABRT)
    #expect(modgap_run_in_child({ _ in while true { _ = getppid() } }, nil, limits) == SIGXCPU)
  }
}
