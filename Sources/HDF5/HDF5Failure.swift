import Declarations
import Execution

/// Why an HDF5 file could not be read or made.
package enum HDF5Failure: Failure, Equatable {
  /// A call into the library failed while the program was `doing` something of its own.
  case library(doing: String, detail: String)
  case notHDF5(path: String)
  case damaged(path: String, dataset: String?, detail: String)
  case noSuchObject(path: String, name: String, existing: [String])
  case isGroup(path: String, name: String, existing: [String])
  case notNumbers(path: String, dataset: String)
  case storedElsewhere(path: String, dataset: String)
  /// `most`: the bytes that one dataset may take.
  case tooLarge(path: String, dataset: String, shape: [UInt64], most: UInt64)
  /// The file has too few bytes for the shape it claims.
  case shapeBeyondFile(path: String, dataset: String, shape: [UInt64], bytes: UInt64)
  /// A finite number that float32 does not hold; `index` counts in C order, from 0.
  case beyondFloat32(path: String, dataset: String, index: Int, value: Double)

  package var kind: FailureKind {
    if case .library = self { return .internal }
    return .invalidInput
  }

  package var message: String {
    switch self {
    case .library(let doing, let detail):
      "could not \(doing): \(detail.isEmpty ? "the HDF5 library gave no reason" : detail)"
    case .notHDF5(let path):
      "\(path): this is not an HDF5 file, or its first bytes are damaged; expected one that h5py or "
        + "h5dump can open: make it again"
    case .damaged(let path, let dataset, let detail):
      "\(Self.place(path, dataset)): the HDF5 file is damaged or truncated, or of a format newer than HDF5 1.10 "
        + "(\(detail)); make it again"
    case .noSuchObject(let path, let name, let existing):
      "\(path): there is no dataset `\(name)`; \(Self.offer(name, existing))"
    case .isGroup(let path, let name, let existing):
      "\(path): `\(name)` is a group, but a dataset was expected; \(Self.offer(name, existing))"
    case .notNumbers(let path, let dataset):
      "\(Self.place(path, dataset)): the dataset does not hold numbers; expected float16, float32, float64 "
        + "or integers"
    case .storedElsewhere(let path, let dataset):
      "\(Self.place(path, dataset)): the dataset stores its values in other files, but they must be in this "
        + "file; copy it with h5repack"
    case .tooLarge(let path, let dataset, let shape, let most):
      "\(Self.place(path, dataset)): the shape \(Self.spell(shape)) does not fit into the memory that this "
        + "process may use for it, \(MemoryFailure.spell(Double(most))); give fewer rows; if the file should "
        + "be smaller, it may be damaged"
    case .shapeBeyondFile(let path, let dataset, let shape, let bytes):
      "\(Self.place(path, dataset)): the shape \(Self.spell(shape)) needs more than the \(bytes) bytes that "
        + "the file has for it; the file is damaged, truncated or was never filled: make it again"
    case .beyondFloat32(let path, let dataset, let index, let value):
      "\(Self.place(path, dataset)): number \(index) is \(value), finite but too large for float32 (up to "
        + "3.4e38 in magnitude), in which numbers are stored; scale the numbers down"
    }
  }

  private static func place(_ path: String, _ dataset: String?) -> String {
    dataset.map { "\(path):\($0)" } ?? path
  }

  private static func spell(_ shape: [UInt64]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }

  private static func offer(_ name: String, _ existing: [String]) -> String {
    if existing.isEmpty { return "the file has no datasets" }
    let nearest = nearestName(to: name, among: existing)
    let others = existing.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    let list = "the file has \(others)\(existing.count > 8 ? ", … (\(existing.count) in all)" : "")"
    return nearest.map { "did you mean `\($0)`? \(list)" } ?? list
  }
}
