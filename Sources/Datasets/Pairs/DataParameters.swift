import Declarations

/// What the config says of one data set, read by name; absent keys have the defaults that the kind declares.
package struct DataParameters: Sendable {
  package let kind: String
  private let values: [String: JSONValue]
  private let parameters: [String: Parameter]
  private let experimentSeed: UInt64

  init(kind: String, values: [String: JSONValue], parameters: [Parameter], seed: UInt64) {
    self.kind = kind
    self.values = ParameterDefaults.fill(.object(values), parameters).object ?? [:]
    self.parameters = Dictionary(parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    experimentSeed = seed
  }

  private func bad(_ name: String, _ expected: String) -> DatasetFailure {
    .badParameter(kind: kind, name: name, expected: expected)
  }

  /// Whether the data set has a seed of its own.
  var hasOwnSeed: Bool { values[DataSignature.seed] != nil }

  /// The data set's own seed, or the experiment's.
  package func seed() throws -> UInt64 {
    guard let value = values[DataSignature.seed] else { return experimentSeed }
    guard let seed = value.integer, seed >= 0 else { throw bad("seed", "an integer of at least 0") }
    return UInt64(seed)
  }

  package func integer(_ name: String) throws -> Int {
    guard let integer = try optionalInteger(name) else { throw bad(name, "an integer") }
    return integer
  }

  /// Nil where the key is absent.
  package func optionalInteger(_ name: String) throws -> Int? {
    guard let value = values[name] else { return nil }
    guard case .integer(let range)? = parameters[name]?.type, let integer = value.integer,
      range.contains(integer)
    else { throw bad(name, "an integer that the kind allows, not \(value.described)") }
    return integer
  }

  package func number(_ name: String) throws -> Double {
    guard case .number(let range)? = parameters[name]?.type, let number = values[name]?.number,
      range.contains(number)
    else { throw bad(name, "a number that the kind allows") }
    return number
  }

  package func text(_ name: String) throws -> String {
    guard let text = optionalText(name) else { throw bad(name, "a string") }
    return text
  }

  package func optionalText(_ name: String) -> String? { values[name]?.string }

  /// The value of a key as the config has it.
  subscript(key: String) -> JSONValue? { values[key] }

  /// Whether a value is one of the words that may stand in the place of the key's file.
  func isWord(_ value: JSONValue, of key: String) -> Bool {
    guard case .either(_, .either(.choice(let words), _))? = parameters[key]?.type else {
      if case .choice? = parameters[key]?.type { return true }
      return false
    }
    return value.string.map(words.containsExactly) ?? false
  }

  /// Nil where the key is absent.
  package func optionalTexts(_ name: String) throws -> [String]? {
    guard let value = values[name] else { return nil }
    guard let items = value.array, !items.isEmpty else { throw bad(name, "a list of strings") }
    return try items.map { item in
      guard let text = item.string else { throw bad(name, "a list of strings") }
      return text
    }
  }

  package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type) throws
    -> Choice
  where Choice.RawValue == String {
    guard let choice = optionalText(name).flatMap(Choice.init) else {
      throw bad(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  /// How many of the `found` items are wanted: the first `count`, or all.
  package func count(of found: Int, in path: String) throws -> Int {
    guard let wanted = try optionalInteger("count") else { return found }
    guard wanted <= found else { throw DatasetFailure.tooFew(path: path, wanted: wanted, found: found) }
    return wanted
  }
}

// MARK: - What several kinds share

extension DataParameters {
  func transform() throws -> ImageTransform {
    ImageTransform(
      size: try integer("size"), filter: try choice("resize", ResizeFilter.self),
      normalization: try choice("normalize", PixelNormalization.self))
  }

  /// Texts with CLIP's tokenizer where a vocabulary is given, else with bytes.
  func texts(_ source: any TextSource, context: String = "context") throws -> PairedData.Side {
    .texts(source, try tokenizer(), context: try integer(context))
  }

  private func tokenizer() throws -> any TextTokenizer {
    guard let vocabulary = optionalText("vocabulary") else { return ByteTokenizer() }
    return try BytePairTokenizer(vocabulary: vocabulary, merges: optionalText("merges"))
  }

  var vocabularyFiles: [String] { ["vocabulary", "merges"].compactMap(optionalText) + impliedFiles }

  /// The merges beside a `vocab.json`, where no key names them.
  var impliedFiles: [String] {
    guard let vocabulary = optionalText("vocabulary"), optionalText("merges") == nil,
      vocabulary.hasSuffix(".json")
    else { return [] }
    return [BytePairVocabulary.mergesBeside(vocabulary)]
  }
}

extension Parameter {
  /// Of a data set's own draws.
  static let seed = optional(
    DataSignature.seed, .integer(0...9_007_199_254_740_991),
    "the seed of these data; by default that of the experiment")

  /// How many items are made where nothing says it.
  static let usualCount = 1024

  /// For data that are made.
  static let madeCount = defaulted(
    "count", .integer(1...100_000_000), .number(Double(usualCount)), "the number of items to generate")

  /// For data that are read.
  static let readCount = optional(
    "count", .integer(1...1_000_000_000), "the number of items to use; by default all")

  /// For data that are read.
  static let choiceSeed = optional(
    DataSignature.seed, .integer(0...9_007_199_254_740_991),
    "puts the items in a random order that depends on this seed; `count` then takes a random sample, not the first items"
  )

  static let normalize = defaulted(
    "normalize", .choice(PixelNormalization.allCases.map(\.rawValue)), "clip",
    "the mean and standard deviation that normalise pixels in [0, 1]")

  static let size = defaulted("size", .integer(1...4096), 224, "width and height of the images in pixels")

  static let pictures = [
    size,
    defaulted(
      "resize", .choice(ResizeFilter.allCases.map(\.rawValue)), "bicubic",
      "how images are resized, so that the shorter side is `size`, before the centre is cropped"),
    normalize,
  ]

  static let texts = [
    optional(
      "vocabulary", .file,
      "CLIP's bpe_simple_vocab_16e6.txt.gz or a vocab.json; by default, a text's bytes are its tokens"),
    optional(
      "merges", .file, "the merges of a vocab.json; by default merges.txt beside it", beside: "vocabulary"),
    defaulted("context", .integer(2...8192), 77, "tokens per text, start and end included"),
  ]

  static let folder = required("folder", .folder, "the folder to read")
}
