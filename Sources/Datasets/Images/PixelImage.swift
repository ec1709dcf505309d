/// An image of bytes: red, green, blue and one without meaning, row by row from the top left.
package struct PixelImage: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// `4 × width × height`.
  package internal(set) var pixels: [UInt8]

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 255, count: 4 * width * height)
  }

  /// Red, green and blue at column `x`, row `y`.
  package subscript(x: Int, y: Int) -> SIMD3<UInt8> {
    let place = 4 * (y * width + x)
    return SIMD3(pixels[place], pixels[place + 1], pixels[place + 2])
  }
}
