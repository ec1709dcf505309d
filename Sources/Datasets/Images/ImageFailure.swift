import Declarations

/// Why an image cannot be used.
package enum ImageFailure: Failure, Equatable {
  /// `found` is the name of a format that is known by its first bytes and not read.
  case unknownFormat(path: String, found: String?)
  /// The decoder's own words.
  case damaged(path: String, format: String, detail: String)
  case tooManyPixels(path: String, width: Int, height: Int, limit: Int)
  /// Bytes that decoding needs at once, and those it may have.
  case tooMuchMemory(path: String, width: Int, height: Int, needed: Int, limit: Int)
  case fileTooLarge(path: String, bytes: Int, limit: Int)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownFormat(let path, let found):
      "\(path): this file is \(found.map { "a \($0)" } ?? "not an image"), but only PNG, JPEG and WebP images are read, "
        + "recognised by their first bytes; convert it, or remove it"
    case .damaged(let path, let format, let detail):
      "\(path): this \(format) image is damaged: \(detail); download or make it again, or remove it"
    case .tooManyPixels(let path, let width, let height, let limit):
      "\(path): the image has \(width) × \(height) pixels, but at most \(limit) pixels are decoded; "
        + "make it smaller"
    case .tooMuchMemory(let path, let width, let height, let needed, let limit):
      "\(path): decoding \(width) × \(height) pixels needs \(Self.mebibytes(needed)) MiB of memory at once, but one "
        + "image may use at most \(Self.mebibytes(limit)); make it smaller, or save it as a PNG or JPEG that is "
        + "neither interlaced nor progressive"
    case .fileTooLarge(let path, let bytes, let limit):
      "\(path): the image file has \(Self.mebibytes(bytes)) MiB, but at most \(Self.mebibytes(limit)) "
        + "are read; make it smaller"
    }
  }

  private static func mebibytes(_ bytes: Int) -> Int { bytes >> 20 + (bytes & 0xFFFFF == 0 ? 0 : 1) }
}

/// What decoding one image may cost, so that no file, however it lies, can exhaust the machine.
package struct ImageLimits: Sendable, Equatable {
  /// 178,956,970 by default: the limit of Pillow.
  package let pixels: Int
  /// Bytes held at once for one image, its file included: 768 MiB by default. An image that is neither
  /// interlaced, progressive nor turned is decoded row by row and needs a small part of it.
  package let memory: Int

  package init(pixels: Int = 178_956_970, memory: Int = 768 << 20) {
    self.pixels = pixels
    self.memory = memory
  }

  package static let standard = ImageLimits()
}
