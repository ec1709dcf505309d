import Contracts
import Declarations
import Encoders
import Files
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// A tiny CLIP, trained for 20 steps with a learnt temperature, clipping and decay. With AdamW 1/τ rises to its
/// bound, with Adam it stays below.
struct LearntRun {
  static let initial = 0.5
  static let maxScale = 2.005

  let start: Artefact
  /// Images and tokens of its pairs.
  let data: String
  /// The data are read until the last step.
  private let folder: ScratchFolder

  init(_ folder: ScratchFolder, _ more: [String: JSONValue] = [:]) throws {
    self.folder = folder
    data = try Self.data(folder)
    let tensors: JSONValue = .object([
      "kind": "tensors", "images": .string(data + ":images"), "tokens": .string(data + ":tokens"),
    ])
    start = try run(
      .`init`, "clip", Tiny.clip.merging(["data": tensors]) { $1 }.merging(more) { $1 }, id: "clip")
  }

  /// Twelve pairs of noise and random texts with an end in their middle.
  private static func data(_ folder: ScratchFolder) throws -> String {
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

  private func train(_ with: [String: JSONValue]) throws -> Model {
    let own: [String: JSONValue] = ["batch": 4, "held_out": 0, "shuffle": false, "log_every": 1]
    let trained = try run(
      .train, "contrastive", own.merging(with) { $1 }, from: [("clip", start)], id: "trained")
    guard case .model(let model) = trained else { throw TestFailure.noTable }
    return model
  }

  /// The start as a file.
  func weights() throws -> [UInt8] {
    let still = try train(["steps": 1, "temperature": 1, "optimizer": .object(["lr": 0, "weight_decay": 0])])
    return try ModelExport.files(of: still)[0].weights
  }

  func trained(_ kind: String) throws -> Model {
    try train([
      "steps": 20,
      "temperature": .object([
        "learn": true, "initial": .number(Self.initial), "max_scale": .number(Self.maxScale),
      ]),
      "optimizer": .object(["kind": .string(kind), "lr": 0.001, "weight_decay": 0.2, "clip_norm": 0.5]),
    ])
  }
}

/// The steps of `LearntRun` as PyTorch makes them.
enum LearntReference {
  struct Row: Codable {
    let kind: String
    let loss: Double
    let temperature: Double
  }

  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../oracles/learnt_temperature.json").standardized

  /// What `clip_training.py` gave, written there by the test beside PyTorch with `MODGAP_WRITE_ORACLES=1`.
  static func rows(_ kind: String) throws -> [Row] {
    try JSONDecoder().decode([Row].self, from: Data(contentsOf: file)).filter { $0.kind == kind }
  }

  static func check(_ log: Table, _ rows: [Row]) {
    let (losses, temperatures) = (log.numbers("loss"), log.numbers("temperature"))
    #expect(rows.count == 20 && losses.count == 20 && Set(temperatures).count > 1)
    for (index, row) in rows.enumerated() {
      #expect(abs(losses[index] / row.loss - 1) < 1e-4, "step \(index)")
      #expect(abs(temperatures[index] / row.temperature - 1) < 1e-5, "step \(index)")
    }
  }
}

@Suite struct LearntTemperatureTests {
  @Test("loss and temperature of 20 steps are PyTorch's", arguments: ["adam", "adamw"])
  func steps(kind: String) throws {
    let model = try LearntRun(ScratchFolder()).trained(kind)
    let log = try #require(model.tables.first).table
    LearntReference.check(log, try LearntReference.rows(kind))
    let reachesBound = log.numbers("temperature").contains { abs($0 * LearntRun.maxScale - 1) < 1e-12 }
    #expect(reachesBound == (kind == "adamw"))
  }
}
