import Contracts
import Encoders
import Foundation
import Kernels

/// A tower as the config describes it: its architecture, its sizes, where its weights come from.
struct TowerParameters: Decodable, Sendable {
  enum Architecture: String, Decodable, Sendable, CaseIterable {
    case resnet18, resnet50, vit, text, sequence, video
  }

  var architecture: Architecture
  var preset: String?
  var width: Int?
  var image: Int?
  var patch: Int?
  var layers: Int?
  var heads: Int?
  var frames: Int?
  var temporalLayers: Int?
  var vocabulary: Int?
  var context: Int?
  var pooling: String?
  var embedding: Int?
  var weights: String?
  /// What the names of its network's tensors begin with in the file.
  var prefix: String?
  var activation: String?
  var normEpsilon: Double?
  var preprocessing: Preprocessing?

  init(_ architecture: Architecture) { self.architecture = architecture }

  /// Nil where the keys are no tower's.
  init?(_ json: JSONValue) {
    guard
      let tower = try? JSONDecoder().decode(TowerParameters.self, from: Data(json.canonical.utf8))
    else { return nil }
    self = tower
  }

  /// A tower of this architecture, with the sizes that the keys have.
  init(_ json: JSONValue?, as architecture: Architecture) {
    var members = json?.object ?? [:]
    members["architecture"] = .string(architecture.rawValue)
    self = TowerParameters(.object(members)) ?? TowerParameters(architecture)
  }

  private enum CodingKeys: String, CodingKey {
    case architecture, preset, width, image, patch, layers, heads, frames, vocabulary, context, pooling
    case embedding, weights, prefix, activation, preprocessing
    case normEpsilon = "norm_epsilon"
    case temporalLayers = "temporal_layers"
  }
}

// MARK: - What a config may say

extension TowerParameters {
  static let random = "random"

  static let weights = Parameter.defaulted(
    "weights", .either(.choice([random]), .file), .string(random),
    "`random`, or a .safetensors file named as by OpenAI, open_clip, Hugging Face, torchvision or timm.")

  static let prefix = Parameter.optional(
    "prefix", .string,
    "Of a file with several networks, what the tensors' names of the one that is meant begin with: `ema.`, or nothing.",
    beside: "weights")

  static let seed = Parameter.optional(
    "seed", .integer(0...9_007_199_254_740_991),
    "Of random weights: the same in every stage that names it. Where absent, the experiment's, and the stage's own."
  )
  static let data = Parameter.required(
    "data", .dataset, "What it is given: an entry of `data`, or an object with a `kind`.")
  static let imageSize = Parameter.optional("image", .integer(1...4096), "Pixels a side of its pictures.")
  static let patchSize = Parameter.optional("patch", .integer(1...1024), "Pixels a side of a patch.")
  static let widthOf = Parameter.optional(
    "width", .integer(1...16_384), "Of a transformer's rows; of a ResNet's first layer (64).")
  static let layerCount = Parameter.optional("layers", .integer(1...1000), "Transformer blocks.")
  static let headCount = Parameter.optional(
    "heads", .integer(1...1024), "Attention heads; they divide `width`.")
  static let vocabularySize = Parameter.optional(
    "vocabulary", .integer(1...10_000_000), "Tokens that there are.")
  static let contextLength = Parameter.optional("context", .integer(1...8192), "Tokens of an item at most.")
  static let embeddingSize = Parameter.optional(
    "embedding", .integer(1...65_536), "Numbers of an embedding.")

  static let activationName = Parameter.optional(
    "activation", .choice(MLPActivation.allCases.map(\.rawValue)),
    "Of the MLPs: OpenAI's CLIP has `quick-gelu`, LAION's and many others `gelu`. Where absent, what a file beside the weights says, else `quick-gelu`."
  )
  static let normEpsilon = Parameter.optional(
    "norm_epsilon", .number(0...1),
    "Added to the variance in layer norms, or in a ResNet's batch norms. Where absent, what a file beside the weights says, else 1e-5."
  )

  /// Every key of a tower; which of them an architecture has, `keyRules` says.
  static let parameters: [Parameter] = [
    .required(
      "architecture", .choice(Architecture.allCases.map(\.rawValue)), "What the tower is built as."),
    .optional(
      "preset", .choice(CLIPPreset.allCases.map(\.rawValue)), "The sizes of that CLIP's tower."),
    widthOf, imageSize, patchSize, layerCount, headCount,
    .optional("frames", .integer(1...1024), "Pictures of a clip."),
    .optional("temporal_layers", .integer(1...100), "Transformer blocks over the frames."),
    vocabularySize, contextLength,
    .optional(
      "pooling", .choice(SequenceTransformer.Pooling.allCases.map(\.rawValue)),
      "What of a sequence is its embedding: a class token, or the mean."),
    embeddingSize, weights, prefix, activationName, normEpsilon, Preprocessing.parameter,
  ]

  static let keyRules: [ParameterRule] = [
    only(["preset"], [.vit, .text]),
    only(["image", "patch"], [.vit, .video]),
    only(["layers", "heads", "activation"], [.vit, .text, .sequence, .video]),
    only(["preprocessing"], [.resnet18, .resnet50, .vit, .video]),
    only(["vocabulary", "context"], [.text, .sequence]),
    only(["pooling"], [.sequence]),
    only(["frames", "temporal_layers"], [.video]),
  ]

  private static func only(_ keys: [String], _ architectures: [Architecture]) -> ParameterRule {
    .onlyWhere(ParameterCondition("architecture", architectures.map(\.rawValue)), keys)
  }
}
