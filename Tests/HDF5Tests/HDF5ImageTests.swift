import Declarations
import Foundation
import HDF5
import TestSupport
import Testing

/// Images made in memory, read back from there and as files.
@Suite struct HDF5ImageTests {
  private func image(_ values: [Float], _ shape: [Int], _ body: (HDF5Group) throws -> Void = { _ in }) throws
    -> [UInt8]
  {
    try HDF5Image.make { root in
      try values.withUnsafeBufferPointer { try root.write("m", $0, shape: shape) }
      try body(root)
    }
  }

  @Test(arguments: [(1, 1), (2, 3), (31, 17), (5, 768), (700, 64)])
  func everyNumberComesBack(rows: Int, columns: Int) throws {
    var numbers = TestNumbers(UInt64(rows * columns))
    var values = (0..<rows * columns).map { _ in numbers.float() }
    for (place, special) in zip(values.indices, [Float.nan, .infinity, -0.0, .leastNonzeroMagnitude]) {
      values[place] = special
    }
    let bits = values.map(\.bitPattern)
    let bytes = try image(values, [rows, columns])
    let read = try HDF5Image.read(bytes) { try $0.matrix("m") }
    #expect(read.rows == rows && read.columns == columns && read.values.map(\.bitPattern) == bits)
    try withFolder { folder in
      let file = HDF5File(try write(bytes, folder + "/a.h5"))
      guard case .dataset(let dataset) = try file.describe("/m").object else {
        Issue.record("m is no dataset")
        return
      }
      #expect(dataset.shape == [rows, columns] && !dataset.isInteger && !dataset.isFloat16)
      #expect(try file.withFloats(of: dataset) { values, _ in values.map(\.bitPattern) } == bits)
    }
  }

  @Test func theSameCallsGiveTheSameBytes() throws {
    let values = (0..<600).map { Float($0) / 7 }
    let make = {
      try image(values, [20, 30]) { root in
        try root.group("g") { try $0.write("t", ["α", "b"], shape: [2]) }
        try root.write("n", [1, -2, Int.max], shape: [3])
      }
    }
    #expect(try make() == make())
  }

  @Test func groupsTextsAndIntegersAreRead() throws {
    let bytes = try image([1, 2], [1, 2]) { root in
      try root.group("g") { group in
        try group.write("text", ["β, γ"], shape: [])
        try group.write("d", [0.1, -2.5], shape: [2])
      }
      try root.write("n", [3, -4], shape: [2])
      try root.link("again", to: "/g/d")
    }
    try HDF5Image.read(bytes) { root throws in
      try root.open("g") { group throws in
        #expect(try group.text("text") == "β, γ")
        #expect(try group.doubles("d") == [0.1, -2.5])
        #expect(throws: (any Error).self) { try group.matrix("d") }
        #expect(throws: (any Error).self) { try group.text("nothing") }
      }
      #expect(try root.doubles("n") == [3, -4])
      #expect(root.target(of: "again") == "/g/d" && root.target(of: "n") == nil)
      #expect(root.contains("g") && !root.contains("h"))
    }
  }

  /// What leads out of the image is no part of it.
  @Test func linksToOtherFilesAreNotFollowed() throws {
    let bytes = try image([1, 2], [1, 2]) { try $0.link("out", to: "/m", in: "/etc/passwd") }
    #expect(throws: (any Error).self) { try HDF5Image.read(bytes) { try $0.matrix("out") } }
  }

  @Test(arguments: 0..<40) func damageIsAFailure(seed: UInt64) throws {
    var numbers = TestNumbers(seed)
    var bytes = try image((0..<24).map { Float($0) }, [4, 6])
    switch seed % 3 {
    case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &numbers))
    case 1:
      for _ in 0..<8 {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = .random(in: 0...255, using: &numbers)
      }
    default: bytes.removeSubrange(0..<Int.random(in: 1..<200, using: &numbers))
    }
    // Values may have changed; what it is must be told or be a failure, and nothing may stop the program.
    do {
      let matrix = try HDF5Image.read(bytes) { try $0.matrix("m") }
      #expect(matrix.rows * matrix.columns == matrix.values.count)
    } catch {
      #expect(error is any Failure, "\(error)")
    }
  }

  @Test func numbersThatFloat32LosesAreCounted() throws {
    let small = Double(Float.leastNonzeroMagnitude)
    let bytes = try HDF5Image.make { root in
      try root.write("m", [1.0, small / 4, 1e-40 * 1.0000000001, -0.5], shape: [2, 2])
      try root.write("big", [1e39, 0], shape: [1, 2])
    }
    try withFolder { folder in
      let file = HDF5File(try write(bytes, folder + "/a.h5"))
      guard case .dataset(let dataset) = try file.describe("/m").object,
        case .dataset(let big) = try file.describe("/big").object
      else {
        Issue.record("there is no dataset")
        return
      }
      let losses = try file.withFloats(of: dataset) { values, losses throws in
        #expect(values[1] == 0 && values[0] == 1 && values[3] == -0.5)
        return losses
      }
      #expect(losses.vanished == [1] && losses.subnormal == 1)
      let failure = #expect(throws: HDF5Failure.self) { try file.withFloats(of: big) { _, _ in } }
      #expect(failure?.kind == .invalidInput)
      #expect(try file.doubles(of: dataset)[1] == small / 4)
    }
  }
}
