import Contracts
import Datasets
import Encoders
import Kernels
import TestSupport
import Testing

@Suite("Networks of the reference files", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct GoldenEncoderTests {
  private let io = SharedData.golden("tiny_clip.io.safetensors")
  private var pairs: JSONValue {
    .object(["kind": "tensors", "images": .string(io + ":images"), "tokens": .string(io + ":tokens")])
  }
  private let vision: [String: JSONValue] = [
    "image": 32, "patch": 8, "width": 48, "layers": 2, "heads": 3,
  ]
  private let text: [String: JSONValue] = [
    "vocabulary": 64, "context": 12, "width": 32, "layers": 2, "heads": 2,
  ]

  private func isNear(_ found: Matrix?, _ file: String, _ name: String) throws -> Bool {
    let expected = try SafetensorsFile(file).load(name)
    guard let found, [found.rows, found.columns] == expected.shape else { return false }
    return zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= 2e-5 }
  }

  @Test("a CLIP of either naming, before normalisation", arguments: ["openai", "hf"])
  func clip(_ naming: String) throws {
    let found = try embed(
      "clip",
      [
        "vision": .object(vision), "text": .object(text), "embedding": 24, "data": pairs,
        "weights": .string(SharedData.golden("tiny_clip.\(naming).safetensors")),
      ])
    #expect(!found.isNormalized)
    #expect(try isNear(found.x, io, "image_embeddings"))
    #expect(try isNear(found.y, io, "text_embeddings"))
  }

  @Test("a tower alone out of the file of the whole", arguments: ["openai", "hf"])
  func towers(_ naming: String) throws {
    let towers = [("vit", vision, "image_embeddings"), ("text", text, "text_embeddings")]
    for (architecture, sizes, expected) in towers {
      let own: [String: JSONValue] = [
        "architecture": .string(architecture), "embedding": 24, "data": pairs,
        "weights": .string(SharedData.golden("tiny_clip.\(naming).safetensors")),
      ]
      let found = try embed("encoder", sizes.merging(own) { $1 })
      #expect(found.y == nil && !found.isNormalized)
      #expect(try isNear(found.x, io, expected), "\(architecture)")
    }
  }

  @Test(
    "a ResNet-18 on even and odd pictures",
    arguments: [("images", "features"), ("odd_images", "odd_features")])
  func resnet(_ images: String, _ features: String) throws {
    let io = SharedData.golden("tiny_resnet18.io.safetensors")
    let found = try embed(
      "encoder",
      [
        "architecture": "resnet18", "width": 8,
        "weights": .string(SharedData.golden("tiny_resnet18.safetensors")),
        "data": .object(["kind": "tensors", "images": .string("\(io):\(images)")]),
      ])
    #expect(try isNear(found.x, io, features))
  }
}

@Suite("Laws of the stages of networks")
struct EncoderStageTests {
  private static let combinations: [(String, String, String)] = [
    ("vit", "text", "shapes"), ("video", "text", "moving-shapes"), ("sequence", "text", "proteins"),
    ("resnet50", "text", "shapes"), ("resnet18", "sequence", "shapes"),
  ]

  @Test("two towers of any architectures give finite pairs of one size", arguments: combinations)
  func pairs(_ x: String, _ y: String, _ kind: String) throws {
    let found = try embed("dual-encoder", Tiny.pair(x, y, Tiny.data(kind)))
    for matrix in [found.x, try #require(found.y)] {
      #expect([matrix.rows, matrix.columns] == [6, 10])
      #expect(matrix.values.allSatisfy { $0.isFinite })
    }
    #expect(!found.isNormalized)
    for jobs in [1, 4] {
      #expect(try embed("dual-encoder", Tiny.pair(x, y, Tiny.data(kind)), jobs: jobs) == found)
    }
  }

  @Test(
    "an embedding does not depend on the batch, nor on the threads",
    arguments: ["vit", "text", "sequence", "video", "resnet18", "resnet50"])
  func batches(_ architecture: String) throws {
    func features(_ count: Int, jobs: Int) throws -> Matrix {
      let kinds = ["video": "moving-shapes", "sequence": "proteins"]
      let data = Tiny.data(kinds[architecture] ?? "shapes", count: count)
      return try embed("encoder", Tiny.encoder(architecture, ["data": data]), jobs: jobs).x
    }
    let all = try features(100, jobs: 2)
    let some = try features(70, jobs: 1)
    #expect(some.values == Array(all.values.prefix(some.values.count)))
    #expect(try features(70, jobs: 4) == some)
  }

