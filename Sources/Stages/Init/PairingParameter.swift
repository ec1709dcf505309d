import Contracts
import Datasets
import Declarations

/// The parameter `pairing`: a word, or an object with a `kind`.
enum PairingParameter: Decodable, Sendable {
  case identity, none
  case grouped(size: Int)
  case map(path: String)

  static let unpaired = "none"
  private static let identical = "identity"

  private enum Keys: CodingKey { case kind, size, path }
  private enum Kind: String, Decodable { case grouped, map }

  static let parameter = Parameter.defaulted(
    "pairing",
    .either(
      .choice([identical, unpaired]),
      .tagged([
        "grouped": [
          .required("size", .integer(1...1_000_000_000), "How many consecutive rows of y belong to one item.")
        ],
        "map": [
          .required(
            "path", .file,
            "A file with the row of x for each row of y, counted from 0: .npy, .h5, .safetensors, .txt or .csv."
          )
        ],
      ])), .string(identical),
    "Which rows belong together: `identity` (row i of x with row i of y), `none`, groups or a map.")

  init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      self = word == Self.unpaired ? .none : .identity
      return
    }
    let values = try decoder.container(keyedBy: Keys.self)
    self =
      switch try values.decode(Kind.self, forKey: .kind) {
      case .grouped: .grouped(size: try values.decode(Int.self, forKey: .size))
      case .map: .map(path: try values.decode(String.self, forKey: .path))
      }
  }

  /// - Throws: what `RowMap.load` throws.
  func load() throws -> Pairing {
    switch self {
    case .identity: .identity
    case .none: .unpaired
    case .grouped(let size): .grouped(size: size)
    case .map(let path): .map(try RowMap.load(path))
    }
  }
}
