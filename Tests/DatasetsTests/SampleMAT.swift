import Foundation

/// MATLAB files of level 5 made by hand.
enum SampleMAT {
  /// A file of these elements.
  static func file(_ elements: [[UInt8]]) -> [UInt8] {
    let text = "MATLAB 5.0 MAT-file, Platform: GLNXA64"
    let header =
      Array(text.utf8) + [UInt8](repeating: 0x20, count: 124 - text.utf8.count) + [0, 1, 0x49, 0x4D]
    return header + elements.flatMap { $0 }
  }

  /// An array: type 2 is uint8, 9 double; flags in the second byte.
  static func matrix(
    _ name: String, _ shape: [Int], type: Int, _ data: [UInt8], flags: UInt8 = 0, smallName: Bool = false
  ) -> [UInt8] {
    let title = Array(name.utf8)
    let named =
      smallName ? word(1 | title.count << 16) + padded(title, to: 4) : element(1, title)
    let body =
      element(6, [type == 2 ? 9 : 6, flags, 0, 0, 0, 0, 0, 0]) + element(5, shape.flatMap(word)) + named
      + element(type, data)
    return element(14, body)
  }

  /// The same, compressed with zlib.
  static func compressed(_ element: [UInt8]) -> [UInt8] {
    let packed = SamplePictures.deflate(element)
    return word(15) + word(packed.count) + packed
  }

  static func element(_ type: Int, _ data: [UInt8]) -> [UInt8] {
    word(type) + word(data.count) + padded(data, to: 8)
  }

  static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  private static func padded(_ bytes: [UInt8], to size: Int) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (size - bytes.count % size) % size)
  }

  /// The value of an image's pixel.
  static func pixel(_ image: Int, _ channel: Int, row: Int, column: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: image * 17 + channel * 71 + row * 5 + column * 3)
  }

  /// MATLAB's order: rows fastest, then columns, channels and images.
  static func pixels(count: Int) -> [UInt8] {
    (0..<count).flatMap { image in
      (0..<3).flatMap { channel in
        (0..<32).flatMap { column in (0..<32).map { pixel(image, channel, row: $0, column: column) } }
      }
    }
  }

  static func digits(count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 10 + 1) } }

  static func svhn(count: Int, isCompressed: Bool, digitsAreDouble: Bool = true) -> [UInt8] {
    let digits = digits(count: count)
    let doubles = digits.flatMap { digit in
      withUnsafeBytes(of: Double(digit).bitPattern.littleEndian) { Array($0) }
    }
    let elements = [
      matrix("X", [32, 32, 3, count], type: 2, pixels(count: count), smallName: true),
      digitsAreDouble
        ? matrix("y", [count, 1], type: 9, doubles, smallName: true)
        : matrix("y", [count, 1], type: 2, digits),
      matrix("other", [1, 1], type: 2, [5]),
    ]
    return file(isCompressed ? elements.map(compressed) : elements)
  }
}
