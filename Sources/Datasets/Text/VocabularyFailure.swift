import Declarations

/// Why a tokenizer's vocabulary cannot be used.
package enum VocabularyFailure: Failure, Equatable {
  /// A line of merges that is not two pieces, counted from 1.
  case badMerge(path: String, line: Int, found: String)
  case noMerges(path: String)
  case badVocabulary(path: String, detail: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .badMerge(let path, let line, let found):
      "\(path):\(line): a merge has two pieces with a space between them; found "
        + counted(found.split(separator: " ").count, "piece")
    case .noMerges(let path):
      "\(path): the file has no merges; expected CLIP's bpe_simple_vocab_16e6.txt.gz, or a merges.txt"
    case .badVocabulary(let path, let detail):
      "\(path): this is not a valid vocabulary: \(detail)"
    }
  }
}
