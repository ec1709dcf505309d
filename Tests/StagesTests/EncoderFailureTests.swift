import Declarations
import Encoders
import Kernels
import TestSupport
import Testing

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
        "the data have tokens up to 258, and the encoder's vocabulary ends at 99; set `vocabulary` to 259"
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
    ]
    for (architecture, change, expected) in cases {
      #expect(sentence("encoder", Tiny.encoder(architecture, change)) == expected)
    }
  }

  @Test("what does not fit into memory is named with its number")
  func memory() {
    let vocabulary = sentence(
      "encoder", Tiny.encoder("text", ["vocabulary": 10_000_000, "width": 16_384]))
    #expect(
      MemoryWords.says(
        vocabulary, "the weights would take 634.4 GiB", "lower `width`, `layers` or `vocabulary`"),
      "\(vocabulary)")
    let images = Tiny.data("noise-images", count: 100_000_000)
    let count = sentence("encoder", Tiny.encoder("resnet18", ["embedding": 65_536, "data": images]))
    #expect(
      MemoryWords.says(count, "the embeddings would take 24414.1 GiB", "lower `count` or `embedding`"),
      "\(count)")
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

/// Sentences about memory, whose limit is this machine's or this process's.
enum MemoryWords {
  /// Whether it is the whole sentence, from the number that is needed to the advice.
  static func says(_ sentence: String, _ start: String, _ advice: String) -> Bool {
    guard sentence.hasPrefix(start), sentence.hasSuffix("; " + advice) else { return false }
    let middle = sentence.dropFirst(start.count).dropLast(advice.count + 2)
    let limit = #/ of memory, more than this process may have: [0-9.]+ [GM]iB( \([^)]+\))?/#
    let left = #/(, of which [0-9.]+ [GM]iB are left)?/#
    guard let found = middle.prefixMatch(of: limit) else { return false }
    return middle[found.range.upperBound...].wholeMatch(of: left) != nil
  }
}
