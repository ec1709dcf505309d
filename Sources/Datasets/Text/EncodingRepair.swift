/// Undoes decoding with a wrong encoding ("Ã©" for "é"), once or several times over, also where only a part of the
/// text is affected: ftfy 6.3's `fix_encoding` with its defaults.
enum EncodingRepair {
  /// No text was decoded wrongly so often; the bound keeps hostile texts from taking quadratic time.
  private static let mostLayers = 256

  static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = text
    for _ in 0..<mostLayers {
      let next = withoutOneLayer(text)
      if next == text { break }
      text = next
    }
    return text
  }

  private static func withoutOneLayer(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard Mojibake.isBad(text) else { return text }
    for encoding in SingleByteEncoding.all {
      guard var bytes = encoding.encode(text) else { continue }
      if !encoding.keepsSpaces { bytes = BytePatterns.restoringSpaces(bytes) }
      if encoding.marksLosses { bytes = BytePatterns.replacingLosses(bytes) }
      if let decoded = LenientUTF8.decode(bytes) { return decoded }
    }
    let partly = EmbeddedUTF8.repaired(text)
    if partly != text { return partly }
    return asWindows1252(text) ?? withoutC1(text)
  }

  /// Latin-1 that was meant to be Windows-1252; nil where it is not, or does not change.
  private static func asWindows1252(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    guard text.allSatisfy({ $0.value < 0x100 }) else { return nil }
    let decoded = withoutC1(text)
    let isComplete = decoded.allSatisfy { !(0x80...0x9F).contains($0.value) }
    return isComplete && decoded != text ? decoded : nil
  }

  /// C1 controls as Windows-1252's characters of the same byte, as browsers read them.
  static func withoutC1(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.map { scalar in
      guard (0x80...0x9F).contains(scalar.value) else { return scalar }
      return SingleByteEncoding.windows1252[UInt8(truncatingIfNeeded: scalar.value)]
    }
  }
}

/// Runs of characters that look like UTF-8 in the midst of right text: ftfy's `decode_inconsistent_utf8`.
private enum EmbeddedUTF8 {
  /// Those that resemble Latin-1.
  private static let encodings: [SingleByteEncoding] = [
    .latin1, .windows1250, .windows1251, .windows1252, .windows1253, .windows1254, .windows1257,
  ]

  private static func characters(_ bytes: some Sequence<UInt8>) -> Set<Unicode.Scalar> {
    Set(bytes.flatMap { byte in encodings.map { $0[byte] } })
  }

  /// Characters that begin a sequence, by its length.
  private static let firsts: [(Set<Unicode.Scalar>, length: Int)] = [
    (characters(0xC2...0xDF), 2), (characters(0xE0...0xEF), 3), (characters([0xF0, 0xF3]), 4),
  ]
  /// A space may stand for the byte 0xA0.
  private static let continuations = characters(0x80...0xBF).union([" "])
  /// Those that hardly stand for themselves beside such sequences.
  private static let strict = characters(0x80...0xBF).subtracting("–—―‘’‚“”„•…".unicodeScalars)

  static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let end = index > 0 && strict.contains(text[index - 1]) ? index : endOfRun(text, index)
      let run = Array(text[index..<max(end, index + 1)])
      let isWrong = end > index && run.count < text.count && Mojibake.isBad(run)
      result += isWrong ? EncodingRepair.repaired(run) : run
      index += run.count
    }
    return result
  }

  /// Behind the sequences that begin at a place; the place itself where none does.
  private static func endOfRun(_ text: [Unicode.Scalar], _ start: Int) -> Int {
    var end = start
    while end < text.count {
      let length = firsts.first { first, length in
        first.contains(text[end]) && end + length <= text.count
          && text[end + 1..<end + length].allSatisfy(continuations.contains)
      }?.length
      guard let length else { break }
      end += length
    }
    return end
  }
}
