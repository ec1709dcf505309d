import Declarations
import Kernels
import TestSupport
import Testing

/// Captions that repeat, at the width of CLIP's text tower: class prompts, and drawn captions that say nothing.
@Suite("Captions that repeat")
struct RepeatedCaptionTests {
  /// Of one layer, and of the width of CLIP's text tower by default.
  private static let text: [String: JSONValue] = [
    "architecture": "text", "vocabulary": 259, "context": 16, "layers": 1,
  ]

  private func encoder(_ data: JSONValue) -> [String: JSONValue] {
    Self.text.merging(["seed": 7, "data": data]) { $1 }
  }

  @Test("equal captions have one embedding, and a mean cosine of 1", arguments: [2, 13, 14, 20, 32, 64, 65])
  func equalCaptions(count: Int) throws {
    let data = Tiny.data("shapes", count: count, ["size": 8, "information": 0])
    let encoded = try run(.`init`, "encoder", encoder(data))
    let rows = try #require(encoded.family).bases[0].x
    for item in 0..<count { #expect(rows.row(item).elementsEqual(rows.row(0)), "item \(item)") }
    // A cosine is a product of float32 vectors, which kernels round in their last bit.
    let found = try evaluate("cosine-similarity", of: encoded)
    for name in ["mean", "min"] { #expect(abs(found.numbers(name)[0] - 1) < 2e-7, "\(name)") }
    #expect(found.numbers("std")[0] < 2e-7)
  }

  @Test("each class prompt has one embedding, in whatever company")
  func classPrompts() throws {
    let folder = try ScratchFolder()
    let labels = (0..<60).map { UInt8($0 % 3) }
    let header: (UInt8, [Int]) -> [UInt8] = { type, sizes in
      [0, 0, 8, type] + sizes.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
    }
    let images = try folder.write(
      header(3, [60, 4, 4]) + [UInt8](repeating: 9, count: 60 * 16), "images-idx3-ubyte")
    let classes = try folder.write(header(1, [60]) + labels, "labels-idx1-ubyte")
    func embed(_ count: Int) throws -> Matrix {
      let data: JSONValue = .object([
        "kind": "idx", "images": .string(images), "labels": .string(classes), "size": 4, "context": 16,
        "count": .number(Double(count)), "seed": 1,
      ])
      return try StagesTests.embed("encoder", encoder(data)).x
    }
    let all = try embed(60)
    let prompts = Dictionary(grouping: 0..<60) { Array(all.row($0)) }
    #expect(prompts.values.map(\.count) == [20, 20, 20])
    let few = try embed(4)
    for item in 0..<4 { #expect(prompts[Array(few.row(item))] != nil, "item \(item)") }
  }

  @Test("a training's logged gap is that of the one caption which all its pairs have")
  func loggedGap() throws {
    let data = Tiny.data("shapes", count: 30, ["size": 16, "information": 0])
    let towers: [String: JSONValue] = [
      "x": .object(Tiny.tower("vit")), "y": .object(Self.text), "embedding": 10, "data": data, "seed": 7,
    ]
    let start = try run(.`init`, "dual-encoder", towers, id: "start")
    let still: [String: JSONValue] = [
      "temperature": 0.1, "batch": 4, "steps": 1, "held_out": 20, "log_every": 1,
      "optimizer": .object(["lr": 0, "weight_decay": 0]),
    ]
    let log = try #require(run(.train, "contrastive", still, from: [("start", start)]).table("log"))
    let both = try #require(start.family).bases[0]
    let one = try #require(
      embed(
        "dual-encoder",
        towers.merging(["data": Tiny.data("shapes", count: 2, ["size": 16, "information": 0])]) { $1 }
      ).y)
    var difference = unit(one.row(0)).map { -$0 }
    for item in 10..<30 {
      for (column, value) in unit(both.x.row(item)).enumerated() { difference[column] += value / 20 }
    }
    let gap = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for found in log.numbers("gap") { #expect(abs(found - gap) < 1e-6) }
  }

  private func unit(_ row: ArraySlice<Float>) -> [Double] {
    let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return row.map { Double($0) / norm }
  }
}
