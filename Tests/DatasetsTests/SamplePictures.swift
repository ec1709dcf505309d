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

  /// 16 × 12 pixels without two neighbours alike.
  static let rough: [UInt8] = {
    var rows: [UInt8] = []
    for y in 0..<12 {
      rows.append(0)
      for x in 0..<16 {
        rows += (0..<3).map { UInt8(truncatingIfNeeded: x * x * 7 + y * 13 * x + y * y * 5 + $0 * 50) }
      }
    }
    return png(16, 12, type: 2, rows: rows)
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

  /// The gradient without loss; with loss; with loss and transparent, of Pillow 12.
  static let webp = base64("UklGRioAAABXRUJQVlA4TB4AAAAvD8ACALmM6H/sIqL/ASEBYYT/dzV5IAYwJgCpyi4=")
  static let lossyWebP = base64(
    """
    UklGRloAAABXRUJQVlA4IE4AAADQAQCdASoQAAwAAUAmJbACdAEOtXQyAAD+/bOzjTlhXS6AZn+GESZhx+//EivNcLPRNg/06ub6ev16
    5//0sN+7//+kHkwYKQ/meILIAAA=
    """)
  static let clearWebP = base64(
    """
    UklGRooAAABXRUJQVlA4WAoAAAAQAAAADwAACwAAQUxQSA4AAAABD1CyiAgMQkT/AwgAAFZQOCBWAAAAsAEAnQEqEAAMAAFAJiWwAnQA
    828saAD+/eT3gy0vSxecdS9vHy8W2W3DUqYjIUlff+JFaEN1Jv1Nci++wwffv9+7//+LDfu///pB5MGCkP5niCyAAAA=
    """)

  /// An animation of one frame, `webp`, in the corner of a canvas.
  static func animation(_ width: Int, _ height: Int) -> [UInt8] {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
      Array(name.utf8) + little(data.count, 4) + data + (data.count % 2 == 1 ? [0] : [])
    }
    let frame = little(0, 6) + little(15, 3) + little(11, 3) + little(100, 3) + [0] + webp[12...]
    let body =
      chunk("VP8X", [2, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
      + chunk("ANIM", [0, 0, 0, 0, 0, 0]) + chunk("ANMF", frame)
    return Array("RIFF".utf8) + little(body.count + 4, 4) + Array("WEBP".utf8) + body
  }

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
