import Contracts

/// CLIP's tokenizer: cleaned, lower-cased text, cut into words, each word merged pair by pair.
package struct BytePairTokenizer: TextTokenizer {
  private let vocabulary: BytePairVocabulary

  /// `vocabulary` is CLIP's `bpe_simple_vocab_16e6.txt.gz`, packed or not; or a `vocab.json`, with its
  /// merges at `merges`, by default in `merges.txt` beside it.
  package init(vocabulary: String, merges: String? = nil) throws {
    self.vocabulary = try BytePairVocabulary(vocabulary, merges: merges)
  }

  package let name = "byte pairs"
  package var vocabularySize: Int { vocabulary.size }
  package var startToken: Int32 { vocabulary.start }
  package var endToken: Int32 { vocabulary.end }

  package func cleaned(_ text: String) -> String { TextCleaning.clean(text) }

  package func ids(_ text: String, most: Int) -> [Int32] {
    var result: [Int32] = []
    var words = PreTokenizer(cleaned(text))
    while result.count < most, let word = words.next() {
      switch word {
      case .start: result.append(startToken)
      case .end: result.append(endToken)
      case .text(let bytes): append(bytes, to: &result, most: most)
      }
    }
    return result
  }

  package func text(of ids: [Int32]) -> String { vocabulary.text(of: ids) }

  /// Longer words are encoded in pieces, so that no text takes quadratic time; no vocabulary has such words.
  private static let longestWord = 4096

  private func append(_ bytes: [UInt8], to result: inout [Int32], most: Int) {
    for start in stride(from: 0, to: bytes.count, by: Self.longestWord) where result.count < most {
      let piece = bytes[start..<min(bytes.count, start + Self.longestWord)]
      result += merged(piece).map { vocabulary.id(of: $0) }
    }
  }

  /// Merges the pair that the vocabulary learnt first, wherever it stands, until no known pair is left.
  private func merged(_ bytes: ArraySlice<UInt8>) -> [BytePairVocabulary.Symbol] {
    var symbols = bytes.map { BytePairVocabulary.Symbol($0) }
    if let last = symbols.last { symbols[symbols.count - 1] = last + 256 }
    while let best = firstLearnt(symbols) {
      var kept = 0
      var index = 0
      while index < symbols.count {
        let isPair =
          index + 1 < symbols.count && symbols[index] == best.first && symbols[index + 1] == best.second
        symbols[kept] = isPair ? best.merge.symbol : symbols[index]
        kept += 1
        index += isPair ? 2 : 1
      }
      symbols.removeLast(symbols.count - kept)
    }
    return symbols
  }

  private typealias Pair = (
    first: BytePairVocabulary.Symbol, second: BytePairVocabulary.Symbol, merge: BytePairVocabulary.Merge
  )

  private func firstLearnt(_ symbols: [BytePairVocabulary.Symbol]) -> Pair? {
    var best: Pair?
    for (first, second) in zip(symbols, symbols.dropFirst()) {
      guard let merge = vocabulary.merge(first, second) else { continue }
      if best.map({ merge.rank < $0.merge.rank }) ?? true { best = (first, second, merge) }
    }
    return best
  }
}
