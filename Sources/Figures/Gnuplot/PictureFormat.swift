import CZlib
import Contracts

/// The formats of figures, and what tells a whole picture from one that a full disk or a limit has cut off:
/// gnuplot says nothing of either.
package enum PictureFormat: String, Sendable, CaseIterable {
  case svg, png, pdf

  /// What is wrong with the file; nil where it is whole.
  package func flaw(_ bytes: [UInt8]) -> String? {
    switch self {
    case .svg: SVGCheck(bytes).flaw
    case .png: Self.flawOfPNG(bytes)
    case .pdf: Self.flawOfPDF(bytes)
    }
  }

  /// The chunks, each with its checksum, from the signature to the end.
  private static func flawOfPNG(_ bytes: [UInt8]) -> String? {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      return "it does not begin like a PNG"
    }
    var (place, names) = (8, [ArraySlice<UInt8>]())
    while place < bytes.count {
      guard bytes.count - place >= 12 else { return "it ends within a chunk, at byte \(bytes.count)" }
      let length = Int(word(bytes, place))
      guard length <= bytes.count - place - 12 else {
        return "it ends within a chunk, at byte \(bytes.count)"
      }
      let checked = bytes[place + 4..<place + 8 + length]
      guard checksum(checked) == word(bytes, place + 8 + length) else {
        return "the chunk at byte \(place) has a wrong checksum"
      }
      names.append(bytes[place + 4..<place + 8])
      place += 12 + length
      if names.last?.elementsEqual("IEND".utf8) == true { break }
    }
    guard names.first?.elementsEqual("IHDR".utf8) == true,
      names.contains(where: { $0.elementsEqual("IDAT".utf8) }),
      names.last?.elementsEqual("IEND".utf8) == true, place == bytes.count
    else { return "it has no end, or data after its end, at byte \(place)" }
    return nil
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, UInt32(clamping: $0.count)))
    }
  }

  /// Its last lines say where its table of contents begins.
  private static func flawOfPDF(_ bytes: [UInt8]) -> String? {
    guard bytes.starts(with: "%PDF-".utf8) else { return "it does not begin like a PDF" }
    let lines = bytes.suffix(64).split { $0 == 0x0A || $0 == 0x0D }.suffix(3)
    guard lines.count == 3, lines.last?.elementsEqual("%%EOF".utf8) == true,
      lines.first?.elementsEqual("startxref".utf8) == true,
      let start = lines.dropFirst().first.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }),
      (0..<bytes.count).contains(start)
    else { return "it has no end, at byte \(bytes.count)" }
    return nil
  }
}
