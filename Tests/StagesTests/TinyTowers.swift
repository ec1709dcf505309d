import Contracts
import Declarations
import Encoders
import Kernels
import TestSupport
import Testing

/// Networks and data that take no time.
enum Tiny {
  /// A data set as the plan hands it to a stage: an object with a seed.
  static func data(_ kind: String, count: Int = 6, _ more: [String: JSONValue] = [:]) -> JSONValue {
    let own: [String: [String: JSONValue]] = [
      "shapes": ["size": 16, "context": 16], "noise-images": ["size": 16],
      "moving-shapes": ["size": 16, "context": 16, "frames": 2],
      "proteins": ["length": 32, "context": 16], "random-tokens": ["context": 16, "vocabulary": 259],
    ]
    let all = (own[kind] ?? [:]).merging(["kind": .string(kind), "count": .number(Double(count)), "seed": 1])
    {
      $1
    }
    return .object(all.merging(more) { $1 })
  }

  static let vision: [String: JSONValue] = ["image": 16, "patch": 8, "width": 12, "layers": 2, "heads": 3]
  static let text: [String: JSONValue] = [
    "vocabulary": 259, "context": 16, "width": 8, "layers": 2, "heads": 2,
  ]

  static let clip: [String: JSONValue] = [
    "vision": .object(vision), "text": .object(text), "embedding": 10, "data": data("shapes"),
  ]

  /// The towers that the CLIP above has.
  static let visionTower = VisionTransformer(
    image: 16, patch: 8, width: 12, layers: 2, heads: 3, embedding: 10)
  static let textTower = TextTransformer(
    vocabulary: 259, context: 16, width: 8, layers: 2, heads: 2, embedding: 10)

  /// What describes a tower, but for its embedding.
  static func tower(_ architecture: String) -> [String: JSONValue] {
    let sizes: [String: JSONValue] =
      switch architecture {
      case "vit": vision
      case "text": text
      case "sequence": ["width": 12, "layers": 1, "heads": 3]
      case "video": ["patch": 8, "width": 12, "layers": 1, "heads": 3, "temporal_layers": 1]
      default: ["width": 4]
      }
    return sizes.merging(["architecture": .string(architecture)]) { $1 }
  }

  static func encoder(_ architecture: String, _ more: [String: JSONValue] = [:]) -> [String: JSONValue] {
    let kinds = ["video": "moving-shapes", "sequence": "proteins"]
    let usual: [String: JSONValue] = ["embedding": 10, "data": data(kinds[architecture] ?? "shapes")]
    return tower(architecture).merging(usual) { $1 }.merging(more) { $1 }
  }

  static func pair(_ x: String, _ y: String, _ data: JSONValue) -> [String: JSONValue] {
    ["x": .object(tower(x)), "y": .object(tower(y)), "embedding": 10, "data": data]
  }
}

/// The embeddings that a stage of networks gives.
func embed(
  _ kind: String, _ with: [String: JSONValue], id: String = "stage", seed: UInt64 = 0, jobs: Int = 2
) throws -> Embeddings {
  try #require(try run(.`init`, kind, with, seed: seed, jobs: jobs, id: id).family).bases[0]
}

/// The sentence of the failure that an `init` stage must end with.
func sentence(_ kind: String, _ with: [String: JSONValue]) -> String {
  failure { try run(.`init`, kind, with) }
}

/// The sentence of the failure that a stage must end with.
func failure(_ body: () throws -> Artefact) -> String {
  do {
    _ = try body()
    return "nothing failed"
  } catch let failure as any Failure {
    #expect(failure.kind == .invalidInput)
    return failure.message
  } catch {
    return "no failure of ours: \(error)"
  }
}
