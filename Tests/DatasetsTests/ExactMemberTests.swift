import Datasets
import Declarations
import Files
import Foundation
import HDF5
import TestSupport
import Testing

/// Tensors and datasets whose names are canonically equal in Unicode and have other bytes are two.
@Suite struct ExactMemberTests {
  private static let composed = "caf\u{e9}"
  private static let decomposed = "cafe\u{301}"

  @Test(arguments: [false, true]) func tensorsOfASafetensorsFileAreTwo(isEscaped: Bool) throws {
    try withFolder { folder in
      let one: [Float] = [1, 2, 3, 4]
      let other: [Float] = [5, 6, 7, 8]
      let names = isEscaped ? [#"caf\u00e9"#, #"cafe\u0301"#] : [Self.composed, Self.decomposed]
      let path = try DataFiles.write(
        DataFiles.safetensors([
          (names[0], "F32", [2, 2], DataFiles.bytes(of: one)),
          (names[1], "F32", [2, 2], DataFiles.bytes(of: other)),
        ]), "\(folder)/t.safetensors")
      #expect(try SafetensorsFile(path).names.count == 2)
      #expect(try EmbeddingFile.load("\(path):\(Self.composed)").map(\.values) == [one])
      #expect(try EmbeddingFile.load("\(path):\(Self.decomposed)").map(\.values) == [other])
    }
  }

  @Test func datasetsOfAnHDF5FileAreTwo() throws {
    try withFolder { folder in
      let one: [Float] = [1, 2, 3, 4]
      let other: [Float] = [5, 6, 7, 8]
      let path = try DataFiles.write(
        HDF5Image.make { root in
          for (name, values) in [(Self.composed, one), (Self.decomposed, other), ("g/\u{301}x", one)] {
            let parts = name.utf8.split(separator: UInt8(ascii: "/")).map {
              String(decoding: $0, as: UTF8.self)
            }
            try values.withUnsafeBufferPointer { buffer in
              if parts.count == 1 { return try root.write(name, buffer, shape: [2, 2]) }
              try root.group(parts[0]) { try $0.write(parts[1], buffer, shape: [2, 2]) }
            }
          }
        }, "\(folder)/t.h5")
      #expect(try EmbeddingFile.load("\(path):\(Self.composed)").map(\.values) == [one])
      #expect(try EmbeddingFile.load("\(path):\(Self.decomposed)").map(\.values) == [other])
      #expect(try EmbeddingFile.load("\(path):g").map(\.values) == [one], "the only dataset of its group")
    }
  }
}
