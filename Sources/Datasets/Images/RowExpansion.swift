extension PixelLayout {
  /// Turns a decoded row into four bytes a pixel: red, green, blue and one without meaning.
  ///
  /// Alpha is laid over white, rounded to nearest; inverted CMYK becomes RGB as Pillow does it:
  /// `k − c·k/255` of the inks' absences.
  func expand(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, count: Int) {
    switch self {
    case .rgbx: target.update(from: row, count: 4 * count)
    case .grey: for x in 0..<count { Self.store(row[x], row[x], row[x], target + 4 * x) }
    case .greyAlpha:
      for x in 0..<count {
        let value = Self.overWhite(row[2 * x], row[2 * x + 1])
        Self.store(value, value, value, target + 4 * x)
      }
    case .rgba: for x in 0..<count { Self.layOverWhite(row + 4 * x, target + 4 * x) }
    case .cmyk: for x in 0..<count { Self.mixInks(row + 4 * x, target + 4 * x) }
    }
  }

  @inline(__always)
  private static func store(
    _ red: UInt8, _ green: UInt8, _ blue: UInt8, _ target: UnsafeMutablePointer<UInt8>
  ) {
    target[0] = red
    target[1] = green
    target[2] = blue
    target[3] = 255
  }

  @inline(__always)
  private static func layOverWhite(_ pixel: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) {
    let alpha = pixel[3]
    store(overWhite(pixel[0], alpha), overWhite(pixel[1], alpha), overWhite(pixel[2], alpha), target)
  }

  @inline(__always)
  private static func mixInks(_ pixel: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) {
    let light = pixel[3]
    store(ink(pixel[0], light), ink(pixel[1], light), ink(pixel[2], light), target)
  }

  /// The light that an ink leaves; `absence` is 255 minus the ink.
  @inline(__always)
  private static func ink(_ absence: UInt8, _ light: UInt8) -> UInt8 {
    light &- divided(UInt32(255 &- absence) &* UInt32(light))
  }

  @inline(__always)
  private static func overWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
    divided(UInt32(value) &* UInt32(alpha) &+ 255 &* UInt32(255 &- alpha))
  }

  /// A product of two bytes divided by 255, rounded to nearest.
  @inline(__always)
  private static func divided(_ product: UInt32) -> UInt8 {
    let shifted = product &+ 128
    return UInt8(truncatingIfNeeded: (shifted &+ (shifted &>> 8)) &>> 8)
  }
}
