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
    let match = "; choose data and encoder that match"
    let cases: [(String, [String: JSONValue], String)] = [
      (
        "clip", clip(["data": Tiny.data("noise-images")]),
        "two towers need pairs, but data of kind `noise-images` have one side; choose captioned data, or an `encoder` for each side"
      ),
      (
        "clip", clip(["data": Tiny.data("shapes", ["size": 24])]),
        "the encoder needs images [3, 16, 16], but the data have items of shape [3, 24, 24]" + match
      ),
      (
        "clip", clip(["data": Tiny.data("shapes", ["context": 32])]),
        "the encoder needs at most 16 tokens per item, each below 259, but the data have 32 tokens per item"
          + match
      ),
      (
        "clip", clip(["text": .object(Tiny.text.merging(["vocabulary": 100]) { $1 })]),
        "the data have tokens up to 258, but the encoder's vocabulary ends at 99; set `vocabulary` to 259"
      ),
      (
        "clip", clip(["data": Tiny.data("moving-shapes")]),
        "the encoder needs images [3, 16, 16], but the data have items of shape [2, 3, 16, 16]" + match
      ),
      (
        "encoder", Tiny.encoder("video", ["data": Tiny.data("shapes")]),
        "the encoder needs videos [8, 3, 16, 16], but the data have items of shape [3, 16, 16]" + match
      ),
      (
        "encoder", Tiny.encoder("text", ["data": Tiny.data("noise-images")]),
        "the encoder needs at most 16 tokens per item, each below 259, but the data have items of shape [3, 16, 16]"
          + match
      ),
      (
        "encoder", Tiny.encoder("vit", ["data": Tiny.data("random-tokens")]),
        "the encoder needs images [3, 16, 16], but the data have 16 tokens per item" + match
      ),
      (
        "encoder", Tiny.encoder("resnet18", ["data": Tiny.data("gaussian", ["dimensions": 7])]),
        "the encoder needs images [3, height, width], but the data have items of shape [7]" + match
      ),
      (
        "dual-encoder", Tiny.pair("text", "vit", Tiny.data("shapes")),
        "the encoder needs at most 16 tokens per item, each below 259, but the data have items of shape [3, 16, 16]"
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
        "the vit tower cannot be built: `width` is 10, which is not a multiple of `heads`, 3; choose a number of heads that divides it"
      ),
      (
        "vit", ["patch": 5],
        "the vit tower cannot be built: `image` is 16, which is not a multiple of `patch`, 5; choose a patch size that divides the image size"
      ),
      (
        "video", ["patch": 7],
        "the video tower cannot be built: `image` is 16, which is not a multiple of `patch`, 7; choose a patch size that divides the image size"
      ),
      (
        "sequence", ["heads": 5],
        "the sequence tower cannot be built: `width` is 12, which is not a multiple of `heads`, 5; choose a number of heads that divides it"
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
        vocabulary, "the weights would need 634.4 GiB", "lower `width`, `layers` or `vocabulary`"),
      "\(vocabulary)")
    let images = Tiny.data("noise-images", count: 100_000_000)
    let count = sentence("encoder", Tiny.encoder("resnet18", ["embedding": 65_536, "data": images]))
    #expect(
      MemoryWords.says(count, "the embeddings would need 24414.1 GiB", "lower `count` or `embedding`"),
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
    let limit = #/ of memory, but this process may use at most [0-9.]+ [GM]iB( \([^)]+\))?/#
    let left = #/(, of which [0-9.]+ [GM]iB are left)?/#
    guard let found = middle.prefixMatch(of: limit) else { return false }
    return middle[found.range.upperBound...].wholeMatch(of: left) != nil
  }
}
