import Contracts
import Declarations
import Kernels

/// The sizes and variants of one tower: what is given, and what stands where nothing is.
package struct TowerKeys: Sendable {
  package static let preset = "preset"

  /// What the config, or a file that describes the weights, says.
  package let given: [String: JSONValue]
  /// Of everything else: what the preset says, else the data, else the declared default.
  private let usual: [String: JSONValue]

  /// - Parameter items: what it is to be fed; nil where nothing is known of that.
  package init(_ architecture: some TowerArchitecture, given: [String: JSONValue], items: InputKind?) {
    self.given = given
    let preset = given[Self.preset]?.string.flatMap(architecture.sizes(ofPreset:)) ?? [:]
    let sizes = preset.merging(items.map(architecture.sizes(of:)) ?? [:]) { preset, _ in preset }
    usual = architecture.parameters.reduce(into: [:]) { usual, parameter in
      let size = sizes[parameter.name].map { JSONValue.number(Double($0)) }
      usual[parameter.name] = size ?? parameter.defaultValue
    }
  }

  package subscript(_ name: String) -> JSONValue? { given[name] ?? usual[name] }

  /// Everything that the tower has, by the keys of a config.
  package var values: [String: JSONValue] {
    usual.merging(given) { $1 }.filter { $0.key != Self.preset }
  }

  /// - Throws: `TowerFailure.impossible` where the value is none, here and below.
  package func integer(_ name: String) throws -> Int {
    guard let value = self[name]?.integer else { throw unusable(name, "an integer") }
    return value
  }

  package func number(_ name: String) throws -> Double {
    guard let value = self[name]?.number else { throw unusable(name, "a number") }
    return value
  }

  package func word(_ name: String) throws -> String {
    guard let value = self[name]?.string else { throw unusable(name, "a string") }
    return value
  }

  private func unusable(_ name: String, _ expected: String) -> TowerFailure {
    .impossible(reason: "`\(name)` is \(self[name]?.described ?? "not given"), but must be \(expected)")
  }

  /// - Throws: `SizeMisfit`.
  package func require(_ whole: String, isMultipleOf part: String, advice: String) throws {
    let misfit = SizeMisfit(whole: whole, try integer(whole), part: part, try integer(part), advice: advice)
    if let misfit { throw misfit }
  }
}

// MARK: - Keys that several architectures have

extension TowerKeys {
  package static func image(_ size: Int) -> Parameter {
    whole("image", 1...4096, size, "Width and height of its images in pixels.")
  }
  package static func patch(_ size: Int) -> Parameter {
    whole("patch", 1...1024, size, "Width and height of a patch in pixels; a divisor of `image`.")
  }
  package static func width(_ size: Int) -> Parameter {
    whole(
      "width", 1...16_384, size,
      "Dimension of a transformer's tokens; number of channels of a ResNet's first layer.")
  }
  package static func layers(_ count: Int) -> Parameter {
    whole("layers", 1...1000, count, "Number of transformer blocks.")
  }
  package static func heads(_ count: Int) -> Parameter {
    whole("heads", 1...1024, count, "Number of attention heads; a divisor of `width`.")
  }
  package static func vocabulary(_ count: Int) -> Parameter {
    whole("vocabulary", 1...10_000_000, count, "Number of different tokens.")
  }
  package static func context(_ count: Int) -> Parameter {
    whole("context", 1...8192, count, "Maximum number of tokens per item.")
  }
  package static func embedding(_ size: Int) -> Parameter {
    whole("embedding", 1...65_536, size, "Dimension of the embeddings.")
  }
  /// Of a tower that need not have a projection.
  package static let projected: Parameter = {
    let key = embedding(1)
    return .optional(key.name, key.type, key.summary)
  }()

  /// The sizes of a known CLIP.
  package static let presets = Parameter.optional(
    preset, .choice(CLIPPreset.allCases.map(\.rawValue)), "Takes the sizes from a tower of this CLIP model.")

  package static let activation = Parameter.defaulted(
    "activation", .choice(MLPActivation.allCases.map(\.rawValue)),
    .string(MLPActivation.quickGelu.rawValue),
    "Activation of the MLPs: `quick-gelu` in OpenAI's CLIP, `gelu` in LAION's and many others.")

  package static let normEpsilon = Parameter.defaulted(
    "norm_epsilon", .number(0...1), .number(TransformerVariant().normEpsilon),
    "Added to the variance in layer norms, or in a ResNet's batch norms.")

  /// Keys in which towers of equal sizes may differ, so that no preset says them.
  package static let variants: Set<String> = [activation.name, normEpsilon.name]

  private static func whole(
    _ name: String, _ range: ClosedRange<Int>, _ value: Int, _ summary: String
  ) -> Parameter {
    .defaulted(name, .integer(range), .number(Double(value)), summary)
  }

  /// - Throws: as for a value that is none.
  package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws -> Choice
  where Choice.RawValue == String {
    guard let choice = Choice(rawValue: try word(name)) else {
      throw unusable(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// A transformer's activation and epsilon.
  package func variant() throws -> TransformerVariant {
    TransformerVariant(
      activation: try choice(Self.activation.name),
      normEpsilon: try number(Self.normEpsilon.name))
  }

  /// - Throws: `SizeMisfit`.
  package func requireHeads() throws {
    try require("width", isMultipleOf: "heads", advice: "choose a number of heads that divides it")
  }

  /// - Throws: `SizeMisfit`.
  package func requirePatches() throws {
    try require("image", isMultipleOf: "patch", advice: "choose a patch size that divides the image size")
  }
}

// MARK: - The work of transformers

extension TowerKeys {
  /// Of an item of T rows of width w: a product with a w × w matrix counts 2·T·w², so a block is 24·T·w² of products
  /// with weights and 4·T²·w of attention.
  package func blockOperations(rows: Double, layers: String = "layers") throws -> Double {
    // As doubles: a manifest may state any sizes.
    let (width, layers) = (Double(try integer("width")), Double(try integer(layers)))
    return layers * (24 * rows * width * width + 4 * rows * rows * width)
  }

  /// Of an image: its patches, and the blocks over them and the class token.
  package func patchOperations() throws -> Double {
    let (side, patch) = (try integer("image"), try integer("patch"))
    let across = Double(max(1, side / max(1, patch)))
    let embedding = 2 * across * across * 3 * Double(patch) * Double(patch) * Double(try integer("width"))
    return embedding + (try blockOperations(rows: across * across + 1))
  }
}
