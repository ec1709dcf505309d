import Contracts
import Encoders
import Kernels
import TestSupport
import Testing

/// Wrappers put words in front of all names of a network, or of a tower's.
@Suite("Words in front of tensors' names")
struct WeightPrefixTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func embed(_ tensors: [StoredTensor], _ notes: Notes? = nil) throws -> Embeddings {
    let with = Tiny.clip.merging(["weights": try folder.write(tensors), "activation": "quick-gelu"]) { $1 }
    return try #require(run(.`init`, "clip", with, notes: notes).family).bases[0]
  }

  private func behind(_ prefix: String, _ tensors: [StoredTensor]) -> [StoredTensor] {
    tensors.map {
      var tensor = $0
      tensor.name = prefix + tensor.name
      return tensor
    }
  }

  @Test(
    "any one of all names is understood, and said",
    arguments: [
      "module.", "model.", "_orig_mod.", "module.model.", "state_dict.", "clip.", "a.b.c.", "text.",
    ])
  func whole(_ prefix: String) throws {
    let tensors = try WeightFiles.clip()
    let plain = try embed(tensors)
    let notes = Notes()
    let found = try embed(behind(prefix, tensors), notes)
    #expect(found == plain)
    #expect(notes.facts.values.contains("OpenAI, open_clip, with the prefix `\(prefix)`"), "\(notes.facts)")
    let other = tensors.filter { $0.name != "logit_scale" }.flatMap(WeightFiles.huggingFace)
    let scale = StoredTensor(name: "logit_scale", shape: [], values: [2.5])
    #expect(try embed(behind(prefix, other + [scale])) == plain)
    let ids = StoredTensor(
      name: "text_model.embeddings.position_ids", shape: [1, 2], values: [0, 1], type: "I64")
    #expect(try embed(behind(prefix, other + [scale, ids])) == plain)
    for (architecture, expected) in [("vit", plain.x), ("text", plain.y)] {
      let with = Tiny.encoder(
        architecture, ["weights": try folder.write(behind(prefix, tensors)), "activation": "quick-gelu"])
      #expect(try StagesTests.embed("encoder", with).x == expected)
    }
  }

  @Test("one of a tower's alone, as open_clip's custom text towers have it", arguments: ["", "module."])
  func tower(_ outer: String) throws {
    let tensors = try WeightFiles.clip()
    let custom = tensors.map {
      var tensor = $0
      let isText = !tensor.name.hasPrefix("visual.") && tensor.name != "logit_scale"
      tensor.name = outer + (isText ? "text." : "") + tensor.name
      return tensor
    }
    #expect(try embed(custom) == embed(tensors))
  }

  @Test("a tower alone behind a word, with a logit scale beside it")
  func bare() throws {
    let tensors = try WeightFiles.clip()
    let plain = try embed(tensors)
    let vision = tensors.filter { $0.name.hasPrefix("visual.") }.map {
      StoredTensor(name: "_orig_mod." + $0.name.dropFirst(7), shape: $0.shape, values: $0.values)
    }
    let scale = StoredTensor(name: "_orig_mod.logit_scale", shape: [], values: [1])
    let with = Tiny.encoder(
      "vit", ["weights": try folder.write(vision + [scale]), "activation": "quick-gelu"])
    #expect(try StagesTests.embed("encoder", with).x == plain.x)
  }

  @Test("64 bits are rounded to 32", arguments: ["F64"])
  func doubles(_ type: String) throws {
    let tensors = try WeightFiles.clip()
    let wide = tensors.map {
      var tensor = $0
      tensor.type = type
      return tensor
    }
    #expect(try embed(wide) == embed(tensors))
  }

  @Test("the advice fits what is wrong")
  func advice() throws {
    func says(_ tensors: [StoredTensor]) throws -> String {
      sentence("clip", Tiny.clip.merging(["weights": try folder.write(tensors)]) { $1 })
    }
    let tensors = try WeightFiles.clip()
    let foreign = try says(
      tensors.map {
        StoredTensor(name: "x_" + $0.name.replacing(".", with: "_"), shape: $0.shape, values: $0.values)
      })
    #expect(foreign.contains("rename the tensors by one of the known conventions"), "\(foreign)")
    #expect(foreign.contains("the file has x_"), "\(foreign)")
    let partial = try says(behind("module.", tensors.filter { $0.name != "text_projection" }))
    #expect(
      partial.contains("1 missing: module.text_projection; use a file of the whole network"), "\(partial)")
    let more = try says(tensors + [StoredTensor(name: "head.weight", shape: [1], values: [1])])
    #expect(more.contains("1 not expected: head.weight; use a file that has only this network"), "\(more)")
    let deeper = try says(
      tensors + [
        StoredTensor(name: "transformer.resblocks.2.ln_1.bias", shape: [8], values: [1, 1, 1, 1, 1, 1, 1, 1])
      ])
    #expect(deeper.hasSuffix("set the encoder's sizes in the config to those of the file"), "\(deeper)")
  }
}
