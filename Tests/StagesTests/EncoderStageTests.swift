import Declarations
import Kernels
import TestSupport
import Testing

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
    let pair = Tiny.pair("vit", "text", Tiny.data("shapes")).merging(["seed": 4]) { $1 }
    #expect(try embed("dual-encoder", pair) == both)
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
    let shifted = try run(.shift, "procrustes", ["held_out": 0], from: [("free", free)])
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
