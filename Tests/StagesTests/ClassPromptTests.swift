import Contracts
import Datasets
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

@Suite("Prompts of classes, embedded by a model")
struct ClassPromptTests {
  private let names = ["circle", "square", "star"]
  private let prompts = ["a [class]", "{} now"]

  /// The embeddings that the model's text tower gives these texts: those of an encoder with the same weights.
  private func embedded(_ texts: [String], _ model: [String: JSONValue]) throws -> [[Double]] {
    try withFolder { folder in
      for index in texts.indices { try write(Self.image, "\(folder)/\(index).png") }
      let rows = texts.enumerated().map { "\($0).png,\"\($1)\"\n" }
      let path = try write("path,caption\n" + rows.joined(), folder + "/list.csv")
      var with = model
      with["data"] = .object([
        "kind": "captioned-images", "path": .string(path), "size": 16, "context": 16,
      ])
      let pair = try embed("clip", with, id: "clip-test")
      return Pairs.unit(try #require(pair.y))
    }
  }

  /// A grey image of one pixel.
  private static let image: [UInt8] = [
    0x89, 0x50, 0x4E, 0x47, 13, 10, 0x1A, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63,
    0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE,
    0x42, 0x60, 0x82,
  ]

  private func expected(_ prompts: [String], _ model: [String: JSONValue]) throws -> [[Double]] {
    let all = try prompts.map { prompt in
      try embedded(
        names.map {
          prompt.replacingOccurrences(of: "[class]", with: $0).replacingOccurrences(of: "{}", with: $0)
        }, model)
    }
    return names.indices.map { index in
      let sum = all.map { $0[index] }.reduce([Double](repeating: 0, count: all[0][0].count)) {
        zip($0, $1).map { $0 + $1 }
      }
      let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return sum.map { $0 / norm }
    }
  }

  private func near(_ found: Matrix, _ expected: [[Double]]) -> Bool {
    found.rows == expected.count
      && Pairs.unit(found).elementsEqual(expected) { zip($0, $1).allSatisfy { abs($0 - $1) < 2e-6 } }
  }

  @Test("rows of y are the normalised means of the prompts' normalised embeddings", arguments: [1, 2])
  func averages(count: Int) throws {
    let prompts = Array(prompts.prefix(count))
    let model = try run(.`init`, "clip", Tiny.clip)
    let made = try run(
      .`init`, "class-prompts",
      [
        "model": "clip", "classes": .array(names.map { .string($0) }),
        "prompt": count == 1 ? .string(prompts[0]) : .array(prompts.map { .string($0) }),
      ], references: ["model": model])
    let base = try #require(made.family?.bases.first)
    #expect(base.pairing == .unpaired && base.x == model.family?.bases[0].x)
    #expect(near(try #require(base.y), try expected(prompts, Tiny.clip)))
  }

  @Test func otherDataAreEmbeddedByTheModelsFirstTower() throws {
    let data = Tiny.data("shapes", count: 9, ["seed": 4, "objects": 1])
    let model = try run(.`init`, "clip", Tiny.clip)
    let made = try run(
      .`init`, "class-prompts", ["model": "clip", "data": data, "labels": "shape"],
      references: ["model": model])
    let base = try #require(made.family?.bases.first)
    #expect(base.y?.rows == 8, "the names of the classes are those of the data")
    let other = try embed("clip", Tiny.clip.merging(["data": data]) { $1 }, id: "clip-test")
    #expect(base.x == other.x)
  }

  /// The same answers, whether the prompts are embedded before the shift or by the evaluation.
  @Test func anEvaluationEmbedsPromptsItself() throws {
    let data = Tiny.data("shapes", count: 30, ["seed": 4, "objects": 1])
    let model = try run(.`init`, "clip", Tiny.clip.merging(["data": data]) { $1 })
    let classes: [String: JSONValue] = ["data": data, "labels": "colour", "prompt": "a [class] thing"]
    let made = try run(
      .`init`, "class-prompts", classes.merging(["model": "clip"]) { $1 }, references: ["model": model])
    let first = try evaluate("zero-shot", ["data": data, "labels": "colour"], of: made)
    let second = try run(
      .evaluate, "zero-shot", classes.merging(["model": "clip"]) { $1 }, from: [("up", model)],
      references: ["model": model])
    let third = try run(
      .evaluate, "zero-shot", ["labels": "colour", "prompt": "a [class] thing"], from: [("up", model)])
    #expect(second.table() == first && third.table() == first)
    #expect(second.table("classes")?.texts("class").prefix(2) == ["red", "green"])
  }

  /// A shift of the model's own pairs is applied to the prompts as to y.
  @Test func aShiftMovesThePrompts() throws {
    let data = Tiny.data("shapes", count: 30, ["seed": 4, "objects": 1])
    let model = try run(.`init`, "clip", Tiny.clip.merging(["data": data]) { $1 })
    let moved = try run(.shift, "gap", ["delta": numbers([0, 0.5]), "sides": "y"], from: [("model", model)])
    let with: [String: JSONValue] = ["data": data, "labels": "shape", "prompt": "a [class]", "model": "clip"]
    let result = try run(.evaluate, "zero-shot", with, from: [("moved", moved)], references: ["model": model])
    let made = try run(.`init`, "class-prompts", with, references: ["model": model])
    let own = try run(
      .shift, "gap", ["delta": numbers([0, 0.5]), "sides": "y", "direction": "model"], from: [("made", made)],
      references: ["direction": model])
    let other = try evaluate("zero-shot", ["data": data, "labels": "shape"], of: own)
    #expect(result.table()?.numbers("value") == other.numbers("value"))
    for (a, b) in zip(result.table()?.numbers("distance") ?? [], other.numbers("distance")) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  @Test func whatCannotBeAskedIsRefused() throws {
    let model = try run(.`init`, "clip", Tiny.clip)
    func says(_ with: [String: JSONValue]) -> String {
      do {
        _ = try run(
          .`init`, "class-prompts", with.merging(["model": "clip"]) { $1 }, references: ["model": model])
        return "nothing failed"
      } catch let failure as any Failure {
        return failure.message
      } catch {
        return "\(error)"
      }
    }
    #expect(says([:]).contains("nothing says what the classes are"))
    #expect(says(["classes": ["a", "b"], "prompt": "a photo"]).contains("does not contain `[class]`"))
    #expect(says(["classes": ["a"]]).contains("at least 2 classes"))
    #expect(says(["labels": "race", "data": Tiny.data("shapes")]).contains("have no labels `race`"))
    #expect(
      says(["labels": "shape", "data": Tiny.data("shapes")]).contains("have no labels `shape`"),
      "of several objects")
    #expect(
      evaluationFailure(
        "group-bias", ["groups": "number", "labels": "number", "categories": .object(["a": numbers([0])])],
        of: model
      )
      .contains("`prompts` is missing"))
    #expect(
      evaluationFailure("zero-shot", [:], of: model).contains("these data of kind `shapes` have no classes"))
  }
}
