import Contracts
import Datasets
import HDF5

/// All numeric datasets of an HDF5 file, by path, as float32 or, where that may not hold them, as float64.
enum HDF5Values {
  struct Values {
    let shape: [Int]
    let narrow: [Float]
    let wide: [Double]
    var count: Int { narrow.count + wide.count }
    var doubles: [Double] { wide + narrow.map(Double.init) }
  }

  /// - Throws: `FileFailure` where it is no regular file; `HDF5Failure` where it is damaged, or where a dataset of
  ///   numbers cannot be read, for what was not read must not count as equal.
  static func read(_ path: String) throws -> [ExactString: Values] {
    try TensorFile.requireRegularFile(path)
    let file = HDF5File(path)
    let all = try file.describe("/")
    guard all.areAllListed else {
      throw RunFailure.notComparable(
        "\(path): it holds more datasets than are read, so it cannot be compared")
    }
    var result: [ExactString: Values] = [:]
    for name in all.datasets {
      guard let dataset = try numbers(name, of: file) else { continue }
      result[ExactString(name)] =
        dataset.isWide
        ? Values(shape: dataset.shape, narrow: [], wide: try file.doubles(of: dataset))
        : Values(
          shape: dataset.shape, narrow: try file.withFloats(of: dataset) { values, _ in Array(values) },
          wide: [])
    }
    return result
  }

  /// Nil for text, such as the config, which is no number and not compared.
  private static func numbers(_ name: String, of file: HDF5File) throws -> HDF5File.Dataset? {
    do {
      guard case .dataset(let dataset) = try file.describe(name).object else { return nil }
      return dataset
    } catch HDF5Failure.notNumbers {
      return nil
    }
  }
}
