import CZlib

/// Files of text and numbers made by hand.
enum SampleFiles {
  /// The bytes as a gzip file.
  static func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }

  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let stream = SamplePictures.deflate(bytes).dropFirst(2).dropLast(4)
    let sum = SamplePictures.big(Int(crc32(0, bytes, UInt32(bytes.count))))
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stream + sum.reversed()
      + SamplePictures.big(bytes.count).reversed()
  }
}
