import Contracts
import Encoders
import Foundation
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

  private func steps(_ kind: String, _ start: String, _ data: String) throws -> [LearntReference.Row] {
    let options = #"""
      {"kind": "\#(kind)", "lr": 0.001, "weight_decay": 0.2, "clip_norm": 0.5, "batch": 4, "steps": 20,
       "initial": \#(LearntRun.initial), "max_scale": \#(LearntRun.maxScale), \#(Self.heads)}
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
