import Kernels

/// Pictures of a batch as a matrix: a row a pixel, picture after picture and line by line; a column a
/// channel. Without borders.
struct PixelRows: @unchecked Sendable {
  /// The size of one picture, and its channels.
  struct Extent: Sendable, Equatable {
    let height: Int
    let width: Int
    let channels: Int

    var area: Int { height * width }
    var count: Int { area * channels }

    /// What a convolution makes of it.
    func output(of shape: ConvolutionShape) -> Extent {
      Extent(height: shape.output(height), width: shape.output(width), channels: shape.outputs)
    }
  }

  let extent: Extent
  let base: UnsafeMutablePointer<Float>

  init(_ extent: Extent, at base: UnsafeMutablePointer<Float>) {
    self.extent = extent
    self.base = base
  }

  subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row * extent.channels }

  @inline(__always)
  func pixel(_ image: Int, _ y: Int, _ x: Int) -> UnsafeMutablePointer<Float> {
    base + ((image * extent.height + y) * extent.width + x) * extent.channels
  }

  func clear(_ images: Range<Int>) {
    (base + images.lowerBound * extent.count).update(repeating: 0, count: images.count * extent.count)
  }

  /// Fills a picture from channels one after the other, `(channels, height, width)`.
  func fill(_ image: Int, from planes: UnsafePointer<Float>) {
    let (target, channels, area) = (pixel(image, 0, 0), extent.channels, extent.area)
    for channel in 0..<channels {
      let plane = planes + channel * area
      for place in 0..<area { target[place * channels + channel] = plane[place] }
    }
  }
}
