import Contracts
import Declarations
import Encoders
import Kernels
import TestSupport
import Testing

/// Which of several networks in one file is read: never one of them by chance.
@Suite("Files with several networks")
struct SeveralNetworkTests {
  private let folder: ScratchFolder
  private let tensors: [StoredTensor]
  private let others: [StoredTensor]

  init() throws {
    folder = try ScratchFolder()
    tensors = try WeightFiles.clip()
    others = tensors.map {
      StoredTensor(name: $0.name, shape: $0.shape, values: $0.values.map { 0.5 - $0 })
    }
  }

  private func behind(_ prefix: String, _ tensors: [StoredTensor]) -> [StoredTensor] {
    tensors.map { StoredTensor(name: prefix + $0.name, shape: $0.shape, values: $0.values) }
  }

  /// More than are looked at, of which the first and the last are whole: none of them is taken.
  @Test(arguments: [65, 70]) func manyNetworksAreRefused(count: Int) throws {
    func prefix(_ index: Int) -> String { "n\(1000 + index)." }
    let vision = tensors.filter { $0.name.hasPrefix("visual.") }
    var stored = behind(prefix(0), tensors) + behind(prefix(count - 1), others)
    for index in 1..<count - 1 { stored += behind(prefix(index), vision) }
    let said = sentence("clip", with("clip", ["weights": try folder.write(stored)]))
    #expect(said.contains("8 or more networks that fit this encoder"), "\(said)")
  }

  /// A `clip`, and each of its towers alone.
  private static let kinds = ["clip", "vit", "text"]

  private func with(_ kind: String, _ more: [String: JSONValue]) -> [String: JSONValue] {
    let usual: [String: JSONValue] = ["activation": "quick-gelu"]
    return (kind == "clip" ? Tiny.clip : Tiny.encoder(kind)).merging(usual) { $1 }.merging(more) { $1 }
  }

  private func embed(_ kind: String, _ more: [String: JSONValue], _ notes: Notes? = nil) throws -> Embeddings
  {
    let stage = kind == "clip" ? "clip" : "encoder"
    return try #require(run(.`init`, stage, with(kind, more), notes: notes).family).bases[0]
  }

  @Test(
    "two that are whole are refused by their prefixes, and `prefix` chooses",
    arguments: [("model.", "ema."), ("student.", "teacher."), ("", "module.")], kinds)
  func ambiguous(_ prefixes: (String, String), _ kind: String) throws {
    let weights = try folder.write(behind(prefixes.0, tensors) + behind(prefixes.1, others))
    let said = sentence(kind == "clip" ? "clip" : "encoder", with(kind, ["weights": weights]))
    #expect(said.contains("holds 2 networks that fit this encoder"), "\(said)")
    for prefix in [prefixes.0, prefixes.1] {
      #expect(said.contains(prefix.isEmpty ? "no prefix" : "`\(prefix)`"), "\(said)")
    }
    for (prefix, own) in [(prefixes.0, tensors), (prefixes.1, others)] {
      let alone = try embed(kind, ["weights": try folder.write(own, "alone.safetensors")])
      for spelling in [prefix, prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix] {
        let found = try embed(kind, ["weights": weights, "prefix": .string(spelling)])
        #expect(found == alone, "\(spelling)")
      }
    }
  }

  @Test("two conventions of one file are two networks", arguments: kinds)
  func conventions(_ kind: String) throws {
    let weights = try folder.write(tensors + behind("hf.", others.flatMap(WeightFiles.huggingFace)))
    let said = sentence(kind == "clip" ? "clip" : "encoder", with(kind, ["weights": weights]))
    #expect(said.contains("begin with no prefix, or `hf.`"), "\(said)")
  }

  @Test("one that is whole is read, and the rest of another is said", arguments: kinds)
  func partial(_ kind: String) throws {
    let alone = try embed(kind, ["weights": try folder.write(tensors, "alone.safetensors")])
    let rest = others.filter { !$0.name.hasSuffix("proj") && $0.name != "text_projection" }
    for (own, other) in [("model.", "a."), ("module.", "")] {
      let notes = Notes()
      let weights = try folder.write(behind(own, tensors) + behind(other, rest))
      #expect(try embed(kind, ["weights": weights], notes) == alone)
      let said = notes.notices.joined(separator: "\n")
      #expect(said.contains("skipped tensors of other networks like this one"), "\(said)")
      #expect(said.contains(other.isEmpty ? "no prefix" : "`a.`"), "\(said)")
    }
  }

  @Test("of two that are whole by their names, the one whose shapes fit is read", arguments: kinds)
  func shapes(_ kind: String) throws {
    let alone = try embed(kind, ["weights": try folder.write(tensors, "alone.safetensors")])
    let wider = others.map {
      StoredTensor(name: "a." + $0.name, shape: $0.shape + [2], values: $0.values + $0.values)
    }
    #expect(try embed(kind, ["weights": try folder.write(wider + behind("b.", tensors))]) == alone)
  }

  @Test("what no tower has is said beside a vision tower")
  func strangers() throws {
    let notes = Notes()
    let weights = try folder.write(
      tensors + [StoredTensor(name: "text_decoder.x", shape: [1], values: [1])])
    _ = try embed("vit", ["weights": weights], notes)
    #expect(notes.notices.contains { $0.contains("`text_decoder.x`") }, "\(notes.notices)")
    let plain = Notes()
    _ = try embed("vit", ["weights": try folder.write(tensors)], plain)
    #expect(!plain.notices.contains { $0.contains("skipped") }, "\(plain.notices)")
  }

  @Test("ResNets of contrast with a slow copy, as MoCo's, likewise")
  func resnet() throws {
    let layout = ResNet(depth: .eighteen, width: 4, projection: nil).layout
    let own = try WeightFiles.tensors(layout)
    let slow = own.map { StoredTensor(name: $0.name, shape: $0.shape, values: $0.values.map { $0 + 0.25 }) }
    let weights = try folder.write(behind("encoder_q.", own) + behind("encoder_k.", slow))
    var with = Tiny.encoder("resnet18", ["weights": weights])
    with["embedding"] = nil
    #expect(sentence("encoder", with).contains("`encoder_k.`, or `encoder_q.`"))
    let alone = try StagesTests.embed(
      "encoder", with.merging(["weights": try folder.write(own, "alone.safetensors")]) { $1 })
    #expect(try StagesTests.embed("encoder", with.merging(["prefix": "encoder_q."]) { $1 }) == alone)
  }

  @Test("numbers of 64 bits that are too small are told from zeros")
  func faint() throws {
    func wide(_ scale: Double, only name: String?) -> [UInt8] {
      let file = tensors.map { tensor -> StoredTensor in
        var tensor = tensor
        tensor.type = "F64"
        return tensor
      }
      return WeightFiles.bytes(file) { tensor, value in tensor == name ? value * scale : value }
    }
    let path = try folder.write(wide(1e-50, only: "text_projection"))
    let said = sentence("clip", with("clip", ["weights": .string(path)]))
    #expect(said.contains("`text_projection` has only numbers that are too small for float32"), "\(said)")
    let notes = Notes()
    let mixed = try folder.write(wide(1, only: nil))
    _ = try embed("clip", ["weights": .string(mixed)], notes)
    #expect(!notes.notices.contains { $0.contains("1.2e-38") })
  }
}
