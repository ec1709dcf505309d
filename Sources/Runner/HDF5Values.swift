import Contracts
import HDF5

/// All numeric datasets of an HDF5 file, as float32, by path.
enum HDF5Values {
  struct Values {
    let shape: [Int]
    let values: [Float]
  }

  /// - Throws: `HDF5Failure` where the file is damaged.
  static func read(_ path: String) throws -> [ExactString: Values] {
    let file = HDF5File(path)
    var result: [ExactString: Values] = [:]
    for name in try file.describe("/").datasets {
      // Text, such as the config, is no number and not compared.
      guard let description = try? file.describe(name), case .dataset(let dataset) = description.object else {
        continue
      }
      result[ExactString(name)] = Values(
        shape: dataset.shape, values: try file.withFloats(of: dataset) { values, _ in Array(values) })
    }
    return result
  }
}
