import Contracts
import Datasets
import Declarations
import Execution
import HDF5

/// What an HDF5 file holds, by path, to be compared: numbers, texts, and where links lead.
struct HDF5Values {
  enum Content {
    case narrow([Float])
    case column(Column)
    /// Why it is not compared: what was not read must not count as equal.
    case notRead(String)
  }

  let shape: [Int]
  let content: Content

  var column: Column? {
    switch content {
    case .narrow(let values): .reals(values.map(Double.init))
    case .column(let column): column
    case .notRead: nil
    }
  }

  var count: Int {
    switch content {
    case .narrow(let values): values.count
    case .column(let column): column.count
    case .notRead: 0
    }
  }

  /// The words of a run's config, and of what was used: whatever they say, the results are what is compared.
  private static let words: Set = [ExactString("config"), ExactString("methods")]

  /// - Throws: `FileFailure` where it is no regular file; `HDF5Failure` where it is damaged;
  ///   `RunFailure.notComparable` where it holds more than can be listed.
  static func read(_ path: String) throws -> [ExactString: HDF5Values] {
    let file = HDF5File(path)
    // Taken apart at once where memory allows: the bytes, twice as much for what is in them, and the values.
    let most = Int(clamping: Int64(ProcessMemory.tightest.left / 8))
    guard let bytes = try TensorFile.bytes(of: path, atMost: most),
      let stored = try? HDF5Image.read(bytes, { $0.values })
    else { return try readOneByOne(file) }
    var result: [ExactString: HDF5Values] = [:]
    for value in stored where !words.contains(value.path) {
      result[value.path] = try read(value, of: file)
    }
    return result
  }

  private static func read(_ value: HDF5StoredValue, of file: HDF5File) throws -> HDF5Values {
    func column(_ column: Column) -> HDF5Values {
      HDF5Values(shape: value.shape, content: .column(column))
    }
    switch value.content {
    case .floats(let values): return HDF5Values(shape: value.shape, content: .narrow(values))
    case .doubles(let values): return column(.reals(values))
    case .integers(let values): return column(.integers(values))
    case .texts(let values): return column(.texts(values))
    case .link(let target): return column(.texts(["a link to \(target)"]))
    // Chunks, other types and ranks are read with more care, each in a child of its own.
    case .notRead(let reason): return try read(value.path.text, of: file, otherwise: reason)
    }
  }

  private static func readOneByOne(_ file: HDF5File) throws -> [ExactString: HDF5Values] {
    let all = try file.describe("/")
    guard all.areAllListed else {
      throw RunFailure.notComparable(
        "\(file.path): it has too many datasets, so it cannot be compared")
    }
    var result: [ExactString: HDF5Values] = [:]
    for name in all.datasets where !words.contains(ExactString(name)) {
      result[ExactString(name)] = try read(name, of: file, otherwise: "it has no numbers")
    }
    return result
  }

  private static func read(_ name: String, of file: HDF5File, otherwise reason: String) throws -> HDF5Values {
    let dataset: HDF5File.Dataset
    do {
      guard case .dataset(let found) = try file.describe(name, lists: false).object else {
        return HDF5Values(shape: [], content: .notRead(reason))
      }
      dataset = found
    } catch HDF5Failure.notNumbers, HDF5Failure.storedElsewhere {
      return HDF5Values(shape: [], content: .notRead(reason))
    }
    guard dataset.isWide else {
      let values = try file.withFloats(of: dataset) { values, _ in Array(values) }
      return HDF5Values(shape: dataset.shape, content: .narrow(values))
    }
    let values = try file.doubles(of: dataset)
    // Beyond 2⁵³ several integers are one double.
    if dataset.isInteger, values.contains(where: { abs($0) > 0x1p53 }) {
      return HDF5Values(shape: dataset.shape, content: .notRead("it has integers above 2⁵³"))
    }
    return HDF5Values(shape: dataset.shape, content: .column(.reals(values)))
  }
}
