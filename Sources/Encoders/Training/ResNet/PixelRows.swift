import Execution

/// Images of a batch as a matrix: a row a pixel, image after image and line by line; a column a
/// channel. Without borders.
struct PixelRows: Sendable {
  /// The size of one image, and its channels.
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
  private let slice: FloatSlice

  /// As many images as the slice has room for.
  init(_ extent: Extent, in slice: FloatSlice) {
    self.extent = extent
    self.slice = slice
  }

  /// Some rows, one after the other.
  subscript(rows: Range<Int>) -> FloatSlice {
    slice[rows.lowerBound * extent.channels..<rows.upperBound * extent.channels]
  }

  /// Stops the program where there are fewer rows, before a loop goes over them.
  func require(rows: Int) {
    precondition(rows * extent.channels <= slice.count, "a loop reaches beyond the rows there are")
  }

  /// The same in images.
  func require(images: Int) { require(rows: images * extent.area) }

  /// The channels of a row; checked where assertions are. Whoever loops over rows has `require`d them.
  @inline(__always)
  subscript(row: Int) -> FloatSlice {
    slice.unchecked(from: row * extent.channels, count: extent.channels)
  }

  @inline(__always)
  func pixel(_ image: Int, _ y: Int, _ x: Int) -> FloatSlice {
    self[(image * extent.height + y) * extent.width + x]
  }

  /// `count` numbers from a pixel's first on, those of its neighbours to the right among them.
  @inline(__always)
  func run(_ image: Int, _ y: Int, _ x: Int, _ count: Int) -> FloatSlice {
    slice.unchecked(
      from: ((image * extent.height + y) * extent.width + x) * extent.channels, count: count)
  }

  private func picture(_ image: Int) -> FloatSlice { self[image * extent.area..<(image + 1) * extent.area] }

  func clear(_ images: Range<Int>) { for image in images { picture(image).fill(0) } }

  /// Fills an image from channels one after the other, `(channels, height, width)`.
  func fill(_ image: Int, from planes: FloatSlice) {
    let (channels, area) = (extent.channels, extent.area)
    let target = picture(image)[0..<extent.count]
    let planes = planes[0..<extent.count]
    for channel in 0..<channels {
      for place in 0..<area { target[place * channels + channel] = planes[channel * area + place] }
    }
  }
}
