/// What an image's file says beside its pixels: a block of EXIF, and a packet of XMP.
///
/// Where a file has several, those count that Pillow 12 takes.
struct ImageMetadata {
  /// A TIFF block; `Exif\0\0` may stand before it.
  var exif: [UInt8]?
  var xmp: [UInt8]?

  /// Nothing where a file of this format states nothing, or is broken.
  init(of file: UnsafeMutableBufferPointer<UInt8>, format: ImageFormat) {
    let bytes = ByteView(file[...])
    switch format {
    case .png: self = PNGMetadata(bytes).found
    case .jpeg: self.init(jpeg: bytes)
    case .webp: self.init(webp: bytes)
    }
  }

  init(exif: [UInt8]? = nil, xmp: [UInt8]? = nil) {
    self.exif = exif
    self.xmp = xmp
  }

  /// The digit behind the first `tiff:Orientation="` or `tiff:Orientation>`.
  var xmpOrientation: Int? {
    guard var rest = xmp?[...] else { return nil }
    let name = Array("tiff:Orientation".utf8)
    while let start = rest.firstIndex(of: name[0]) {
      rest = rest[start...]
      guard rest.starts(with: name) else {
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(name.count)
      for mark in ["=\"", ">"] where rest.starts(with: mark.utf8) {
        if let digit = rest.dropFirst(mark.utf8.count).first, (0x30...0x39).contains(digit) {
          return Int(digit) - 0x30
        }
      }
    }
    return nil
  }
}

typealias FileView = ByteView<Slice<UnsafeMutableBufferPointer<UInt8>>>

// MARK: - JPEG

extension ImageMetadata {
  private static let exifPreamble = Array("Exif\0\0".utf8)
  private static let xmpPreamble = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  /// APP1 segments before the first scan: those of EXIF joined, the last of XMP.
  fileprivate init(jpeg bytes: FileView) {
    self.init()
    var place = 2
    while let byte = bytes.number(at: place, width: 1, isBig: true) {
      // Between segments, whatever is no marker is passed over.
      guard byte == 0xFF, let marker = bytes.number(at: place + 1, width: 1, isBig: true),
        marker != 0, marker != 0xFF
      else {
        place += 1
        continue
      }
      place += 2
      if Self.standsAlone(marker) { continue }
      guard marker >= 0xC0, marker != 0xDA, let length = bytes.number(at: place, width: 2, isBig: true),
        let segment = bytes.slice(place + 2, length - 2)
      else { return }
      if marker == 0xE1 { add(Array(segment.bytes)) }
      place += length
    }
  }

  /// Markers without a length behind them.
  private static func standsAlone(_ marker: Int) -> Bool {
    marker == 0xC8 || (0xD0...0xD9).contains(marker) || (0xF0...0xFD).contains(marker)
  }

  private mutating func add(_ segment: [UInt8]) {
    if segment.starts(with: Self.exifPreamble) {
      exif = exif.map { $0 + segment.dropFirst(Self.exifPreamble.count) } ?? segment
    } else if segment.starts(with: Self.xmpPreamble) {
      xmp = Array(segment.dropFirst(Self.xmpPreamble.count))
    }
  }
}

// MARK: - WebP

extension ImageMetadata {
  /// The first chunks `EXIF` and `XMP ` of a file whose header announces them.
  fileprivate init(webp bytes: FileView) {
    self.init()
    guard bytes.text(at: 12, 4) == "VP8X", let flags = bytes.number(at: 20, width: 1, isBig: false),
      let size = bytes.number(at: 4, width: 4, isBig: false)
    else { return }
    var place = 12
    while place + 8 <= min(bytes.count, 8 + size), let name = bytes.text(at: place, 4),
      let length = bytes.number(at: place + 4, width: 4, isBig: false)
    {
      if name == "EXIF", flags & 8 != 0, exif == nil {
        exif = bytes.slice(place + 8, length).map { Array($0.bytes) }
      } else if name == "XMP ", flags & 4 != 0, xmp == nil {
        xmp = bytes.slice(place + 8, length).map { Array($0.bytes) }
      }
      place += 8 + length + length % 2
    }
  }
}
