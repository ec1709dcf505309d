import Contracts
import Datasets

/// The parameter `pairing`: a word, or an object with a `kind`.
struct PairingParameter: Decodable, Sendable {
  private let kind: String
  private let size: Int?
  private let path: String?

  private enum Keys: CodingKey { case kind, size, path }

  static let parameter = Parameter.defaulted(
    "pairing",
    .either(
      .choice(["identity", "none"]),
      .tagged([
        "grouped": [
          .required("size", .integer(1...1_000_000_000), "How many consecutive rows of y are an item.")
        ],
        "map": [
          .required(
            "path", .file, "For each row of y its row of x, from 0: .npy, .h5, .safetensors, .txt or .csv.")
        ],
      ])), .string("identity"),
    "Which rows belong together: `identity`, row i of x with row i of y; `none`; or groups, or a map.")

  init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      (kind, size, path) = (word, nil, nil)
      return
    }
    let values = try decoder.container(keyedBy: Keys.self)
    kind = try values.decode(String.self, forKey: .kind)
    size = try values.decodeIfPresent(Int.self, forKey: .size)
    path = try values.decodeIfPresent(String.self, forKey: .path)
  }

  /// - Throws: what `RowMap.load` throws.
  func load() throws -> Pairing {
    switch (kind, size, path) {
    case ("none", _, _): .unpaired
    case ("grouped", let size?, _): .grouped(size: size)
    case ("map", _, let path?): .map(try RowMap.load(path))
    default: .identity
    }
  }
}
