import CZlib
import Foundation

/// Small pictures made by hand.
enum SamplePictures {
  /// A PNG file with these chunks between the signature and IEND.
  static func png(_ chunks: [(name: String, data: [UInt8])]) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + (chunks + [("IEND", [])]).flatMap(chunk)
  }

  /// A picture of 8-bit rows; `type` 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha.
  static func png(
    _ width: Int, _ height: Int, type: UInt8, depth: UInt8 = 8, interlace: UInt8 = 0, rows: [UInt8],
    more: [(name: String, data: [UInt8])] = []
  ) -> [UInt8] {
    let header = big(width) + big(height) + [depth, type, 0, 0, interlace]
    return png([("IHDR", header)] + more + [("IDAT", deflate(rows))])
  }

  /// 16 × 12 pixels, red growing to the right and green downwards; with a filter byte before each row.
  static let gradient: [UInt8] = {
    var rows: [UInt8] = []
    for y in 0..<12 {
      rows.append(0)
      for x in 0..<16 { rows += [UInt8(x * 16), UInt8(y * 20), 128] }
    }
    return rows
  }()

  static let gradientPNG = png(16, 12, type: 2, rows: gradient)
  static let jpeg = base64(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO
    UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P
    T09PT09PT0//wAARCAAMABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQb/xAAaEAACAgMAAAAAAAAAAAAAAAAABAMi
    BSEx/8QAFQEBAQAAAAAAAAAAAAAAAAAAAQP/xAAZEQACAwEAAAAAAAAAAAAAAAAAAgMEBSH/2gAMAwEAAhEDEQA/AJ1XFcqLq4rl
    RpVaLVRdVaLVQnvMTytF+H//2Q==
    """)
  static let progressiveJPEG = base64(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO
    UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P
    T09PT09PT0//wgARCAAMABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABAX/xAAVAQEBAAAAAAAAAAAAAAAAAAABAv/a
    AAwDAQACEAMQAAABnLawn//EABcQAQEBAQAAAAAAAAAAAAAAAAIAAQP/2gAIAQEAAQUCPKPKJyJy/8QAFhEBAQEAAAAAAAAAAAAA
    AAAABAAB/9oACAEDAQE/ASo2/8QAFxEAAwEAAAAAAAAAAAAAAAAAAAECA//aAAgBAgEBPwG92f/EABQQAQAAAAAAAAAAAAAAAAAA
    ACD/2gAIAQEABj8CH//EABYQAQEBAAAAAAAAAAAAAAAAAABRYf/aAAgBAQABPyHJkkSP/9oADAMBAAIAAwAAABBr/8QAFREBAQAA
    AAAAAAAAAAAAAAAAACH/2gAIAQMBAT8Qnf/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQIBAT8QT//EABYQAQEBAAAAAAAAAAAA
    AAAAAAAhMf/aAAgBAQABPxDExIyM/9k=
    """)

  static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var target = [UInt8](repeating: 0, count: Int(count))
    _ = compress(&target, &count, bytes, UInt(bytes.count))
    return Array(target.prefix(Int(count)))
  }

  static func big(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Array($0) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return big(data.count) + body + big(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func base64(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }
}
