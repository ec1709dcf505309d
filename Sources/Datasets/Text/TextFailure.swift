import Contracts

/// Why a vocabulary or a compressed file cannot be used.
package enum TextFailure: Failure, Equatable {
  case notCompressed(path: String, detail: String)
  case tooLarge(path: String, limit: Int)
  case notText(path: String)
  /// A line of merges that is not two pieces, counted from 1.
  case badMerge(path: String, line: Int, found: String)
  case noMerges(path: String)
  case badVocabulary(path: String, detail: String)

  package var kind: FailureKind { .invalidInput }

  package var sentence: String {
    switch self {
    case .notCompressed(let path, let detail):
      "\(path): the gzip file is damaged: \(detail); fetch it again"
    case .tooLarge(let path, let limit):
      "\(path): it has more than \(limit >> 20) MiB when unpacked, which no such file has; check the path"
    case .notText(let path):
      "\(path): this is not UTF-8 text; expected CLIP's bpe_simple_vocab_16e6.txt.gz, or vocab.json with "
        + "merges.txt beside it"
    case .badMerge(let path, let line, let found):
      "\(path):\(line): a merge is two pieces with a space between them; found `\(found.prefix(60))`"
    case .noMerges(let path):
      "\(path): there is no merge in it; expected CLIP's bpe_simple_vocab_16e6.txt.gz, or a merges.txt"
    case .badVocabulary(let path, let detail):
      "\(path): this is not a vocabulary: \(detail)"
    }
  }
}
