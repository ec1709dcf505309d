import Foundation

/// The formats that are read, told by a file's first bytes, never by its name.
package enum ImageFormat: Sendable {
  case png, jpeg, webp

  init?(_ bytes: some Collection<UInt8>) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }
}

/// Images that are none of those that are read.
enum ForeignPicture {
  /// So many bytes are enough to tell.
  static let headBytes = 512

  private static let beginnings: [(bytes: [UInt8], name: String)] = [
    (Array("GIF87a".utf8), "GIF"), (Array("GIF89a".utf8), "GIF"),
    ([0x49, 0x49, 0x2A, 0], "TIFF"), ([0x4D, 0x4D, 0, 0x2A], "TIFF"),
    ([0x49, 0x49, 0x2B, 0], "TIFF"), ([0x4D, 0x4D, 0, 0x2B], "TIFF"),
    ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20], "JPEG XL"), ([0xFF, 0x0A], "JPEG XL"),
    ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000"), ([0xFF, 0x4F, 0xFF, 0x51], "JPEG 2000"),
    (Array("8BPS".utf8), "Photoshop file"), (Array("gimp xcf".utf8), "GIMP file"),
    (Array("qoif".utf8), "QOI"), (Array("DDS ".utf8), "DDS"), ([0x76, 0x2F, 0x31, 0x01], "OpenEXR file"),
    (Array("#?RADIANCE".utf8), "Radiance HDR file"), ([0x8A, 0x4D, 0x4E, 0x47], "MNG"),
  ]

  private static let brands: [(first: String, name: String)] = [
    ("avif", "AVIF"), ("avis", "AVIF"), ("hei", "HEIC"), ("hev", "HEIC"), ("mif1", "HEIF"), ("msf1", "HEIF"),
  ]

  /// `GIF`, `TIFF`, `HEIC`, …; nil where the bytes are of no known image.
  static func name(of head: some Collection<UInt8>) -> String? {
    let head = Array(head.prefix(headBytes))
    if let known = beginnings.first(where: { head.starts(with: $0.bytes) }) { return known.name }
    if isBitmap(head) { return "BMP" }
    if head.dropFirst(4).starts(with: "ftyp".utf8) {
      return brands.first { head.dropFirst(8).starts(with: $0.first.utf8) }?.name
    }
    return isDrawing(head) ? "SVG drawing" : nil
  }

  /// `BM`, and the size of a header that there is, so that no text is taken for one.
  private static func isBitmap(_ head: [UInt8]) -> Bool {
    head.starts(with: "BM".utf8) && head.count >= 18
      && [12, 16, 40, 52, 56, 64, 108, 124].contains(head[14]) && head[15...17].allSatisfy { $0 == 0 }
  }

  private static func isDrawing(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head, as: UTF8.self)
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    guard start.hasPrefix("<?xml") || start.hasPrefix("<!") || start.hasPrefix("<svg") else { return false }
    return start.contains("<svg") || start.contains("<!DOCTYPE svg")
  }

  /// What names of images end in, of any format.
  private static let endings: Set<String> = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "pjpeg", "pjp", "webp", "gif", "tif", "tiff", "bmp", "dib",
    "heic", "heif", "hif", "avif", "jxl", "jp2", "j2k", "jpx", "svg", "svgz", "ico", "cur", "psd", "xcf",
    "pbm",
    "pgm", "ppm", "pnm", "pfm", "tga", "qoi", "exr", "hdr", "dds", "pcx", "dng", "cr2", "cr3", "nef", "arw",
    "orf",
    "rw2", "raf",
  ]

  /// Whether a file's name ends as an image's does.
  static func isNamed(_ path: String) -> Bool {
    endings.contains((path as NSString).pathExtension.lowercased())
  }
}
