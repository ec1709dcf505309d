import Datasets
import Declarations
import Files
import Kernels
import Stages
import TestSupport
import Testing

@Suite("Networks of the reference files", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct GoldenEncoderTests {
  private let io = SharedData.golden("tiny_clip.io.safetensors")
  private var pairs: JSONValue {
    .object(["kind": "tensors", "images": .string(io + ":images"), "tokens": .string(io + ":tokens")])
  }
  private let vision: [String: JSONValue] = [
    "image": 32, "patch": 8, "width": 48, "layers": 2, "heads": 3,
  ]
  private let text: [String: JSONValue] = [
    "vocabulary": 64, "context": 12, "width": 32, "layers": 2, "heads": 2,
  ]

  private func isNear(_ found: Matrix?, _ file: String, _ name: String) throws -> Bool {
    let expected = try SafetensorsFile(file).load(name)
    guard let found, [found.rows, found.columns] == expected.shape else { return false }
    return zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= 2e-5 }
  }

  @Test("a CLIP of either naming, before normalisation", arguments: ["openai", "hf"])
  func clip(_ naming: String) throws {
    let found = try embed(
      "clip",
      [
        "vision": .object(vision), "text": .object(text), "embedding": 24, "data": pairs,
        "weights": .string(SharedData.golden("tiny_clip.\(naming).safetensors")),
      ])
    #expect(!found.isNormalized)
    #expect(try isNear(found.x, io, "image_embeddings"))
    #expect(try isNear(found.y, io, "text_embeddings"))
  }

  @Test("a tower alone out of the file of the whole", arguments: ["openai", "hf"])
  func towers(_ naming: String) throws {
    let towers = [("vit", vision, "image_embeddings"), ("text", text, "text_embeddings")]
    for (architecture, sizes, expected) in towers {
      let own: [String: JSONValue] = [
        "architecture": .string(architecture), "embedding": 24, "data": pairs,
        "weights": .string(SharedData.golden("tiny_clip.\(naming).safetensors")),
      ]
      let found = try embed("encoder", sizes.merging(own) { $1 })
      #expect(found.y == nil && !found.isNormalized)
      #expect(try isNear(found.x, io, expected), "\(architecture)")
    }
  }

  @Test(
    "a ResNet-18 on even and odd pictures",
    arguments: [("images", "features"), ("odd_images", "odd_features")])
  func resnet(_ images: String, _ features: String) throws {
    let io = SharedData.golden("tiny_resnet18.io.safetensors")
    let found = try embed(
      "encoder",
      [
        "architecture": "resnet18", "width": 8,
        "weights": .string(SharedData.golden("tiny_resnet18.safetensors")),
        "data": .object(["kind": "tensors", "images": .string("\(io):\(images)")]),
      ])
    #expect(try isNear(found.x, io, features))
  }
}