  @Test("a seed of its own gives every stage one network; without one, each has its own")
  func seeds() throws {
    for (kind, with) in [
      ("clip", Tiny.clip), ("encoder", Tiny.encoder("sequence")),
      ("dual-encoder", Tiny.pair("vit", "text", Tiny.data("shapes"))),
    ] {
      let own = with.merging(["seed": 4]) { $1 }
      let first = try embed(kind, own, id: "a", seed: 1)
      #expect(try embed(kind, own, id: "b", seed: 2) == first)
      #expect(try embed(kind, with.merging(["seed": 5]) { $1 }, id: "a", seed: 1) != first)
      let free = try embed(kind, with, id: "a", seed: 1)
      #expect(try embed(kind, with, id: "b", seed: 1) != free)
      #expect(try embed(kind, with, id: "a", seed: 2) != free)
      #expect(try embed(kind, with, id: "a", seed: 1) == free)
    }
  }

  @Test("an encoder with the seed of a CLIP is that CLIP's tower")
  func towersOfOneSeed() throws {
    let both = try embed("clip", Tiny.clip.merging(["seed": 4]) { $1 })
    #expect(try embed("encoder", Tiny.encoder("vit", ["seed": 4])).x == both.x)
    #expect(try embed("encoder", Tiny.encoder("text", ["seed": 4])).x == both.y)
  }

  @Test("a tower of a pair draws by its side, whatever the other is")
  func sidesOfAPair() throws {
    let data = JSONValue.object(["kind": "proteins", "count": 6, "seed": 1, "length": 16, "context": 16])
    func with(_ x: String, _ y: String) -> [String: JSONValue] { Tiny.pair(x, y, data) }
    let x = try embed("dual-encoder", with("sequence", "text").merging(["seed": 4]) { $1 })
    let y = try embed("dual-encoder", with("sequence", "sequence").merging(["seed": 4]) { $1 })
    #expect(x.x == y.x, "each tower's weights are its own")
    let alone = try embed("encoder", Tiny.encoder("sequence", ["seed": 4, "data": data]))
    #expect(alone.x != x.x)
  }

