/// How a camera was held: the tag 274 of EXIF, or XMP's `tiff:Orientation` where EXIF does not have it.
enum ExifOrientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped
  case transposed, turnedRight, transversed, turnedLeft

  /// Width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The pixel of the stored image that is shown at column `x`, row `y`; the stored sides are given.
  @inline(__always)
  func stored(_ x: Int, _ y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
    switch self {
    case .upright: (x, y)
    case .mirrored: (width - 1 - x, y)
    case .upsideDown: (width - 1 - x, height - 1 - y)
    case .flipped: (x, height - 1 - y)
    case .transposed: (y, x)
    case .turnedRight: (y, height - 1 - x)
    case .transversed: (width - 1 - y, height - 1 - x)
    case .turnedLeft: (width - 1 - y, x)
    }
  }

  /// Upright where nothing is stated, or nothing that has a meaning.
  ///
  /// Source: `Image.getexif` and `ImageOps.exif_transpose` of Pillow 12.
  init(_ metadata: ImageMetadata) {
    let stated = metadata.exif.flatMap { ExifDirectory.orientation(in: $0) } ?? metadata.xmpOrientation
    self = stated.flatMap(ExifOrientation.init) ?? .upright
  }
}

/// The first directory of a TIFF block, as EXIF has it.
enum ExifDirectory {
  private static let tag = 274
  private static let preamble = Array("Exif\0\0".utf8)
  /// Signature, order of bytes; the last four are mistakes that occur.
  private static let signatures: [(bytes: [UInt8], isBig: Bool)] = [
    ([0x4D, 0x4D, 0, 0x2A], true), ([0x49, 0x49, 0x2A, 0], false), ([0x4D, 0x4D, 0x2A, 0], true),
    ([0x49, 0x49, 0, 0x2A], false), ([0x4D, 0x4D, 0, 0x2B], true),
  ]
  /// Bytes of one value, by the number of its type; other types are passed over.
  private static let widths = [
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
  ]

  /// The first value of tag 274; 0 where it is no number. Nil where the tag is not there, or the block is none.
  ///
  /// As in Pillow 12 the last of several such tags counts, a value outside of the block ends the directory,
  /// and numbers are those of any type but BYTE, ASCII and UNDEFINED.
  static func orientation(in block: [UInt8]) -> Int? {
    var rest = block[...]
    while rest.starts(with: preamble) { rest = rest.dropFirst(preamble.count) }
    let tiff = ByteView(rest)
    guard let order = signatures.first(where: { rest.starts(with: $0.bytes) })?.isBig,
      let start = tiff.number(at: 4, width: 4, isBig: order),
      let count = tiff.number(at: start, width: 2, isBig: order)
    else { return nil }
    var found: Int?
    for place in (0..<count).map({ start + 2 + 12 * $0 }) {
      guard let entry = tiff.slice(place, 12), let name = entry.number(at: 0, width: 2, isBig: order),
        let type = entry.number(at: 2, width: 2, isBig: order),
        let values = entry.number(at: 4, width: 4, isBig: order)
      else { break }
      guard let width = widths[type], values > 0 else { continue }
      let offset = width * values > 4 ? entry.number(at: 8, width: 4, isBig: order) : place + 8
      guard let data = offset.flatMap({ tiff.slice($0, width * values) }) else { break }
      if name == tag { found = value(data, type, isBig: order) ?? 0 }
    }
    return found
  }

  private static func value(_ data: ByteView<ArraySlice<UInt8>>, _ type: Int, isBig: Bool) -> Int? {
    func number(_ width: Int, at start: Int = 0) -> Int? {
      data.number(at: start, width: width, isBig: isBig)
    }
    switch type {
    case 3: return number(2)
    case 4, 13: return number(4)
    case 16: return number(8)
    case 6: return number(1).map { Int(Int8(truncatingIfNeeded: $0)) }
    case 8: return number(2).map { Int(Int16(truncatingIfNeeded: $0)) }
    case 9: return number(4).map { Int(Int32(truncatingIfNeeded: $0)) }
    case 11:
      return number(4).flatMap { Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
    case 12: return number(8).flatMap { Int(exactly: Double(bitPattern: UInt64(bitPattern: Int64($0)))) }
    case 5: return ratio(number(4), number(4, at: 4))
    case 10:
      return ratio(
        number(4).map { Int(Int32(truncatingIfNeeded: $0)) },
        number(4, at: 4).map { Int(Int32(truncatingIfNeeded: $0)) })
    default: return nil
    }
  }

  private static func ratio(_ above: Int?, _ below: Int?) -> Int? {
    guard let above, let below, below != 0, above % below == 0 else { return nil }
    return above / below
  }
}
