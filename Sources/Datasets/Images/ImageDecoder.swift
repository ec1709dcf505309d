import CImageCodecs
import Declarations
import Files

/// What a decoded row holds.
enum PixelLayout: Int32 {
  case grey = 1
  case greyAlpha = 2
  /// Four bytes a pixel, the last without meaning.
  case rgbx = 3
  case rgba = 4
  /// Inverted, as Adobe's programs write it.
  case cmyk = 5

  var bytesPerPixel: Int {
    switch self {
    case .grey: 1
    case .greyAlpha: 2
    case .rgbx, .rgba, .cmyk: 4
    }
  }
}

/// What the header of an image says.
struct ImageHeader {
  let width: Int
  let height: Int
  let layout: PixelLayout
  /// No row can be had before all are decoded: the image is interlaced, progressive or a WebP.
  let needsWhole: Bool
  /// Bytes a pixel that the decoder holds beside the rows.
  let workingBytes: Int

  var rowBytes: Int { width * layout.bytesPerPixel }

  /// Bytes of all rows and of what the decoder holds beside them; `.max` where they cannot be counted.
  var wholeBytes: Int {
    let (area, overflows) = width.multipliedReportingOverflow(by: height)
    let (bytes, overflowsToo) = area.multipliedReportingOverflow(by: layout.bytesPerPixel + workingBytes)
    return overflows || overflowsToo ? .max : bytes
  }
}

/// A decoder over a file's bytes; its header is read and checked, its rows come in order.
protocol ImageDecoder: AnyObject {
  var header: ImageHeader { get }

  /// Decodes the next `count` rows, each `header.rowBytes` long.
  func read(_ rows: UnsafeMutablePointer<UInt8>, count: Int) throws

  /// Decodes the whole image at once.
  func readWhole(_ rows: UnsafeMutablePointer<UInt8>) throws

  /// Checks what follows the last row.
  func finish() throws
}

/// The decoder's bytes stay where they are as long as it lives.
final class PictureBytes {
  let buffer: UnsafeMutableBufferPointer<UInt8>

  init(_ path: String, limits: ImageLimits) throws {
    let file = try InputFile(path)
    guard file.size <= limits.memory / 2 else {
      throw ImageFailure.fileTooLarge(path: path, bytes: file.size, limit: limits.memory / 2)
    }
    let allocated = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, file.size))
    do {
      let count = try file.read(into: UnsafeMutableRawBufferPointer(allocated), at: 0)
      buffer = UnsafeMutableBufferPointer(rebasing: allocated[0..<min(count, file.size)])
    } catch {
      allocated.deallocate()
      throw error
    }
  }

  deinit { buffer.baseAddress?.deallocate() }

  var pointer: UnsafePointer<UInt8>? { UnsafePointer(buffer.baseAddress) }
}

/// libpng behind `ImageDecoder`.
final class PNGDecoder: ImageDecoder {
  let header: ImageHeader
  private let path: String
  private let bytes: PictureBytes
  private let decoder: OpaquePointer

  init(_ bytes: PictureBytes, path: String) throws {
    guard let decoder = modgap_png_new(bytes.pointer, bytes.buffer.count) else {
      throw FileFailure(.read, path, code: 12)
    }
    self.bytes = bytes
    self.path = path
    self.decoder = decoder
    do {
      header = try Picture.header("PNG", path) {
        modgap_png_start(decoder, $0)
      } reason: {
        modgap_png_message(decoder)
      }
    } catch {
      modgap_png_free(decoder)
      throw error
    }
  }

  deinit { modgap_png_free(decoder) }

  func read(_ rows: UnsafeMutablePointer<UInt8>, count: Int) throws {
    try check(modgap_png_rows(decoder, rows, header.rowBytes, UInt32(clamping: count)))
  }

  func readWhole(_ rows: UnsafeMutablePointer<UInt8>) throws {
    try check(modgap_png_whole(decoder, rows, header.rowBytes))
  }

