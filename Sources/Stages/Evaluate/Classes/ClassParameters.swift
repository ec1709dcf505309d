import Datasets
import Declarations

/// What a stage is told of the classes of items.
struct ClassParameters: Decodable, Sendable {
  var classes: Names?
  var prompt: OneOrMany<String>?
  var model: String?
  var data: DataDescription?
  var labels: String?

  /// A list, or a file with one a line.
  enum Names: Decodable, Sendable {
    case list([String])
    case file(String)

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let path = try? value.decode(String.self) {
        self = .file(path)
      } else {
        self = .list(try value.decode([String].self))
      }
    }

    /// - Throws: what `LineFile.load` throws.
    func load() throws -> [String] {
      switch self {
      case .list(let names): names
      case .file(let path): try LineFile.load(path)
      }
    }
  }

  /// What stands for the name of a class in a prompt; data write `{}`.
  static let place = "[class]"
  static let otherPlace = "{}"
  /// Liang et al. 2022, Supp. Table 3.
  static let usualPrompt = "a photo of [class]."

  static let names = ParameterType.either(.list(.string, least: 2, most: 65_536), .file)

  static let classes = Parameter.optional(
    "classes", names,
    "The names of the classes, in the order of their numbers, or a file with one per line. Default: those of the data."
  )
  static let prompt = Parameter.optional(
    "prompt", .oneOrMany(.string),
    "The text for a class, with `[class]` (or `{}`) for its name; of a list, the normalised embeddings are averaged and "
      + "normalised again. Default, if `model` is given: the `prompt` of the data.")
  static let model = Parameter.optional(
    "model", .stageReference(orWord: []),
    "The stage with the dual encoder whose second tower embeds the prompts. Default: `from`, if that is one.")
  static let data = Parameter.optional(
    "data", .dataset,
    "The data set that was embedded, in the same order: its labels and the names of its classes.")
  static let labels = Parameter.optional(
    "labels", .either(.choice(DatasetCatalog.attributes), .file),
    "The class of each row of x: an attribute of the data, or a file with one class number per row, from 0: .npy, .h5, "
      + ".safetensors, .txt or .csv. Default: the classes of the data.")

  /// Whether a text says where the class goes.
  static func hasPlace(_ prompt: String) -> Bool {
    [place, otherPlace].contains {
      !prompt.split(separator: $0, omittingEmptySubsequences: false).dropFirst().isEmpty
    }
  }

  static func text(_ prompt: String, of name: String) -> String {
    [place, otherPlace].reduce(prompt) { text, place in
      text.split(separator: place, omittingEmptySubsequences: false).joined(separator: name)
    }
  }

  /// What of the values in a config cannot be right.
  static func misfits(_ with: JSONValue) -> [ParameterMisfit] {
    let prompts = with[prompt.name]?.array ?? with[prompt.name].map { [$0] } ?? []
    let without = prompts.compactMap(\.string).first { !hasPlace($0) }
    let names = with[classes.name]?.array?.compactMap(\.string) ?? []
    return [
      without.map {
        ParameterMisfit(
          path: [prompt.name], found: "\"\($0.prefix(80))\"",
          expected: "a text with `\(place)` where the name of the class belongs")
      }
    ].compactMap { $0 }
      + misfits(of: names, at: classes.name, expected: "a different name for each class, none of them empty")
  }

  /// Texts that cannot be told apart, or of which one is empty.
  static func misfits(of texts: [String], at key: String, expected: String) -> [ParameterMisfit] {
    let twice = repeated(texts).map { "\"\(texts[$0.second].prefix(80))\" twice" }
    let empty = texts.contains("") ? "an empty text" : nil
    return [twice, empty].compactMap { found in
      found.map { ParameterMisfit(path: [key], found: $0, expected: expected) }
    }
  }

  /// The first name that occurs twice, by its places.
  static func repeated(_ names: [String]) -> (first: Int, second: Int)? {
    var known: [ExactString: Int] = [:]
    for (index, name) in names.enumerated() {
      if let first = known.updateValue(index, forKey: ExactString(name)) { return (first, index) }
    }
    return nil
  }
}
