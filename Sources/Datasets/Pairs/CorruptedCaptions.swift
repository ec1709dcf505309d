import Declarations
import Kernels

/// Captions that were read, of which words are left out, or that belong to other items: what a drawn data set
/// can do by itself.
private struct CorruptedCaptions: TextSource {
  let source: any TextSource
  let information: Double
  let swap: CaptionSwap
  let wording: RandomStream

  func text(_ index: Int) throws -> String {
    let index = swap[index]
    let text = try source.text(index)
    guard information < 1 else { return text }
    let words = text.split(whereSeparator: \.isWhitespace)
    var draws = ItemDraws(wording, index)
    let count = Int((information * Double(words.count)).rounded())
    return draws.distinct(count, below: words.count).sorted().map { words[$0] }.joined(separator: " ")
  }
}

extension Parameter {
  /// For captions that are read.
  static let worsening: [Parameter] = [
    .defaulted(
      "information", .number(0...1), 1, "the share of a caption's words that are kept, chosen at random"),
    .defaulted(
      "mismatch", .number(0...1), 0, "the share of pairs whose captions are exchanged with each other"),
  ]
}

extension PairedData {
  /// The same images with worse captions, as `information`, `mismatch` and `seed` say.
  func worsened(_ parameters: DataParameters) throws -> PairedData {
    let information = try parameters.number("information")
    let rate = try parameters.number("mismatch")
    guard information < 1 || rate > 0, case .texts(let source, let tokenizer, let context)? = y else {
      return self
    }
    let seed = parameters.hasOwnSeed ? try parameters.seed() : 0
    let captions = CorruptedCaptions(
      source: source, information: information,
      swap: CaptionSwap(
        count: count, rate: rate, stream: RandomStream(seed: seed, stage: "data", name: "mismatch")),
      wording: RandomStream(seed: seed, stage: "data", name: "wording"))
    return replacing(y: .texts(captions, tokenizer, context: context))
  }
}
