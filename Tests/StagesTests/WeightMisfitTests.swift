import Contracts
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Weights that do not fit")
struct WeightMisfitTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func failure(
    _ shapes: [String: [Int]], _ layout: ParameterLayout, _ namings: [WeightNaming], prefix: String = ""
  ) -> String {
    let file = WeightFile(path: "w.safetensors", shapes: shapes) { _ in [] }
    let parts = [WeightLoader.Part(prefix, layout)]
    do {
      _ = try WeightLoader(file, namings, for: parts).load()
      return "nothing failed"
    } catch let failure as WeightFailure {
      #expect(failure.kind == .invalidInput)
      return failure.message
    } catch {
      return "\(error)"
    }
  }

  @Test("what is missing, too many and of another shape is said in one sentence")
  func unfit() {
    let layout = ParameterLayout(
      ["a", "b", "c"].map { TensorSpec($0, $0 == "a" ? [2, 3] : [3], .constant(0)) })
    #expect(
      failure(["a": [2, 3], "b": [4], "x": [1]], layout, [.bare])
        == "w.safetensors does not fit this encoder (tensors named as by a single tower): 1 missing: c; 1 not expected: x; 1 with the wrong shape: b is [4], expected [3]; set the encoder's sizes in the config to those of the file"
    )
    let many = ParameterLayout((0..<9).map { TensorSpec("t\($0)", [1], .constant(0)) })
    #expect(
      failure([:], many, [.torchvision]).contains(
        "(tensors named as by torchvision, timm): 9 missing: t0, t1, t2, t3, t4, t5, …; rename the"))
  }

  @Test("tensors are named, and their shapes told, as they lie in the file")
  func unfitHuggingFace() throws {
    let tensors = try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.").flatMap(
      WeightFiles.huggingFace)
    var shapes = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) })
    #expect(shapes["visual_projection.weight"] == [10, 12])
    shapes["visual_projection.weight"] = [11, 12]
    shapes["vision_model.encoder.layers.0.self_attn.k_proj.weight"] = [12, 11]
    shapes["vision_model.encoder.layers.1.self_attn.v_proj.bias"] = nil
    shapes["vision_model.more"] = [1]
    let found = failure(shapes, Tiny.visionTower.layout, WeightNaming.vision, prefix: "visual.")
    for part in [
      "named as by Hugging Face", "1 missing: vision_model.encoder.layers.1.self_attn.v_proj.bias",
      "1 not expected: vision_model.more", "2 with the wrong shape",
      "visual_projection.weight is [11, 12], expected [10, 12]",
      "self_attn.k_proj.weight is [12, 11], expected [12, 12]",
    ] { #expect(found.contains(part), "\(found)") }
  }

  @Test("sides that no machine can multiply are another shape")
  func hugeSides() throws {
    var shapes: [String: [Int]] = [:]
    for tensor in try WeightFiles.tensors(Tiny.textTower.layout).flatMap(WeightFiles.huggingFace) {
      shapes[tensor.name] = tensor.shape.map { _ in .max }
    }
    let found = failure(shapes, Tiny.textTower.layout, WeightNaming.text)
    #expect(found.contains(" with the wrong shape"), "\(found)")
    #expect(failure(shapes.mapValues { _ in [] }, Tiny.textTower.layout, WeightNaming.text).contains("is []"))
  }

  @Test("values that are not finite are refused", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(_ value: Float) throws {
    var tensors = try WeightFiles.clip()
    let place = try #require(tensors.firstIndex { $0.name == "visual.proj" })
    tensors[place].values[5] = value
    let path = try folder.write(WeightFiles.bytes(tensors))
    let with = Tiny.clip.merging(["weights": .string(path)]) { $1 }
    #expect(
      sentence("clip", with)
        == "\(path): the tensor `visual.proj` has values that are infinite or not a number; make the file again"
    )
    let other = try folder.write(WeightFiles.bytes(tensors.flatMap(WeightFiles.huggingFace)))
    let renamed = sentence("clip", with.merging(["weights": .string(other)]) { $1 })
    #expect(renamed.contains("`visual_projection.weight` has"), "\(renamed)")
  }
}
