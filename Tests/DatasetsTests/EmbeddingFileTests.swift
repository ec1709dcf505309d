import Datasets
import Declarations
import Foundation
import HDF5
import Kernels
import TestSupport
import Testing

@Suite struct EmbeddingFileTests {
  private static let values: [Float] = [0.5, -1.25, 3, 0, 1024, -0.0078125]

  /// The values as bytes of a type.
  private func bytes(_ type: String, isSwapped: Bool, _ values: [Float]) -> [UInt8] {
    values.flatMap { value in
      switch type {
      case "f2", "F16": DataFiles.bytes(of: Float16(value).bitPattern, isSwapped: isSwapped)
      case "BF16": DataFiles.bytes(of: UInt16(value.bitPattern >> 16), isSwapped: isSwapped)
      case "f8", "F64": DataFiles.bytes(of: Double(value).bitPattern, isSwapped: isSwapped)
      default: DataFiles.bytes(of: value.bitPattern, isSwapped: isSwapped)
      }
    }
  }

  private func load(_ bytes: [UInt8], _ name: String, member: String = "") throws -> [Matrix] {
    try withFolder { folder in
      try EmbeddingFile.load(DataFiles.write(bytes, "\(folder)/\(name)") + member)
    }
  }

  private func failure(_ bytes: [UInt8], _ name: String, member: String = "") -> String {
    do {
      _ = try load(bytes, name, member: member)
      return "no failure"
    } catch let failure as any Failure {
      return failure.kind == .invalidInput ? failure.message : "kind \(failure.kind)"
    } catch { return "\(error)" }
  }

  // MARK: - .npy

  @Test(arguments: ["f2", "f4", "f8"], ["<", ">"])
  func npyOfEveryTypeOrderAndVersion(type: String, order: String) throws {
    let data = bytes(type, isSwapped: order == ">", Self.values)
    // The Fortran order of (2, 3) has columns one after another.
    let fortran = bytes(type, isSwapped: order == ">", [0, 3, 1, 4, 2, 5].map { Self.values[$0] })
    let expected = [Matrix(rows: 2, columns: 3, values: Self.values)]
    for version in [UInt8(1), 2, 3] {
      #expect(try load(DataFiles.npy(order + type, "(2, 3)", data, version: version), "a.npy") == expected)
      let file = DataFiles.npy(order + type, "(2, 3)", fortran, isFortran: true, version: version)
      #expect(try load(file, "a.npy") == expected)
    }
  }

  @Test func aPairOfMatricesComesFromOneArray() throws {
    let pair = DataFiles.pair(40, 33)
    let y = pair.y
    let values = pair.x.values + y.values
    let file = DataFiles.npy("<f4", "(2, 40, 33)", DataFiles.bytes(of: values))
    #expect(try load(file, "a.npy") == [pair.x, y])
    var fortran = [Float](repeating: 0, count: values.count)
    for half in 0..<2 {
      for row in 0..<40 {
        for column in 0..<33 {
          fortran[half + 2 * (row + 40 * column)] = values[(half * 40 + row) * 33 + column]
        }
      }
    }
    let other = DataFiles.npy("<f4", "(2, 40, 33)", DataFiles.bytes(of: fortran), isFortran: true)
    #expect(try load(other, "a.npy") == [pair.x, y])
  }

