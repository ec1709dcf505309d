import Datasets
import Declarations
import Files
import Foundation
import Stages
import TestSupport
import Testing

@Suite("Export of trained models")
struct ModelExportTests: TinyTraining {
  @Test("an exported CLIP is read back to the same embeddings", arguments: ["none", "procrustes"])
  func export(_ align: String) throws {
    let folder = try ScratchFolder()
    let trained = try train(try clip(["align": .string(align)]))
    let files = try ModelExport.files(of: model(trained))
    #expect(files.count == 1)
    let back = try clip(["weights": .string(try folder.write(files[0].weights))])
    let (found, expected) = (try model(back).family.bases[0], try model(trained).family.bases[0])
    if align == "none" { #expect(found == expected) }
    let pairs = zip(found.x.values + (found.y?.values ?? []), expected.x.values + (expected.y?.values ?? []))
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("other pairs are a file a tower", arguments: ["sequence", "video", "vit", "resnet18"])
  func exportOfTowers(_ architecture: String) throws {
    let kinds = ["video": "moving-shapes", "sequence": "proteins"]
    let with = Tiny.pair(architecture, "text", Tiny.data(kinds[architecture] ?? "shapes", count: 16))
    let start = try run(.`init`, "dual-encoder", with, id: "clip")
    let trained = try train(start)
    let folder = try ScratchFolder()
    let paths = try ModelExport.files(of: try model(trained)).enumerated().map {
      try folder.write($1.weights, "\($0).safetensors")
    }
    #expect(paths.count == (architecture == "vit" ? 1 : 2))
    var back = with
    for (side, path) in [("x", paths[0]), ("y", paths[paths.count - 1])] {
      guard case .object(var tower)? = with[side] else { continue }
      tower["weights"] = .string(path)
      back[side] = .object(tower)
    }
    let found = try run(.`init`, "dual-encoder", back)
    #expect(try model(found).family == model(trained).family)
  }

  @Test(
    "the file alone, or what is beside it, rebuilds the towers",
    arguments: ["quick-gelu", "gelu", "gelu-tanh"])
  func exportDescribesItself(_ activation: String) throws {
    let folder = try ScratchFolder()
    let data = Tiny.data("shapes", count: 16, ["normalize": "clip"])
    let own: [String: JSONValue] = [
      "activation": .string(activation), "norm_epsilon": 0.001, "data": data,
    ]
    let trained = try model(try train(try clip(own)))
    let file = try ModelExport.files(of: trained)[0]
    let alone = JSONValue.string(try folder.write(file.weights, "alone/w.safetensors"))
    let back = try run(.`init`, "clip", ["weights": alone, "data": data])
    #expect(back.family == trained.family)
    let metadata = try SafetensorsFile(folder.path + "/alone/w.safetensors").metadata
    #expect(
      metadata["vision.heads"] == "3" && metadata["text.heads"] == "2" && metadata["vision.image"] == "16")
    #expect(metadata["vision.activation"] == activation && metadata["text.norm_epsilon"] == "0.001")
    #expect(metadata["tokenizer"] == "bytes" && metadata["preprocessing.size"] == "16")
    #expect(metadata["preprocessing.mean"] == "[0.48145466,0.4578275,0.40821073]")
    // The same tensors without their metadata.
    let plain = try WeightFiles.stripped(file.weights)
    for name in ["config.json", "w.config.json", "open_clip_config.json"] {
      let place = try folder.write(plain, "\(name).d/w.safetensors")
      _ = try folder.write(file.description, "\(name).d/\(name)")
      let notes = Notes()
      let back = try run(.`init`, "clip", ["weights": .string(place), "data": data], notes: notes)
      #expect(back.family == trained.family, "\(name)")
      #expect(!notes.notices.contains { $0.contains("modgap assumes") }, "\(notes.notices)")
    }
  }

  @Test("other towers' files rebuild them, too", arguments: ["sequence", "video", "vit", "resnet18"])
  func exportOfTowersDescribesItself(_ architecture: String) throws {
    let kinds = ["video": "moving-shapes", "sequence": "proteins"]
    let data = Tiny.data(kinds[architecture] ?? "shapes", count: 16)
    let trained = try train(
      try run(.`init`, "dual-encoder", Tiny.pair(architecture, "text", data), id: "clip"))
    let folder = try ScratchFolder()
    let paths = try ModelExport.files(of: try model(trained)).enumerated().map {
      try folder.write($1.weights, "\($0).safetensors")
    }
    func tower(_ architecture: String, _ path: String) -> JSONValue {
      .object(["architecture": .string(architecture), "weights": .string(path)])
    }
    let back = try run(
      .`init`, "dual-encoder",
      [
        "x": tower(architecture, paths[0]), "y": tower("text", paths[paths.count - 1]), "embedding": 10,
        "data": data,
      ])
    #expect(back.family == (try model(trained)).family)
  }
}