  @Test("`align` rotates y as shift/procrustes would, and leaves norms alone")
  func alignment() throws {
    let with = Tiny.clip.merging(["seed": 4, "data": Tiny.data("shapes", count: 300)]) { $1 }
    let free = try run(.`init`, "clip", with)
    let aligned = try run(.`init`, "clip", with.merging(["align": "procrustes"]) { $1 })
    let (before, after) = (try #require(free.family).bases[0], try #require(aligned.family).bases[0])
    #expect(before.x == after.x && before.y != after.y && !after.isNormalized)
    let (plain, turned) = (try #require(before.y), try #require(after.y))
    for row in 0..<plain.rows {
      #expect(abs(norm(plain.row(row)) - norm(turned.row(row))) < 1e-5 * norm(plain.row(row)))
    }
    let shifted = try run(.shift, "procrustes", from: [("free", free)])
    let gaps = try [shifted, aligned].map { try evaluate("gap", of: $0) }
    for column in ["distance", "l2m", "l2i"] {
      #expect(abs(gaps[0].numbers(column)[0] - gaps[1].numbers(column)[0]) < 1e-6, "\(column)")
    }
    #expect(try evaluate("gap", of: free).numbers("l2i")[0] > gaps[1].numbers("l2i")[0])
  }

  private func norm(_ row: ArraySlice<Float>) -> Double {
    row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  @Test("the side of the data that the architecture takes; x where either would do")
  func sides() throws {
    let seeded: [String: JSONValue] = ["seed": 4, "patch": 5, "width": 12]
    // A patch that divides the pictures, but no default size.
    let pictures = Tiny.data("shapes", ["size": 15])
    let sizes = seeded.merging(["architecture": "vit", "layers": 1, "heads": 3, "data": pictures]) { $1 }
    #expect(try embed("encoder", sizes).x.columns == 512)
    let sequences = Tiny.encoder("sequence", ["seed": 4])
    let captions = Tiny.encoder("sequence", ["seed": 4, "data": Tiny.data("shapes")])
    #expect(try embed("encoder", sequences).x.rows == 6)
    #expect(try embed("encoder", captions).x.rows == 6)
  }

  @Test("the features of a ResNet, where no embedding is asked for")
  func features() throws {
    for (architecture, columns) in [("resnet18", 32), ("resnet50", 128)] {
      var with = Tiny.encoder(architecture)
      with["embedding"] = nil
      #expect(try embed("encoder", with).x.columns == columns)
    }
  }
}

@Suite("What networks refuse")
struct EncoderFailureTests {
  private func clip(_ change: [String: JSONValue]) -> [String: JSONValue] { Tiny.clip.merging(change) { $1 } }

  @Test("data that do not fit are named, with what was expected")
  func mismatches() {
    let match = "; choose the data or the encoder to match"
    let cases: [(String, [String: JSONValue], String)] = [
      (
        "clip", clip(["data": Tiny.data("noise-images")]),
        "two towers need pairs, and data of kind `noise-images` have one side; choose captioned data, or an `encoder` for each side"
      ),
      (
        "clip", clip(["data": Tiny.data("shapes", ["size": 24])]),
        "the encoder takes pictures [3, 16, 16], and the data give items of shape [3, 24, 24]" + match
      ),
      (
        "clip", clip(["data": Tiny.data("shapes", ["context": 32])]),
        "the encoder takes at most 16 tokens an item, each below 259, and the data give 32 tokens an item"
          + match
      ),
      (
        "clip", clip(["text": .object(Tiny.text.merging(["vocabulary": 100]) { $1 })]),
        "item 0 has the token 257 at position 0, and the encoder's vocabulary ends at 99; set `vocabulary` to the tokenizer's"
      ),
      (
        "clip", clip(["data": Tiny.data("moving-shapes")]),
        "the encoder takes pictures [3, 16, 16], and the data give items of shape [2, 3, 16, 16]" + match
      ),
      (
        "encoder", Tiny.encoder("video", ["data": Tiny.data("shapes")]),
        "the encoder takes clips [8, 3, 16, 16], and the data give items of shape [3, 16, 16]" + match
      ),
      (
        "encoder", Tiny.encoder("text", ["data": Tiny.data("noise-images")]),
        "the encoder takes at most 16 tokens an item, each below 259, and the data give items of shape [3, 16, 16]"
          + match
      ),
      (
        "encoder", Tiny.encoder("vit", ["data": Tiny.data("random-tokens")]),
        "the encoder takes pictures [3, 16, 16], and the data give 16 tokens an item" + match
      ),
      (
        "encoder", Tiny.encoder("resnet18", ["data": Tiny.data("gaussian", ["dimensions": 7])]),
        "the encoder takes pictures [3, height, width], and the data give items of shape [7]" + match
      ),
      (
        "dual-encoder", Tiny.pair("text", "vit", Tiny.data("shapes")),
        "the encoder takes at most 16 tokens an item, each below 259, and the data give items of shape [3, 16, 16]"
          + match
      ),
      (
        "encoder", Tiny.encoder("vit", ["data": Tiny.data("shapes", count: 1)]),
        "the embeddings of `encoder-test`: modality x has 1 embedding; at least 2 are needed"
      ),
    ]
    for (kind, with, expected) in cases { #expect(sentence(kind, with) == expected) }
  }

  @Test("sizes that do not go together are named")
  func sizes() {
    let cases: [(String, [String: JSONValue], String)] = [
      (
        "vit", ["width": 10],
        "the vit tower cannot be built: `width` 10 is no multiple of `heads` 3; choose heads that divide it"
      ),
      (
        "vit", ["patch": 5],
        "the vit tower cannot be built: `image` 16 is no multiple of `patch` 5; choose sizes that divide"
      ),
      (
        "video", ["patch": 7],
        "the video tower cannot be built: `image` 16 is no multiple of `patch` 7; choose sizes that divide"
      ),
      (
        "sequence", ["heads": 5],
        "the sequence tower cannot be built: `width` 12 is no multiple of `heads` 5; choose heads that divide it"
      ),
      (
        "text", ["vocabulary": 10_000_000, "width": 16_384],
        "the weights would take 635 GiB of memory, more than 16; lower `width`, `layers` or `vocabulary`"
      ),
      (
        "resnet18", ["embedding": 65_536, "data": Tiny.data("noise-images", count: 100_000_000)],
        "the embeddings would take 24415 GiB of memory, more than 16; lower `count` or `embedding`"
      ),
    ]
    for (architecture, change, expected) in cases {
      #expect(sentence("encoder", Tiny.encoder(architecture, change)) == expected)
    }
  }

  @Test("a batch of no tokens is no batch")
  func emptyTokens() throws {
    let batch = TowerBatch(tokens: [], context: 0)
    #expect(batch.count == 0)
    try withBudget(jobs: 1) { budget in
      let weights = try NetworkWeights(drawing: Tiny.textTower.layout, budget: budget) {
        RandomStream(seed: 1, stage: "t", name: $0)
      }
      let tower = try Tiny.textTower.prepare(weights, budget: budget)
      #expect(throws: TowerFailure.self) { try tower.encode(batch, budget: budget) }
    }
  }
}
