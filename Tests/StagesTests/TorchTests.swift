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
  private struct Row: Decodable {
    let loss: Double
    let temperature: Double
  }

  private struct Embedded: Decodable {
    let x: [Double]
    let y: [Double]
  }

  private static let heads = #""vision_heads": 3, "text_heads": 2"#

  /// Twelve pairs of noise and random texts with an end in their middle.
  private func data(_ folder: ScratchFolder) throws -> String {
    let stream = RandomStream(seed: 3, stage: "test", name: "torch")
    let images = try withBudget(jobs: 1) {
      try stream.gaussianMatrix(rows: 12, columns: 768, budget: $0).values
    }
    let words = stream.integers(below: 250, count: 12 * 16)
    let tokens = (0..<12 * 16).map { index in
      let (place, end) = (index % 16, 5 + index / 16 % 9)
      return place < end ? Float(1 + words[index]) : place == end ? 258 : 0
    }
    let file = SafetensorsWriter.data([
      NamedTensor("images", [12, 3, 16, 16], images), NamedTensor("tokens", [12, 16], tokens),
    ])
    return try folder.write([UInt8](file), "data.safetensors")
  }

  private func train(_ artefact: Artefact, _ with: [String: JSONValue]) throws -> Model {
    let own: [String: JSONValue] = ["batch": 4, "held_out": 0, "shuffle": false, "log_every": 1]
    let trained = try run(
      .train, "contrastive", own.merging(with) { $1 }, from: [("clip", artefact)], id: "trained")
    guard case .model(let model) = trained else { throw TestFailure.noTable }
    return model
  }

  @Test("a learnt temperature, clipping and both decays", arguments: ["adam", "adamw"])
  func learnt(kind: String) throws {
    let folder = try ScratchFolder()
    let path = try data(folder)
    let tensors: JSONValue = .object([
      "kind": "tensors", "images": .string(path + ":images"), "tokens": .string(path + ":tokens"),
    ])
    let start = try run(.`init`, "clip", Tiny.clip.merging(["data": tensors]) { $1 }, id: "clip")
    let still = try train(
      start, ["steps": 1, "temperature": 1, "optimizer": .object(["lr": 0, "weight_decay": 0])])
    let first = try folder.write(ModelExport.files(of: still)[0], "start.safetensors")
    let trained = try train(
      start,
      [
        "steps": 20, "temperature": .object(["learn": true, "initial": 0.1, "max_scale": 10.05]),
        "optimizer": .object(["kind": .string(kind), "lr": 0.001, "weight_decay": 0.2, "clip_norm": 0.5]),
      ])

    let options = #"""
      {"kind": "\#(kind)", "lr": 0.001, "weight_decay": 0.2, "clip_norm": 0.5, "batch": 4, "steps": 20,
       "initial": 0.1, "max_scale": 10.05, \#(Self.heads)}
      """#
    let rows = try JSONDecoder().decode(
      [Row].self, from: Torch.output([Torch.script, "train", first, path, options]))
    let log = try #require(trained.tables.first).table
    let (losses, temperatures) = (log.numbers("loss"), log.numbers("temperature"))
    #expect(rows.count == 20 && losses.count == 20 && Set(temperatures).count > 1)
    for (index, row) in rows.enumerated() {
      #expect(abs(losses[index] / row.loss - 1) < 1e-4, "step \(index)")
      #expect(abs(temperatures[index] / row.temperature - 1) < 1e-5, "step \(index)")
    }

    let last = try folder.write(ModelExport.files(of: trained)[0], "trained.safetensors")
    let embedded = try JSONDecoder().decode(
      Embedded.self, from: Torch.output([Torch.script, "embed", last, path, "{\(Self.heads)}"]))
    let ours = trained.family.bases[0]
    #expect(embedded.x.count == ours.x.values.count && embedded.y.count == ours.y?.values.count)
    for (found, expected) in zip(ours.x.values + (ours.y?.values ?? []), embedded.x + embedded.y) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
  }
}
