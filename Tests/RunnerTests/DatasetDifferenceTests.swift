import Contracts
import Foundation
import HDF5
import RunSupport
import Runner
import Testing

/// What `diff` says of two HDF5 files: what it could not compare is never the same.
@Suite struct DatasetDifferenceTests {
  private func difference(
    _ left: @escaping (HDF5Group) throws -> Void, _ right: @escaping (HDF5Group) throws -> Void
  ) throws -> ResultsDifference {
    let bench = try Workbench()
    let paths = try zip(["a.h5", "b.h5"], [left, right]).map { name, body in
      let path = "\(bench.folder)/\(name)"
      try Data(try HDF5Image.make { try body($0) }).write(to: URL(fileURLWithPath: path))
      return path
    }
    return try ResultsDifference(paths[0], paths[1], within: Tolerances(general: Tolerance()))
  }

  @Test func textsAreCompared() throws {
    let found = try difference {
      try $0.write("t", ["a", "b"], shape: [2])
    } _: {
      try $0.write("t", ["a", "c"], shape: [2])
    }
    #expect(found.exceeds && found.columns.map(\.note) == ["1 text differs"])
    let same = try difference {
      try $0.write("t", ["a", ""], shape: [2])
    } _: {
      try $0.write("t", ["a", ""], shape: [2])
    }
    #expect(same.isSame && same.columns.map(\.rows) == [2])
  }

  /// The config that a run notes may say anything; one further down is data.
  @Test func theConfigOfARunIsNotCompared() throws {
    func file(_ text: String, _ inner: String) -> (HDF5Group) throws -> Void {
      { root in
        try root.write("config", [text], shape: [])
        try root.write("methods", [text], shape: [])
        try root.group("s") { try $0.write("config", [inner], shape: []) }
      }
    }
    #expect(try difference(file("a", "c"), file("b", "c")).isSame)
    let found = try difference(file("a", "c"), file("a", "d"))
    #expect(found.exceeds && found.columns.filter { !$0.isSame }.map(\.column) == ["s/config"])
  }

  @Test(arguments: [(1 << 53, (1 << 53) + 1), (Int.max - 1, .max), (Int.min, Int.max)])
  func integersAreComparedExactly(a: Int, b: Int) throws {
    let found = try difference {
      try $0.write("n", [3, a], shape: [2])
    } _: {
      try $0.write("n", [3, b], shape: [2])
    }
    #expect(found.exceeds && found.columns.map(\.differing) == [1])
    #expect(found.columns.allSatisfy { $0.largestAbsolute >= 1 })
    let bench = try Workbench()
    let paths = try [a, b].map { try bench.write("n\n\($0)\n", to: "\($0).csv") }
    let tables = try ResultsDifference(paths[0], paths[1], within: Tolerances(general: Tolerance()))
    #expect(tables.exceeds && tables.columns.map(\.differing) == [1])
  }

  @Test func linksAreComparedByWhereTheyLead() throws {
    func file(_ target: String, _ elsewhere: String) -> (HDF5Group) throws -> Void {
      { root in
        try root.write("x", [1.0], shape: [1])
        try root.write("y", [1.0], shape: [1])
        try root.link("l", to: target)
        try root.link("m", to: "/s", in: elsewhere)
      }
    }
    #expect(try difference(file("/x", "a.h5"), file("/x", "a.h5")).isSame)
    for other in [file("/y", "a.h5"), file("/x", "b.h5")] {
      #expect(try difference(file("/x", "a.h5"), other).exceeds)
    }
  }

  /// Exported weights are results, too.
  @Test func weightsAreCompared() throws {
    let bench = try Workbench()
    func write(_ values: [Float], _ name: String = "w", to path: String) throws {
      let header =
        #"{"\#(name)":{"dtype":"F32","shape":[\#(values.count)],"data_offsets":[0,\#(values.count * 4)]}}"#
      var data = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(Data(header.utf8))
      values.withUnsafeBytes { data.append(contentsOf: $0) }
      let url = URL(fileURLWithPath: "\(bench.folder)/\(path)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: url)
    }
    func compare(_ b: String) throws -> ResultsDifference {
      try ResultsDifference(
        "\(bench.folder)/a", "\(bench.folder)/\(b)", within: Tolerances(general: Tolerance()))
    }
    try write([1, 2], to: "a/m.safetensors")
    try write([1, 2], to: "b/m.safetensors")
    try write([1, 3], to: "c/m.safetensors")
    try write([1], to: "d/m.safetensors")
    try write([1, 2], "v", to: "e/m.safetensors")
    #expect(try compare("b").isSame)
    for other in ["c", "d", "e"] { #expect(try compare(other).exceeds, "\(other)") }
  }

  @Test func manyGroupsAreReadAtOnce() throws {
    func file(_ last: Float) -> (HDF5Group) throws -> Void {
      { root in
        for index in 0..<2000 {
          try root.group("g\(index)") { group in
            let values: [Float] = [1, index == 1999 ? last : 2]
            for name in ["x", "y"] { try values.write(name, [1, 2], to: group) }
          }
        }
      }
    }
    #expect(try difference(file(3), file(3)).columns.count == 4000)
    let found = try difference(file(3), file(4))
    #expect(found.columns.filter { !$0.isSame }.map(\.column) == ["g1999/x", "g1999/y"])
    #expect(found.exceeds)
  }

  @Test func shapesAndKindsAreCompared() throws {
    let four: [Float] = [1, 2, 3, 4]
    let found = try difference {
      try four.write("x", [4], to: $0)
    } _: {
      try four.write("x", [2, 2], to: $0)
    }
    #expect(found.exceeds && found.columns.first?.note == "shape [4] against [2, 2]")
    let kinds = try difference {
      try $0.write("x", [1, 2] as [Int], shape: [2])
    } _: {
      try $0.write("x", ["1", "2"], shape: [2])
    }
    #expect(kinds.columns.first?.differing == 0, "a number is what its text says")
  }
}

extension [Float] {
  fileprivate func write(_ name: String, _ shape: [Int], to group: HDF5Group) throws {
    try withUnsafeBufferPointer { try group.write(name, $0, shape: shape) }
  }
}
