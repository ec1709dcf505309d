import Declarations

/// Why a file of embeddings or tensors cannot be used.
package enum DataFileFailure: Failure, Equatable {
  case unknownFormat(path: String)
  case needsNoMember(path: String, member: String)
  case badHeader(path: String, format: String, detail: String)
  case unsupportedType(path: String, found: String, expected: String)
  case tooLarge(path: String, shape: [Int])
  /// The bytes of values that the shape needs, and those that are there.
  case wrongSize(path: String, shape: [Int], expected: Int, found: Int)
  case noSuchTensor(path: String, name: String, existing: [String])
  case memberMissing(path: String, existing: [String])
  case wrongShape(path: String, shape: [Int], expected: String)
  /// A finite number that float32 does not hold; `index` counts in the file's order, from 0.
  case beyondFloat32(path: String, index: Int, value: Double)
  /// A line of a row map that is no row, counted from 1.
  case badMapLine(path: String, line: Int, found: String)
  case badMapNumber(path: String, index: Int, value: Float)
  /// A string of an array that is no text.
  case badText(path: String, index: Int, detail: String)
  /// It leads, through links perhaps, to where the system shows itself as files.
  case ofTheSystem(path: String, real: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownFormat(let path):
      "\(path): unknown format; expected a file that ends in .npy, .h5, .hdf5 or .safetensors"
    case .needsNoMember(let path, let member):
      "\(path): a .npy file holds one array, so `:\(member)` has no meaning; remove it"
    case .badHeader(let path, let format, let detail):
      "\(path): this is not a valid \(format) file: \(detail); make the file again"
    case .unsupportedType(let path, let found, let expected):
      "\(path): the values are of type \(found); expected \(expected): convert them"
    case .tooLarge(let path, let shape):
      "\(path): the shape \(Self.spell(shape)) does not fit into this machine's memory; the file may be "
        + "damaged: make it again"
    case .wrongSize(let path, let shape, let expected, let found):
      "\(path): the shape \(Self.spell(shape)) needs \(expected) bytes of values, but the file has \(found); "
        + "it is \(found < expected ? "truncated" : "longer than its header says"): make it again"
    case .noSuchTensor(let path, let name, let existing):
      "\(path): there is no tensor `\(name)`; " + Self.offer(name, existing)
    case .memberMissing(let path, let existing):
      "\(path): the file holds several arrays; choose one as `\(path):name`, or name a pair of them `x` and `y`; it has "
        + Self.list(existing)
    case .wrongShape(let path, let shape, let expected):
      "\(path): the shape is \(Self.spell(shape)); expected \(expected)"
    case .beyondFloat32(let path, let index, let value):
      "\(path): number \(index) is \(value), finite but too large for float32 (up to 3.4e38 in magnitude), in which "
        + "numbers are stored; scale the numbers down"
    case .badMapLine(let path, let line, let found):
      "\(path):\(line): a map of rows has one integer per line, the row of x counted from 0; found "
        + Self.described(found)
    case .ofTheSystem(let path, let real):
      "\(path)\(path == real ? "" : ", which is \(real),") is below /proc, /sys or /dev, whose files describe the "
        + "system and are not read as data; give another path, or remove the link"
    case .badText(let path, let index, let detail):
      "\(path): string \(index) (counted from 0) \(detail); write the array again"
    case .badMapNumber(let path, let index, let value):
      "\(path): number \(index) is \(value); a map of rows has integers from 0 to 16777215"
    }
  }

  /// A number as it stands; of other text, which may be a line of any file, its length alone.
  private static func described(_ text: String) -> String {
    Double(text) == nil ? "\(counted(text.utf8.count, "byte")) of other text" : "`\(text.prefix(60))`"
  }

  package static func spell(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }

  private static func offer(_ name: String, _ existing: [String]) -> String {
    let has = "the file has \(list(existing))"
    return nearestName(to: name, among: existing).map { "did you mean `\($0)`? \(has)" } ?? has
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let more = names.count > 8 ? ", … (\(names.count) in all)" : ""
    return names.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + more
  }
}
