/// How a camera was held: the tag 274 of EXIF, in a JPEG's APP1 segment or a PNG's eXIf chunk.
enum ExifOrientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped
  case transposed, turnedRight, transversed, turnedLeft

  /// Width and height change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The pixel of the stored picture that is shown at column `x`, row `y`; the stored sides are given.
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

  /// The orientation that a JPEG or PNG file states; upright where it states none, or a senseless one.
  init(of file: UnsafeMutableBufferPointer<UInt8>, format: ImageFormat) {
    let bytes = ByteView(file)
    let block =
      switch format {
      case .png: Self.pngBlock(bytes)
      case .jpeg: Self.jpegBlock(bytes)
      }
    self = block.flatMap { Self.tag(in: $0) }.flatMap(ExifOrientation.init) ?? .upright
  }

  private static func pngBlock(_ bytes: ByteView) -> ByteView? {
    var place = 8
    while let length = bytes.number(at: place, width: 4, isBig: true), let name = bytes.text(at: place + 4, 4)
    {
      if name == "eXIf" { return bytes.slice(place + 8, length) }
      if name == "IEND" { return nil }
      place += 12 + length
    }
    return nil
  }

  private static func jpegBlock(_ bytes: ByteView) -> ByteView? {
    var place = 2
    while let marker = bytes.number(at: place, width: 2, isBig: true), marker >= 0xFF00 {
      if marker == 0xFFFF {
        place += 1
        continue
      }
      guard marker != 0xFFDA, marker != 0xFFD9,
        let length = bytes.number(at: place + 2, width: 2, isBig: true), length >= 2
      else { return nil }
      if marker == 0xFFE1, bytes.text(at: place + 4, 6) == "Exif\0\0" {
        return bytes.slice(place + 10, length - 8)
      }
      place += 2 + length
    }
    return nil
  }

  /// The value of tag 274 in the first directory of a TIFF block.
  private static func tag(in tiff: ByteView) -> Int? {
    guard let order = tiff.text(at: 0, 2), order == "II" || order == "MM" else { return nil }
    let isBig = order == "MM"
    guard let start = tiff.number(at: 4, width: 4, isBig: isBig),
      let count = tiff.number(at: start, width: 2, isBig: isBig)
    else { return nil }
    for entry in 0..<count {
      let place = start + 2 + 12 * entry
      guard let tag = tiff.number(at: place, width: 2, isBig: isBig) else { return nil }
      if tag == 274 { return tiff.number(at: place + 8, width: 2, isBig: isBig) }
    }
    return nil
  }
}

/// Bytes read by position; whatever lies outside is nil.
struct ByteView {
  private let bytes: Slice<UnsafeMutableBufferPointer<UInt8>>

  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { bytes = buffer[...] }

  private init(_ slice: Slice<UnsafeMutableBufferPointer<UInt8>>) { bytes = slice }

  func slice(_ start: Int, _ count: Int) -> ByteView? {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else { return nil }
    return ByteView(bytes[bytes.startIndex + start..<bytes.startIndex + start + count])
  }

  func number(at start: Int, width: Int, isBig: Bool) -> Int? {
    guard let digits = slice(start, width)?.bytes else { return nil }
    return isBig ? digits.reduce(0) { $0 << 8 | Int($1) } : digits.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// `count` bytes as ASCII.
  func text(at start: Int, _ count: Int) -> String? {
    slice(start, count).map { String(decoding: $0.bytes, as: UTF8.self) }
  }
}
