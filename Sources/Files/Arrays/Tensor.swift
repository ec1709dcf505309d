import Execution

/// An array of any rank, read as float32 in C order.
package struct Tensor: Sendable, Equatable {
  package let shape: [Int]
  package let values: [Float]
  /// The file held integers.
  package let isInteger: Bool
  /// The file held float16.
  package let isFloat16: Bool
  /// Places of numbers that are not zero in the file, and so small that they are in float32.
  package let vanished: [Int]
  /// How many numbers of 64 bits lost digits because they lie below float32's least normal number.
  package let subnormal: Int

  package init(
    shape: [Int], values: [Float], isInteger: Bool = false, isFloat16: Bool = false, vanished: [Int] = [],
    subnormal: Int = 0
  ) {
    self.shape = shape
    self.values = values
    self.isInteger = isInteger
    self.isFloat16 = isFloat16
    self.vanished = vanished
    self.subnormal = subnormal
  }

  /// How many numbers float32 does not hold in full for their smallness.
  package var faint: Int { vanished.count + subnormal }

  /// What is said of such numbers; nil where there are none.
  package func remark(on path: String) -> String? {
    guard faint > 0 else { return nil }
    return
      "\(path): \(faint) of \(values.count) 64-bit numbers are not zero but below 1.2e-38, the smallest normal "
      + "number of float32: \(vanished.count) became zero and \(subnormal) lost digits; this changes nothing if the "
      + "other numbers are larger, otherwise scale all of them up"
  }

  /// Whether, of these values, some are not zero and none is a normal number, though the file says more of them.
  package func isFaint(_ range: Range<Int>) -> Bool {
    guard subnormal > 0 else { return false }
    let largest = values[range].reduce(0) { max($0, abs($1)) }
    return largest.isSubnormal
  }
}

/// A shape that a file claims, with the product of its sides checked.
package struct CheckedShape {
  package let sides: [Int]
  package let count: Int
  /// Bytes of the values in the file.
  package let bytes: Int

  /// - Throws: `DataFileFailure.tooLarge` where the product overflows, `MemoryFailure` where the values do not
  ///   fit into memory as float32.
  package init(_ sides: [Int], width: Int, path: String) throws {
    let tooLarge = DataFileFailure.tooLarge(path: path, shape: sides)
    guard sides.count <= 32, sides.allSatisfy({ $0 >= 0 }) else { throw tooLarge }
    var bytes = sides.contains(0) ? 0 : max(width, 4)
    for side in sides where bytes > 0 {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: side)
      guard !overflow else { throw tooLarge }
      bytes = product
    }
    self.sides = sides
    self.count = bytes / max(width, 4)
    self.bytes = count * width
    // What is read and what a stage makes of it exist at once.
    try ProcessMemory.require(
      8 * Double(count), for: "\(path): an array of shape \(DataFileFailure.spell(sides))",
      advice: "give fewer rows; if the file should be smaller, it may be damaged: then make it again")
  }
}