  /// What the conversion to float32 lost, whatever the form of the file; a child process converts those of HDF5.
  @Test(arguments: ["npy", "safetensors", "h5"]) func numbersBelowFloat32AreCounted(form: String) throws {
    func load(_ values: [Double]) throws -> EmbeddingFile.Loaded {
      let bytes = values.flatMap { DataFiles.bytes(of: $0.bitPattern) }
      let file: [UInt8] =
        switch form {
        case "npy": DataFiles.npy("<f8", "(3, 2)", bytes)
        case "safetensors":
          DataFiles.safetensors([(name: "a", type: "F64", shape: [3, 2], data: bytes)])
        default: try HDF5Image.make { try $0.write("a", values, shape: [3, 2]) }
        }
      return try withFolder { folder in
        let path = try DataFiles.write(file, "\(folder)/a.\(form)")
        return try #require(EmbeddingFile.loadAll(path + (form == "npy" ? "" : ":a")).first)
      }
    }
    let some = try load([1, 1, 1.1e-44, 2, 1e-60, 1])
    let remark = try #require(some.remark)
    #expect(
      remark.contains("2 of 6 64-bit numbers") && remark.contains("1 became zero and 1 lost digits"),
      "\(remark)")
    #expect(some.faintRow == nil && some.vanishedRows == [2])
    #expect(some.matrix.values == [1, 1, Float(1.1e-44), 2, 0, 1])
    let row = try load([1, 1, 1.1e-44, -3.3e-44, 1, 1])
    #expect(row.faintRow == 1 && row.vanishedRows.isEmpty)
    // What was float32 once has all its digits.
    let exact = Double(Float.leastNonzeroMagnitude)
    let none = try load([1, 1, exact, 3 * exact, -exact, 0])
    #expect(none.remark == nil && none.faintRow == nil && none.vanishedRows.isEmpty)
  }

  @Test func everyFloat16ConvertsExactly() throws {
    let patterns = (0...UInt16.max).map { $0 }
    let file = DataFiles.npy("<f2", "(256, 256)", patterns.flatMap { DataFiles.bytes(of: $0) })
    let matrix = try #require(load(file, "a.npy").first)
    for pattern in patterns {
      let value = matrix.values[Int(pattern)]
      let expected = Float(Float16(bitPattern: pattern))
      #expect(value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN))
    }
  }

  @Test(arguments: [
    ("(2, 3)", 23, "it is truncated"), ("(2, 3)", 25, "longer than its header says"),
    ("(4611686018427387904, 4)", 24, "does not fit into this machine's memory"),
    ("(99999999999999999999, 1)", 24, "not an integer"),
    ("(100000000000, 1)", 24, "would need 745.1 GiB of memory, but this process may use at most"),
    ("(-2, 3)", 24, "not an integer"),
    ("(6,)", 24, "expected (n, d) for one modality, or (2, n, d)"), ("()", 4, "expected (n, d)"),
    ("(3, 2, 1)", 24, "expected (n, d)"), ("(1, 6)", 24, "at least 2 rows"), ("(6, 0)", 0, "at least 2 rows"),
    ("(2, 1, 3)", 24, "at least 2 rows"), ("(2 3)", 24, "`)` was expected"),
    ("[2, 3]", 24, "`(` was expected"),
    ("(2, 3), 'x': 1", 24, "unknown or repeated key `x`"), ("(2, 3), 'descr': '<f4'", 24, "repeated key"),
  ])
  func badShapesAreFailures(shape: String, bytes: Int, says: String) {
    let file = DataFiles.npy("<f4", shape, [UInt8](repeating: 0, count: bytes))
    #expect(failure(file, "a.npy").contains(says), "\(failure(file, "a.npy"))")
  }

  @Test func badHeadersAreFailures() {
    let data = DataFiles.bytes(of: Self.values)
    let good = DataFiles.npy("<f4", "(2, 3)", data)
    #expect(failure([], "a.npy").contains("does not begin with"))
    #expect(failure(Array(good.prefix(9)), "a.npy").contains("does not begin with"))
    #expect(failure(Array(good.prefix(30)), "a.npy").contains("goes beyond the file"))
    #expect(failure(DataFiles.npy("<f4", "(2, 3)", data, version: 4), "a.npy").contains("version is 4.0"))
    #expect(failure(DataFiles.npy("<c8", "(2, 3)", data), "a.npy").contains("type `<c8`"))
    #expect(failure(DataFiles.npy("<i4", "(2, 3)", data), "a.npy").contains("type integer"))
    #expect(failure(DataFiles.npy("|O", "(2, 3)", data), "a.npy").contains("type `|O`"))
    #expect(failure(good, "a.npy", member: ":x").contains("holds one array"))
    #expect(failure(good, "a.txt").contains("expected a file that ends in .npy"))
  }

  // MARK: - .safetensors

  @Test(arguments: ["F16", "BF16", "F32", "F64"])
  func safetensorsOfEveryType(type: String) throws {
    let data = bytes(type, isSwapped: false, Self.values)
    let expected = Matrix(rows: 2, columns: 3, values: Self.values)
    let file = DataFiles.safetensors([
      ("z", "I8", [3], [1, 2, 3]), ("x", type, [2, 3], data), ("y", type, [2, 3], data),
    ])
    #expect(try load(file, "a.safetensors") == [expected, expected])
    #expect(try load(file, "a.safetensors", member: ":y") == [expected])
    #expect(try load(DataFiles.safetensors([("only", type, [2, 3], data)]), "a.safetensors") == [expected])
  }

  @Test func missingTensorsNameTheNearest() {
    let data = DataFiles.bytes(of: Self.values)
    let file = DataFiles.safetensors([("image", "F32", [2, 3], data), ("text", "F32", [2, 3], data)])
    let missing = failure(file, "a.safetensors", member: ":images")
    #expect(missing.contains("did you mean `image`? the file has `image`, `text`"), "\(missing)")
    #expect(failure(file, "a.safetensors").contains("it has `image`, `text`"))
    let none = DataFiles.safetensors("{}", [])
    #expect(failure(none, "a.safetensors").contains("it has none"))
  }

  @Test(arguments: [
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,25]}}", "are outside its 24 bytes"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,0]}}", "are outside"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-4,20]}}", "are outside"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0]}}", "are outside"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}}", "belong to no tensor"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,24]}}", "needs 32 bytes"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[-2,-3],\"data_offsets\":[0,24]}}", "does not fit"),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[9007199254740993,9007199254740993],\"data_offsets\":[0,24]}}",
      "does not fit"
    ),
    ("{\"x\":{\"dtype\":\"C64\",\"shape\":[3],\"data_offsets\":[0,24]}}", "type `C64`"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2,3]}}", "`x` lacks `data_offsets`"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2.5,3],\"data_offsets\":[0,24]}}", "not an integer"),
    ("{\"x\":1}", "the wrong type"), ("[]", "not a JSON object"), ("{", "broken JSON"),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},\"b\":{\"dtype\":\"F32\",\"shape\":[4],"
        + "\"data_offsets\":[8,24]}}", "`b` overlaps another tensor"
    ),
  ])
  func badSafetensorsAreFailures(header: String, says: String) {
    let sentence = failure(DataFiles.safetensors(header, DataFiles.bytes(of: Self.values)), "a.safetensors")
    #expect(sentence.contains(says), "\(sentence)")
  }

  @Test func headersBeyondTheFileAreFailures() {
    #expect(failure([1, 2], "a.safetensors").contains("fewer than 8 bytes"))
    #expect(failure([UInt8](repeating: 0xFF, count: 8), "a.safetensors").contains("goes beyond the file"))
  }

  // MARK: - HDF5

  @Test func hdf5MembersGroupsAndWholeFiles() throws {
    let pair = DataFiles.pair(4, 3)
    let both = [pair.x, pair.y]
    let file = try DataFiles.hdf5()
    #expect(try load(file, "a.h5", member: ":/both") == both)
    #expect(try load(file, "a.hdf5", member: ":both") == both)
    #expect(try load(file, "a.h5", member: ":/pair/x") == [pair.x])
    #expect(try load(file, "a.h5", member: ":/pair") == both)
    #expect(try load(file, "a.h5") == both, "the root has one matrix")
  }

  @Test func badHDF5FilesAreFailures() throws {
    let file = try DataFiles.hdf5()
    let missing = failure(file, "a.h5", member: ":/pair/z")
    #expect(missing.contains("did you mean `pair/x`? the file has `both`, `pair/x`, `pair/y`"), "\(missing)")
    #expect(failure(file, "a.h5", member: ":/text").contains("does not hold numbers"))
    #expect(failure(Array(file.prefix(file.count / 2)), "a.h5").contains("damaged or truncated"))
    #expect(failure(Array("hello".utf8), "a.h5").contains("not an HDF5 file"))
    #expect(failure([], "a.h5").contains("not an HDF5 file"))
    #expect(throws: FileFailure("open", "/none/a.h5")) { try EmbeddingFile.load("/none/a.h5:/x") }
  }

  // MARK: - Paths

  @Test func pathsAreSplitAtTheColonBehindAKnownEnding() throws {
    func split(_ path: String) -> [String?] {
      let parts = TensorFile.split(path)
      return [parts.file, parts.member]
    }
    #expect(split("a.npy") == ["a.npy", nil])
    #expect(split("a.h5:/x/y") == ["a.h5", "/x/y"])
    #expect(split("b:c/a.safetensors:model.weight:0") == ["b:c/a.safetensors", "model.weight:0"])
    #expect(split("b:c/a.npy") == ["b:c/a.npy", nil])
    #expect(split("a.HDF5:") == ["a.HDF5", ""])
    #expect(split("a.txt:x") == ["a.txt:x", nil])
    try withFolder { folder in
      let odd = try DataFiles.write([], "\(folder)/a.h5:b.npy")
      #expect(split(odd) == [odd, nil], "a file that exists is not split")
    }
  }
}

extension FileFailure {
  fileprivate init(_ operation: String, _ path: String) { self.init(.open, path, code: ENOENT) }
}
