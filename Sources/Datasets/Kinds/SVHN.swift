import Declarations
import Files

/// `svhn`: Street View House Numbers, cropped digits, as MATLAB file (level 5, or 7.3, which is HDF5).
///
/// `X` is uint8 (32, 32, 3, n), `y` (n, 1) with 10 for the digit 0. Source: Netzer et al. 2011,
/// http://ufldl.stanford.edu/housenumbers.
enum SVHN {
  private static let side = 32
  private static let size = 3 * side * side

  static let kind = DatasetKind(
    "svhn", "Street View House Numbers, the cropped digits",
    [
      .required(
        "path", .file,
        "test_32x32.mat, train_32x32.mat or extra_32x32.mat, or an HDF5 file with the same X and y"),
      .prompt("a street sign of the number: \"{}\"."), .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, sides: DeclaredSides.captionedPictures
  ) { parameters in
    let path = try parameters.text("path")
    let (images, digits) = try load(path)
    guard let count = check(images.shape, digits) else {
      throw DataFileFailure.wrongShape(
        path: path, shape: images.shape,
        expected:
          "X of (32, 32, 3, n) with one y for each of the n images, of which there are \(digits.count)")
    }
    let labels = try digits.enumerated().map { index, digit -> Int32 in
      guard (0...10).contains(digit) else {
        throw DatasetFailure.badItem(
          path: path, index: index, detail: "has the label \(digit); expected 0 to 10")
      }
      return Int32(digit) % 10
    }
    let wanted = try parameters.count(of: count, in: path)
    let pixels = upright(images.bytes, count: wanted)
    let pictures = StoredPixels(
      width: side, height: side, channels: 3, transform: try parameters.transform(),
      places: (0..<wanted).map { .memory(pixels, offset: $0 * size) })
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(wanted)), classes: (0..<10).map(String.init),
      files: [path]
    ).data(wanted, parameters)
  }

  private static func check(_ shape: [Int], _ digits: [Int]) -> Int? {
    guard shape.count == 4, shape.prefix(3).elementsEqual([side, side, 3]), shape[3] == digits.count,
      shape[3] > 0
    else { return nil }
    return shape[3]
  }

  /// In MATLAB's order of indices, the first of which runs fastest.
  private static func load(_ path: String) throws -> (images: (shape: [Int], bytes: [UInt8]), digits: [Int]) {
    let file = try InputFile(path)
    let head = try file.bytes(at: 0, count: 128)
    guard MATFile.isOne(head) else { return try loadHDF5(path) }
    let mat = try MATFile(path, names: ["X", "y"])
    let (x, y) = (try mat.array("X", in: path), try mat.array("y", in: path))
    guard case .bytes(let bytes) = x.values, let digits = y.smallIntegers else {
      throw DatasetFailure.badFile(path: path, detail: "X must be of uint8, and y of integers from 0 to 10")
    }
    return ((x.shape, bytes), digits.map(Int.init))
  }

  /// A file of level 7.3, whose shapes HDF5 gives in reverse order.
  private static func loadHDF5(_ path: String) throws -> (
    images: (shape: [Int], bytes: [UInt8]), digits: [Int]
  ) {
    let (x, y) = (try TensorFile.dataset("X", of: path), try TensorFile.dataset("y", of: path))
    let bytes = x.values.compactMap { UInt8(exactly: $0) }
    let digits = y.values.compactMap { Int(exactly: $0) }
    guard bytes.count == x.values.count, digits.count == y.values.count else {
      throw DatasetFailure.badFile(path: path, detail: "X must be of uint8, and y of integers from 0 to 10")
    }
    return ((x.shape.reversed(), bytes), digits)
  }

  /// Columns become rows: of each image and channel, MATLAB keeps one column after the other.
  private static func upright(_ columns: [UInt8], count: Int) -> [UInt8] {
    var rows = [UInt8](repeating: 0, count: count * size)
    let area = side * side
    for plane in 0..<count * 3 {
      for row in 0..<side {
        for column in 0..<side {
          rows[plane * area + row * side + column] = columns[plane * area + column * side + row]
        }
      }
    }
    return rows
  }
}
