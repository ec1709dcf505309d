import Files

/// Small images that lie one after another in a file, or in memory where the file was compressed.
struct StoredPixels: NumberSource {
  /// Where the bytes of an image are.
  enum Place: Sendable {
    case file(InputFile, offset: Int)
    case memory([UInt8], offset: Int)
  }

  let width: Int
  let height: Int
  /// 1, or 3 planes one behind the other.
  let channels: Int
  let transform: ImageTransform
  let places: [Place]

  var shape: [Int] { [3, transform.size, transform.size] }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    let area = width * height
    let bytes = try bytes(places[index], count: channels * area)
    var image = PixelImage(width: width, height: height)
    for place in 0..<area {
      for channel in 0..<3 {
        image.pixels[4 * place + channel] = bytes[(channels == 1 ? 0 : channel) * area + place]
      }
    }
    transform.normalize(transform.resize(image), into: out)
  }

  private func bytes(_ place: Place, count: Int) throws -> ArraySlice<UInt8> {
    switch place {
    case .memory(let bytes, let offset): return rebased(bytes[offset..<offset + count])
    case .file(let file, let offset):
      let bytes = try file.bytes(at: offset, count: count)
      guard bytes.count == count else {
        throw DatasetFailure.badFile(path: file.path, detail: "it became shorter while it was read")
      }
      return bytes[...]
    }
  }

  private func rebased(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> { Array(slice)[...] }
}