  func finish() throws { try check(modgap_png_finish(decoder)) }

  private func check(_ isFine: Int32) throws {
    if isFine == 0 { throw Picture.damage("PNG", path, modgap_png_message(decoder)) }
  }
}

/// libjpeg-turbo behind `ImageDecoder`.
final class JPEGDecoder: ImageDecoder {
  let header: ImageHeader
  private let path: String
  private let bytes: PictureBytes
  private let decoder: OpaquePointer

  init(_ bytes: PictureBytes, path: String, limits: ImageLimits) throws {
    let memory = limits.memory - bytes.buffer.count
    guard let decoder = modgap_jpeg_new(bytes.pointer, bytes.buffer.count, max(1, memory)) else {
      throw FileFailure(.read, path, code: 12)
    }
    self.bytes = bytes
    self.path = path
    self.decoder = decoder
    do {
      header = try Picture.header("JPEG", path) {
        modgap_jpeg_start(decoder, $0)
      } reason: {
        modgap_jpeg_message(decoder)
      }
    } catch {
      modgap_jpeg_free(decoder)
      throw error
    }
  }

  deinit { modgap_jpeg_free(decoder) }

  func read(_ rows: UnsafeMutablePointer<UInt8>, count: Int) throws {
    guard modgap_jpeg_rows(decoder, rows, header.rowBytes, UInt32(clamping: count)) == 0 else { return }
    throw Picture.damage("JPEG", path, modgap_jpeg_message(decoder))
  }

  func readWhole(_ rows: UnsafeMutablePointer<UInt8>) throws { try read(rows, count: header.height) }

  /// An image whose pixels were all there may lack its end marker.
  func finish() {}
}

/// libwebp behind `ImageDecoder`; of an animation the first frame.
final class WebPDecoder: ImageDecoder {
  let header: ImageHeader
  private let path: String
  private let bytes: PictureBytes
  private let decoder: OpaquePointer

  init(_ bytes: PictureBytes, path: String) throws {
    guard let decoder = modgap_webp_new() else { throw FileFailure(.read, path, code: 12) }
    self.bytes = bytes
    self.path = path
    self.decoder = decoder
    do {
      header = try Picture.header("WebP", path) {
        modgap_webp_start(decoder, bytes.pointer, bytes.buffer.count, $0)
      } reason: {
        modgap_webp_message(decoder)
      }
    } catch {
      modgap_webp_free(decoder)
      throw error
    }
  }

  deinit { modgap_webp_free(decoder) }

  func read(_ rows: UnsafeMutablePointer<UInt8>, count: Int) throws { try readWhole(rows) }

  func readWhole(_ rows: UnsafeMutablePointer<UInt8>) throws {
    guard modgap_webp_whole(decoder, rows, header.rowBytes) == 0 else { return }
    throw Picture.damage("WebP", path, modgap_webp_message(decoder))
  }

  /// The container was read whole before anything was decoded.
  func finish() {}
}

/// What all decoders share.
private enum Picture {
  static func header(
    _ format: String, _ path: String, _ start: (UnsafeMutablePointer<modgap_picture>) -> Int32,
    reason: () -> UnsafePointer<CChar>?
  ) throws -> ImageHeader {
    var picture = modgap_picture()
    guard start(&picture) != 0 else { throw damage(format, path, reason()) }
    guard let layout = PixelLayout(rawValue: picture.layout), picture.width > 0, picture.height > 0 else {
      throw ImageFailure.damaged(path: path, format: format, detail: "it has no pixels")
    }
    return ImageHeader(
      width: Int(picture.width), height: Int(picture.height), layout: layout,
      needsWhole: picture.needs_whole != 0, workingBytes: Int(picture.working_bytes))
  }

  static func damage(_ format: String, _ path: String, _ message: UnsafePointer<CChar>?) -> ImageFailure {
    let words = message.map { String(cString: $0) } ?? ""
    return .damaged(path: path, format: format, detail: words.isEmpty ? "it cannot be decoded" : words)
  }
}
