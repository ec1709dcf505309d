import Contracts
import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Weights from files")
struct WeightFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// A whole CLIP of the tiny sizes, in OpenAI's naming.
  private func clip() throws -> [StoredTensor] {
    try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.")
      + WeightFiles.tensors(Tiny.textTower.layout)
      + [StoredTensor(name: "logit_scale", shape: [], values: [2.5])]
  }

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
    let openAI = try embed(clip: clip() + notes)
    let ids = StoredTensor(
      name: "text_model.embeddings.position_ids", shape: [1, 2], values: [0, 1], type: "I64")
    let scale = StoredTensor(name: "logit_scale", shape: [1], values: [2.5])
    let other = try clip().filter { $0.name != "logit_scale" }.flatMap(WeightFiles.huggingFace)
    #expect(try embed(clip: other + [ids, scale]) == openAI)
    let bare = try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.").map {
      StoredTensor(name: String($0.name.dropFirst(7)), shape: $0.shape, values: $0.values)
    }
    for tensors in [try clip(), other + [scale], bare] {
      let weights = try folder.write(tensors)
      #expect(try StagesTests.embed("encoder", Tiny.encoder("vit", ["weights": weights])).x == openAI.x)
    }
    for tensors in [try clip(), other + [scale], try WeightFiles.tensors(Tiny.textTower.layout)] {
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
    let whole = try clip()
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

  @Test("a projection that a ResNet's file does not have is drawn, the same for the same seed")
  func projection() throws {
    let tensors = try WeightFiles.tensors(ResNet(depth: .eighteen, width: 4).layout)
    let path = try folder.write(tensors)
    func features(_ more: [String: JSONValue]) throws -> Matrix {
      let sizes: [String: JSONValue] = [
        "architecture": "resnet18", "width": 4, "data": Tiny.data("shapes"), "weights": path,
      ]
      return try StagesTests.embed("encoder", sizes.merging(more) { _, more in more }).x
    }
    let bare = try features([:])
    let projected = try features(["embedding": 7, "seed": 1])
    #expect(bare.columns == 32 && projected.columns == 7)
    #expect(try features(["embedding": 7, "seed": 1]) == projected)
    #expect(try features(["embedding": 7, "seed": 2]) != projected)
  }

  // MARK: - What does not fit

  private func failure(
    _ shapes: [String: [Int]], _ layout: ParameterLayout, _ namings: [WeightNaming], prefix: String = ""
  ) -> String {
    let file = WeightFile(path: "w.safetensors", shapes: shapes) { _ in [] }
    let parts = [WeightLoader.Part(prefix, layout)]
    do {
      _ = try WeightLoader(file, namings, for: parts).load(parts)
      return "nothing failed"
    } catch let failure as WeightFailure {
      #expect(failure.kind == .invalidInput)
      return failure.sentence
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
        == "w.safetensors does not fit this encoder (tensors named as by a single tower): 1 missing: c; 1 not expected: x; 1 of another shape: b is [4], expected [3]; make the encoder's sizes in the config those of the file"
    )
    let many = ParameterLayout((0..<9).map { TensorSpec("t\($0)", [1], .constant(0)) })
    #expect(
      failure([:], many, [.torchvision]).contains(
        "(tensors named as by torchvision, timm): 9 missing: t0, t1, t2, t3, t4, t5, …; make the"))
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
      "1 not expected: vision_model.more", "2 of another shape",
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
    #expect(found.contains(" of another shape"), "\(found)")
    #expect(failure(shapes.mapValues { _ in [] }, Tiny.textTower.layout, WeightNaming.text).contains("is []"))
  }

  @Test("values that are not finite are refused", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(_ value: Float) throws {
    var tensors = try clip()
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

  // MARK: - Other files

  private func says(_ path: String) -> String {
    sentence("encoder", Tiny.encoder("vit", ["weights": .string(path)]))
  }

  private func conversion(_ from: String, _ to: String) -> String {
    """
    python3 -c "import sys, torch, safetensors.torch as st; m = torch.load(sys.argv[1], map_location='cpu', \
    weights_only=False); m = m.state_dict() if hasattr(m, 'state_dict') else m.get('state_dict', m); \
    st.save_file({k: v.clone().contiguous() for k, v in m.items() if hasattr(v, 'shape')}, sys.argv[2])" \
    \(from) \(to)
    """
  }

  @Test("pickles are refused, by name or by content, with the line that converts them")
  func pickles() throws {
    let zip: [UInt8] = [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 60)
    let pickle: [UInt8] = [0x80, 2, 0x8a, 0x0a] + [UInt8](repeating: 0x6c, count: 60)
    let files: [(String, [UInt8], String)] = [
      ("w.pt", [], "w.safetensors"), ("w.PTH", zip, "w.safetensors"),
      ("pytorch_model.bin", pickle, "pytorch_model.safetensors"), ("w.x.ckpt", zip, "w.x.safetensors"),
      ("w.safetensors", zip, "w.converted.safetensors"), ("v.safetensors", pickle, "v.converted.safetensors"),
      ("archive", zip, "archive.safetensors"), ("w.npy", pickle, "w.safetensors"),
    ]
    for (name, bytes, target) in files {
      let path = try folder.write(bytes, name)
      #expect(
        says(path)
          == "\(path) is a Python pickle, which could run any code while it is read; if you trust it, convert it once: "
          + conversion("'\(path)'", "'\(folder.path)/\(target)'"))
    }
    let odd = try folder.write(zip, "it's $(mine).pt")
    #expect(
      says(odd).hasSuffix(
        #" '\#(folder.path)/it'\''s $(mine).pt' '\#(folder.path)/it'\''s $(mine).safetensors'"#))
  }

  @Test("the length of a safetensors header that looks like a pickle's or a zip's first bytes is none")
  func headersLikePickles() throws {
    let tensors = try WeightFiles.tensors(Tiny.visionTower.layout, prefix: "visual.")
    let bytes = WeightFiles.bytes(tensors)
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let wanted = (length / 0x600 + 1) * 0x10000 + 0x0280
    let padded = WeightFiles.bytes(
      header + String(repeating: " ", count: wanted - length), Array(bytes[(8 + length)...]))
    #expect(padded[0] == 0x80 && padded[1] == 2)
    let weights = JSONValue.string(try folder.write(padded, "padded.safetensors"))
    let plain = try folder.write(tensors)
    let found = try [weights, plain].map {
      try StagesTests.embed("encoder", Tiny.encoder("vit", ["weights": $0]))
    }
    #expect(found[0] == found[1])
  }

  @Test("files of another kind, and broken ones")
  func others() throws {
    let npy = try folder.write(Array("\u{93}NUMPY".utf8), "w.npy")
    #expect(says(npy) == "\(npy): weights are read from .safetensors files; save them as one")
    let text = try folder.write(Array("version https://git-lfs.github.com/spec/v1\n".utf8))
    #expect(says(text).contains("\(text): "))
    let empty = says(try folder.write([UInt8]()))
    #expect(empty.contains("fewer than 8 bytes"))
    var tensors = try clip()
    for index in tensors.indices { tensors[index].name = "module." + tensors[index].name }
    let path = try folder.write(WeightFiles.bytes(tensors))
    let with = Tiny.clip.merging(["weights": .string(path)]) { $1 }
    #expect(sentence("clip", with).contains("62 missing: "), "\(sentence("clip", with))")
  }

  // MARK: - Mutations

  @Test("a mutated file gives embeddings or a failure that names it")
  func mutations() throws {
    let tower = VisionTransformer(image: 8, patch: 8, width: 4, layers: 1, heads: 1, embedding: 3)
    let plain = try WeightFiles.tensors(tower.layout, prefix: "visual.")
    let originals = [WeightFiles.bytes(plain), WeightFiles.bytes(plain.flatMap(WeightFiles.huggingFace))]
    let path = folder.path + "/w.safetensors"
    let sizes: [String: JSONValue] = [
      "architecture": "vit", "image": 8, "patch": 8, "width": 4, "layers": 1, "heads": 1, "embedding": 3,
      "weights": .string(path), "data": Tiny.data("noise-images", count: 2, ["size": 8]),
    ]
    var mutator = Mutator(state: 11)
    var (whole, refused) = (0, 0)
    for round in 0..<4000 {
      _ = try folder.write(mutator.change(originals[round % 2]))
      do {
        _ = try run(.`init`, "encoder", sizes, jobs: 1)
        whole += 1
      } catch let failure as any Failure {
        #expect(failure.kind == .invalidInput && !failure.sentence.isEmpty)
        refused += 1
      }
    }
    #expect(whole > 100 && refused > 1000, "\(whole) whole, \(refused) refused")
  }
}

/// Damage to a safetensors file: half of it in the numbers of its header.
private struct Mutator {
  var state: UInt64

  private mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % max(1, bound)
  }

  mutating func change(_ file: [UInt8]) -> [UInt8] {
    next(2) == 0 ? changeBytes(file) : changeHeader(file)
  }

  private mutating func changeBytes(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    for _ in 0...next(3) where !bytes.isEmpty {
      let place = next(bytes.count)
      switch next(5) {
      case 0: bytes[place] ^= 1 << UInt8(next(8))
      case 1: bytes[place] = UInt8(next(256))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(bytes[place], at: place)
      default: if next(8) == 0 { bytes.removeLast(bytes.count - place) }
      }
    }
    return bytes
  }

  /// Puts other text in the place of a number or a letter, and mends the header's length.
  private mutating func changeHeader(_ file: [UInt8]) -> [UInt8] {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = Array(file[8..<8 + length])
    let texts = [
      "0", "1", "4", "-1", "1e3", "1.5", "9223372036854775807", "-9223372036854775808",
      "18446744073709551616",
      "[]", "null", "\"F16\"", "3,3", "", "x",
    ]
    for _ in 0...next(2) {
      let places = header.indices.filter { next(2) == 0 && header[$0] > 0x2f && header[$0] < 0x3a }
      let place = places.isEmpty || next(4) == 0 ? next(header.count) : places[next(places.count)]
      header.replaceSubrange(place...place, with: Array(texts[next(texts.count)].utf8))
    }
    return WeightFiles.bytes(String(decoding: header, as: UTF8.self), Array(file[(8 + length)...]))
  }
}
