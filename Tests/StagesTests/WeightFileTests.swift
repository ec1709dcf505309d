import Contracts
import Declarations
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Weights from files")
struct WeightFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func embed(clip tensors: [StoredTensor], _ name: String = "w.safetensors") throws -> Embeddings {
    try StagesTests.embed(
      "clip", Tiny.clip.merging(["weights": try folder.write(tensors, name)]) { $1 })
  }

  // MARK: - Namings and types

  @Test("OpenAI's, Hugging Face's and a single tower's names give one network")
  func namings() throws {
    let notes = ["input_resolution", "context_length", "vocab_size"].map {
      StoredTensor(name: $0, shape: [], values: [7], type: "I64")
    }
    let openAI = try embed(clip: WeightFiles.clip() + notes)
    let ids = StoredTensor(
      name: "text_model.embeddings.position_ids", shape: [1, 2], values: [0, 1], type: "I64")
    let scale = StoredTensor(name: "logit_scale", shape: [1], values: [2.5])
    let other = try WeightFiles.clip().filter { $0.name != "logit_scale" }.flatMap(WeightFiles.huggingFace)
    #expect(try embed(clip: other + [ids, scale]) == openAI)
    let bare = try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.").map {
      StoredTensor(name: String($0.name.dropFirst(7)), shape: $0.shape, values: $0.values)
    }
    for tensors in [try WeightFiles.clip(), other + [scale], bare] {
      let weights = try folder.write(tensors)
      #expect(try StagesTests.embed("encoder", Tiny.encoder("vit", ["weights": weights])).x == openAI.x)
    }
    for tensors in [try WeightFiles.clip(), other + [scale], try WeightFiles.tensors(Tiny.textTower.layout)] {
      let weights = try folder.write(tensors)
      #expect(try StagesTests.embed("encoder", Tiny.encoder("text", ["weights": weights])).x == openAI.y)
    }
  }

  @Test("a file of the weights that a seed draws is the same network")
  func drawn() throws {
    let parts = [("visual.", Tiny.visionTower.layout), ("", Tiny.textTower.layout)]
    let tensors = try parts.flatMap { prefix, layout in
      let weights = try withBudget(jobs: 1) { budget in
        try NetworkWeights(drawing: layout, budget: budget) {
          RandomStream(seed: 4, stage: "encoder", name: "weights/\(prefix)\($0)")
        }
      }
      return layout.tensors.map {
        StoredTensor(name: prefix + $0.name, shape: $0.shape, values: Array(weights[$0.name]))
      }
    }
    let scale = StoredTensor(name: "logit_scale", shape: [], values: [1])
    let seeded = try StagesTests.embed("clip", Tiny.clip.merging(["seed": 4]) { $1 })
    #expect(try embed(clip: tensors + [scale]) == seeded)
  }

  @Test("16 bits are the nearest network of 32", arguments: ["F16", "BF16"])
  func halves(_ type: String) throws {
    let whole = try WeightFiles.clip()
    func change(_ change: (inout StoredTensor) -> Void) -> [StoredTensor] {
      whole.map {
        var tensor = $0
        change(&tensor)
        return tensor
      }
    }
    let narrow = try embed(clip: change { $0.type = type })
    let rounded = try embed(
      clip: change { $0.values = $0.values.map { WeightFiles.rounded($0, type) } })
    #expect(narrow == rounded)
    let exact = try embed(clip: whole)
    let error = zip(narrow.x.values, exact.x.values).map { abs($0 - $1) }.max() ?? .infinity
    let size = exact.x.values.map { abs($0) }.max() ?? 0
    #expect(error > 0 && error < size * (type == "F16" ? 0.01 : 0.1))
  }

  @Test("a ResNet's classifier and counters are passed over")
  func resnet() throws {
    let layout = ResNet(depth: .eighteen, width: 4).layout
    let tensors = try WeightFiles.tensors(layout)
    let counters = layout.tensors.filter { $0.name.hasSuffix("running_var") }.map {
      StoredTensor(
        name: $0.name.replacing("running_var", with: "num_batches_tracked"), shape: [], values: [100],
        type: "I64")
    }
    let classifier = [
      StoredTensor(name: "fc.weight", shape: [5, 32], values: Array(repeating: 1, count: 160)),
      StoredTensor(name: "fc.bias", shape: [5], values: Array(repeating: .nan, count: 5)),
    ]
    func features(_ tensors: [StoredTensor]) throws -> Matrix {
      let sizes: [String: JSONValue] = [
        "architecture": "resnet18", "width": 4, "data": Tiny.data("shapes"),
        "weights": try folder.write(tensors),
      ]
      return try StagesTests.embed("encoder", sizes).x
    }
    #expect(try features(tensors + counters + classifier) == features(tensors))
  }

  @Test("the projection of a ResNet is read where the file has one, else drawn")
  func projections() throws {
    let layout = ResNet(depth: .eighteen, width: 4, projection: 10).layout
    let tensors = try WeightFiles.tensors(layout)
    let without = tensors.filter { $0.name != "projection" }
    func features(_ tensors: [StoredTensor], _ more: [String: JSONValue] = [:], seed: UInt64 = 0) throws
      -> Matrix
    {
      let with = Tiny.encoder("resnet18", ["weights": try folder.write(tensors)]).merging(more) { $1 }
      return try StagesTests.embed("encoder", with, seed: seed).x
    }
    #expect(try features(tensors, seed: 1) == features(tensors, seed: 2))
    #expect(try features(without, seed: 1) == features(without, seed: 1))
    #expect(try features(without, seed: 1) != features(without, seed: 2))
    #expect(try features(without, ["seed": 3], seed: 1) == features(without, ["seed": 3], seed: 2))
    var other = tensors
    other[tensors.count - 1].shape = [10, 32]
    let found = sentence("encoder", Tiny.encoder("resnet18", ["weights": try folder.write(other)]))
    #expect(found.contains("projection is [10, 32], expected [32, 10]"), "\(found)")
  }
}
