import Contracts
import Encoders
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// PyTorch, where this machine has it: `MODGAP_PYTHON`, else `python3`.
private enum Torch {
  static let isPresent = (try? output(["-c", "import torch"])) != nil
  static let hasSafetensors = (try? output(["-c", "import safetensors.torch"])) != nil
  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../oracles/clip_training.py").standardized.path

  static func output(_ arguments: [String]) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestFailure.noTable }
    return data
  }
}

/// Training and exported models against a CLIP written in PyTorch, from weights that modgap draws.
@Suite(
  "PyTorch beside training", .enabled(if: Torch.isPresent, "needs a Python with PyTorch (MODGAP_PYTHON)"))
struct TorchTests {
  private struct Embedded: Decodable {
    let x: [Double]
    let y: [Double]
  }

  private static let heads = #""vision_heads": 3, "text_heads": 2"#
  private static let writesOracles = ProcessInfo.processInfo.environment["MODGAP_WRITE_ORACLES"] == "1"

  @Test("a learnt temperature, clipping and both decays")
  func learnt() throws {
    let folder = try ScratchFolder()
    let ours = try LearntRun(folder)
    let start = try folder.write(ours.weights(), "start.safetensors")
    var rows: [LearntReference.Row] = []
    for kind in ["adam", "adamw"] {
      let trained = try ours.trained(kind)
      let found = try steps(kind, start, ours.data)
      LearntReference.check(try #require(trained.tables.first).table, found)
      rows += found
      try compare(trained, folder, ours.data)
    }
    if Self.writesOracles { try write(rows) }
  }

  @Test("activations and epsilons, before training and in its steps")
  func variants() throws {
    var found: [VariantReference.Row] = []
    for variant in VariantReference.variants {
      let folder = try ScratchFolder()
      let ours = try LearntRun(folder, variant.parameters)
      let start = try folder.write(ours.weights(), "start.safetensors")
      let more = #""activation": "\#(variant.activation)", "norm_epsilon": \#(variant.epsilon)"#
      let embedded = try JSONDecoder().decode(
        Embedded.self,
        from: Torch.output([Torch.script, "embed", start, ours.data, "{\(Self.heads), \(more)}"]))
      let row = VariantReference.Row(
        activation: variant.activation, epsilon: variant.epsilon, x: embedded.x, y: embedded.y,
        losses: try steps("adamw", start, ours.data, more: ", \(more)").map(\.loss))
      try row.check(ours)
      found.append(row)
    }
    if Self.writesOracles { try VariantReference.write(found) }
  }

  private func steps(
    _ kind: String, _ start: String, _ data: String, more: String = ""
  ) throws -> [LearntReference.Row] {
    let options = #"""
      {"kind": "\#(kind)", "lr": 0.001, "weight_decay": 0.2, "clip_norm": 0.5, "batch": 4, "steps": 20,
       "initial": \#(LearntRun.initial), "max_scale": \#(LearntRun.maxScale), \#(Self.heads)\#(more)}
      """#
    return try JSONDecoder().decode(
      [LearntReference.Row].self, from: Torch.output([Torch.script, "train", start, data, options]))
  }

  /// The embeddings of the exported model, as PyTorch reads it.
  private func compare(_ trained: Model, _ folder: ScratchFolder, _ data: String) throws {
    let last = try folder.write(ModelExport.files(of: trained)[0].weights, "trained.safetensors")
    let embedded = try JSONDecoder().decode(
      Embedded.self, from: Torch.output([Torch.script, "embed", last, data, "{\(Self.heads)}"]))
    let ours = trained.family.bases[0]
    #expect(embedded.x.count == ours.x.values.count && embedded.y.count == ours.y?.values.count)
    for (found, expected) in zip(ours.x.values + (ours.y?.values ?? []), embedded.x + embedded.y) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
  }

  private func write(_ rows: [LearntReference.Row]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let lines = try rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    try Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8).write(to: LearntReference.file)
  }
}

/// The snippet of `docs/exported-models.md`, as a reader would copy it.
@Suite(
  "The documented way into PyTorch",
  .enabled(
    if: Torch.isPresent && Torch.hasSafetensors, "needs a Python with PyTorch and safetensors (MODGAP_PYTHON)"
  ))
struct TorchSnippetTests {
  private struct Embedded: Decodable {
    let x: [Double]
    let y: [Double]
  }

  private static func snippet() throws -> String {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/exported-models.md").standardized
    let parts = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "```python\n")
    return parts[1].components(separatedBy: "\n```")[0]
  }

  private static let driver = """

    import json, sys
    from safetensors.torch import load_file
    clip, data = Clip(sys.argv[1]), load_file(sys.argv[2])
    with torch.no_grad():
        x, y = clip.encode_image(data["images"]), clip.encode_text(data["tokens"].long())
    print(json.dumps({"x": x.flatten().tolist(), "y": y.flatten().tolist()}))
    """

  /// Texts of several lengths, as the byte tokenizer would give them.
  private static func token(_ item: Int, _ position: Int) -> Float {
    let end = 4 + item
    if position == 0 { return 257 }
    if position == end { return 258 }
    return position > end ? 0 : Float(1 + (position * 37 + item) % 256)
  }

  @Test("gives the exported model's embeddings", arguments: ["quick-gelu", "gelu", "gelu-tanh"])
  func embeddings(_ activation: String) throws {
    let folder = try ScratchFolder()
    let pictures = try withBudget(jobs: 1) {
      try RandomStream(seed: 3, stage: "t", name: "p").gaussianMatrix(rows: 8, columns: 768, budget: $0)
        .values
    }
    let ids = (0..<8).flatMap { item in (0..<16).map { Self.token(item, $0) } }
    let data = try folder.write(
      WeightFiles.bytes([
        StoredTensor(name: "images", shape: [8, 3, 16, 16], values: pictures),
        StoredTensor(name: "tokens", shape: [8, 16], values: ids, type: "I64"),
      ]), "data.safetensors")
    let with = Tiny.clip.merging([
      "data": .object([
        "kind": "tensors", "images": .string(data + ":images"), "tokens": .string(data + ":tokens"),
      ]),
      "activation": .string(activation), "norm_epsilon": 0.01,
    ]) { $1 }
    let start = try run(.`init`, "clip", with, id: "clip")
    let trained = try run(
      .train, "contrastive",
      ["temperature": 0.1, "batch": 4, "steps": 5, "held_out": 0, "optimizer": .object(["lr": 0.01])],
      from: [("clip", start)])
    guard case .model(let model) = trained else { throw TestFailure.noTable }
    let weights = try folder.write(ModelExport.files(of: model)[0].weights, "t.safetensors")
    let script = try folder.write(Array((Self.snippet() + Self.driver).utf8), "load.py")
    let found = try JSONDecoder().decode(Embedded.self, from: Torch.output([script, weights, data]))
    let ours = model.family.bases[0]
    #expect(found.x.count == ours.x.values.count && found.y.count == ours.y?.values.count)
    for (ours, theirs) in zip(ours.x.values + (ours.y?.values ?? []), found.x + found.y) {
      #expect(abs(Double(ours) - theirs) < 2e-5)
    }
  }
}
