import Execution

/// How one image of activations lies in memory: row by row, all channels of a pixel together, and around
/// it a border of zeros, so that a kernel reads beyond the edge without asking.
package struct PlaneShape: Sendable, Hashable {
  package let height: Int
  package let width: Int
  /// Floats from one pixel to the next.
  package let channels: Int
  /// Zeros above and to the left; below; to the right.
  package let before: Int
  package let below: Int
  package let after: Int

  package init(height: Int, width: Int, channels: Int, before: Int, below: Int, after: Int) {
    self.height = height
    self.width = width
    self.channels = channels
    self.before = before
    self.below = below
    self.after = after
  }

  /// Without a border.
  package init(bare height: Int, _ width: Int, channels: Int) {
    self.init(height: height, width: width, channels: channels, before: 0, below: 0, after: 0)
  }

  /// With a border wide enough for kernels up to 3 × 3 at any stride, and for the last of Winograd's tiles.
  package init(bordered height: Int, _ width: Int, channels: Int) {
    self.init(
      height: height, width: width, channels: channels, before: 1,
      below: Winograd.excess(height) + 1, after: Winograd.excess(width) + 1)
  }

  package var rowStride: Int { (before + width + after) * channels }
  package var count: Int { (before + height + below) * rowStride }

  /// Channels are held in vectors of 16; what is left over is zero.
  package static func lanes(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }
}

/// Images of one shape, one behind the other.
package struct Planes {
  package let shape: PlaneShape
  private let slice: FloatSlice

  /// As many images as the slice has room for.
  package init(_ shape: PlaneShape, in slice: FloatSlice) {
    self.shape = shape
    self.slice = slice
  }

  package var images: Int { shape.count > 0 ? slice.count / shape.count : 0 }

  /// From image `index` on.
  package func from(_ index: Int) -> Planes { Planes(shape, in: slice.from(index * shape.count)) }

  /// Stops the program where there are fewer than `count` images, before a loop goes over them.
  func require(_ count: Int) { precondition(count <= images, "a loop reaches beyond the pictures there are") }

  /// All from a pixel on, those of the border among them; checked where assertions are. Whoever loops over pixels
  /// has `require`d the images, and the shape says how far the border goes.
  @inline(__always)
  package func pixel(_ image: Int, _ y: Int, _ x: Int) -> FloatSlice {
    let row = image * shape.count + (y + shape.before) * shape.rowStride
    return slice.unchecked(from: row + (x + shape.before) * shape.channels)
  }

  /// Fills image `image` from `count` channels one after the other, (channels, height, width).
  package func fill(_ image: Int, from channels: FloatSlice, count: Int) {
    require(image + 1)
    let area = shape.height * shape.width
    let channels = channels[0..<count * area]
    for y in 0..<shape.height {
      let row = pixel(image, y, 0)
      for channel in 0..<count {
        let from = channel * area + y * shape.width
        for x in 0..<shape.width { row[x * shape.channels + channel] = channels[from + x] }
      }
    }
  }
}
