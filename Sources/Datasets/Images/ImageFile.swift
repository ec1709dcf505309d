import Contracts

/// A PNG, JPEG or WebP file: decoded to eight bits a channel, alpha over white, turned upright as its EXIF
/// orientation says. Colour profiles and gamma are not applied, as in Pillow.
package struct ImageFile {
  package let path: String
  private let reader: any ImageDecoder
  private let orientation: ExifOrientation
  private let limits: ImageLimits
  private let fileBytes: Int

  /// Reads the file, and of the image the header alone.
  ///
  /// - Throws: `FileFailure`; `ImageFailure` where it is no image, damaged, or beyond the limits.
  package init(_ path: String, limits: ImageLimits = .standard) throws {
    let bytes = try PictureBytes(path, limits: limits)
    guard let format = ImageFormat(bytes.buffer) else {
      throw ImageFailure.unknownFormat(path: path, found: ForeignPicture.name(of: bytes.buffer))
    }
    reader =
      switch format {
      case .png: try PNGDecoder(bytes, path: path)
      case .jpeg: try JPEGDecoder(bytes, path: path, limits: limits)
      case .webp: try WebPDecoder(bytes, path: path)
      }
    self.path = path
    self.limits = limits
    fileBytes = bytes.buffer.count
    orientation = ExifOrientation(ImageMetadata(of: bytes.buffer, format: format))
    let (area, overflows) = reader.header.width.multipliedReportingOverflow(by: reader.header.height)
    guard !overflows, area <= limits.pixels else {
      throw ImageFailure.tooManyPixels(
        path: path, width: reader.header.width, height: reader.header.height, limit: limits.pixels)
    }
  }

  /// As the image is shown.
  package var width: Int { orientation.swapsSides ? reader.header.height : reader.header.width }
  package var height: Int { orientation.swapsSides ? reader.header.width : reader.header.height }

  /// All pixels, upright.
  package func decode() throws -> PixelImage {
    try require(4 * width * height)
    var image = PixelImage(width: width, height: height)
    try forEachRow(0..<height) { row, y in
      image.pixels.withUnsafeMutableBufferPointer { pixels in
        pixels.baseAddress.map { $0 + 4 * y * width }?.update(from: row, count: 4 * width)
      }
    }
    return image
  }

  /// The pixels that the transform leaves, `size × size`.
  package func pixels(_ transform: ImageTransform) throws -> PixelImage {
    let plan = transform.plan(width: width, height: height)
    var resampler = Resampler(width: width, height: height, plan: plan, filter: transform.filter)
    try forEachRow(resampler.neededRows) { resampler.push($0, index: $1) }
    return resampler.finish()
  }

  /// Decodes, resizes, cuts and normalises into `out`, which has room for `transform.count` numbers.
  package static func load(
    _ path: String, _ transform: ImageTransform, limits: ImageLimits = .standard,
    into out: UnsafeMutablePointer<Float>
  ) throws {
    transform.normalize(try ImageFile(path, limits: limits).pixels(transform), into: out)
  }

  private func require(_ more: Int) throws {
    let (held, overflows) = (fileBytes + more).addingReportingOverflow(
      reader.header.needsWhole ? reader.header.wholeBytes : 0)
    guard !overflows, held <= limits.memory else {
      throw ImageFailure.tooMuchMemory(
        path: path, width: reader.header.width, height: reader.header.height, needed: overflows ? .max : held,
        limit: limits.memory)
    }
  }
}

// MARK: - Rows

extension ImageFile {
  private typealias RowBody = (UnsafePointer<UInt8>, Int) throws -> Void

  /// Gives `body` the upright rows in order, four bytes a pixel, with `Resampler.padding` bytes behind.
  ///
  /// The whole file is decoded whatever rows are needed, so that damage never hides.
  private func forEachRow(_ needed: Range<Int>, _ body: RowBody) throws {
    if orientation == .upright, !reader.header.needsWhole {
      try streamRows(needed, body)
    } else {
      try gatherRows(needed, body)
    }
    try reader.finish()
  }

  private func streamRows(_ needed: Range<Int>, _ body: RowBody) throws {
    let header = reader.header
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: header.rowBytes) { raw in
      try withRow { row in
        guard let source = raw.baseAddress else { return }
        for y in 0..<header.height {
          try reader.read(source, count: 1)
          guard needed.contains(y) else { continue }
          header.layout.expand(source, into: row, count: header.width)
          try body(row, y)
        }
      }
    }
  }

  private func withRow(_ body: (UnsafeMutablePointer<UInt8>) throws -> Void) rethrows {
    let count = 4 * width + Resampler.padding
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { row in
      guard let base = row.baseAddress else { return }
      base.update(repeating: 0, count: count)
      try body(base)
    }
  }

  /// Decodes the whole image, then reads rows out of it the way it is shown.
  private func gatherRows(_ needed: Range<Int>, _ body: RowBody) throws {
    let header = reader.header
    try require(header.needsWhole ? 0 : header.rowBytes * header.height)
    let picture = UnsafeMutablePointer<UInt8>.allocate(capacity: header.rowBytes * header.height)
    defer { picture.deallocate() }
    try reader.readWhole(picture)
    let pixel = header.layout.bytesPerPixel
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pixel * width) { raw in
      try withRow { row in
        guard let source = raw.baseAddress else { return }
        for y in needed {
          for x in 0..<width {
            let place = orientation.stored(x, y, width: header.width, height: header.height)
            let from = picture + place.y * header.rowBytes + place.x * pixel
            (source + x * pixel).update(from: from, count: pixel)
          }
          header.layout.expand(source, into: row, count: width)
          try body(row, y)
        }
      }
    }
  }
}
