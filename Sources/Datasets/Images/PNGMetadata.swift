import CZlib

/// EXIF and XMP of a PNG: the chunk `eXIf`, or the texts that programs wrote before it was there.
struct PNGMetadata {
  private(set) var found = ImageMetadata()
  /// EXIF in hexadecimal digits, as ImageMagick writes it.
  private var profile: [UInt8]?

  private static let profileKey = "Raw profile type exif"
  private static let packetKey = "XML:com.adobe.xmp"
  /// No text unpacks to more; Pillow refuses an image that has a longer one.
  private static let longestText = 1 << 20

  /// Of several the last counts, wherever it stands; `eXIf` wins over the profile.
  init(_ file: FileView) {
    var place = 8
    while let length = file.number(at: place, width: 4, isBig: true), let name = file.text(at: place + 4, 4),
      name != "IEND", let data = file.slice(place + 8, length)
    {
      switch name {
      case "eXIf": found.exif = Array(data.bytes)
      case "tEXt", "zTXt", "iTXt": readText(Array(data.bytes), name)
      default: break
      }
      place += 12 + length
    }
    if found.exif == nil { found.exif = profile.flatMap(Self.decode) }
  }

  private mutating func readText(_ chunk: [UInt8], _ name: String) {
    guard let end = chunk.firstIndex(of: 0) else { return }
    let key = String(decoding: chunk[..<end], as: UTF8.self)
    let isPlainBlock = key == "exif" && name == "tEXt"
    guard key == Self.profileKey || key == Self.packetKey || isPlainBlock,
      let text = Self.text(chunk[(end + 1)...], name)
    else { return }
    switch key {
    case Self.profileKey: profile = text
    case Self.packetKey: found.xmp = text
    default: found.exif = text
    }
  }

  /// What stands behind the key; nil where it cannot be unpacked.
  private static func text(_ rest: ArraySlice<UInt8>, _ name: String) -> [UInt8]? {
    if name == "tEXt" { return Array(rest) }
    if name == "zTXt" { return rest.first == 0 ? inflated(rest.dropFirst()) : nil }
    // Whether it is packed and how, a language, a translation of the key, the text.
    guard rest.count >= 2, let isPacked = rest.first, let method = rest.dropFirst().first,
      let language = rest.dropFirst(2).firstIndex(of: 0),
      let translation = rest[(language + 1)...].firstIndex(of: 0)
    else { return nil }
    let text = rest[(translation + 1)...]
    if isPacked == 0 { return Array(text) }
    return method == 0 ? inflated(text) : nil
  }

  /// Bytes in hexadecimal behind three lines: an empty one, `exif`, and their count.
  private static func decode(_ profile: [UInt8]) -> [UInt8]? {
    let lines = profile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var digits = lines.dropFirst(3).joined().makeIterator()
    var bytes: [UInt8] = []
    while let first = digits.next() {
      if first == 32 || (9...13).contains(first) { continue }
      guard let high = hexadecimal(first), let low = digits.next().flatMap(hexadecimal) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8? {
    Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
  }

  /// A zlib stream unpacked; what there is of a truncated one, nil of one that is damaged or too long.
  private static func inflated(_ packed: ArraySlice<UInt8>) -> [UInt8]? {
    var stream = z_stream()
    guard modgap_inflate_start(&stream) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var source = Array(packed)
    var target = [UInt8](repeating: 0, count: longestText + 1)
    let status = source.withUnsafeMutableBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(clamping: source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return inflate(&stream, Z_SYNC_FLUSH)
      }
    }
    let count = target.count - Int(stream.avail_out)
    guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status), count <= longestText else { return nil }
    return Array(target.prefix(count))
  }
}
