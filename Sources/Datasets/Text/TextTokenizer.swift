import Contracts
import Execution

/// Turns texts into the integers that a text encoder takes.
package protocol TextTokenizer: Sendable {
  /// Every id is below it.
  var vocabularySize: Int { get }
  var startToken: Int32 { get }
  /// The largest id, by which CLIP finds the end of a text.
  var endToken: Int32 { get }

  /// What users call it: `bytes`, `byte pairs`, `residues`.
  var name: String { get }

  /// The text as it is cut into pieces.
  func cleaned(_ text: String) -> String

  /// The ids of a text without start and end; those behind the first `most` may be missing.
  func ids(_ text: String, most: Int) -> [Int32]

  /// What ids between start and end stand for, for people to read.
  func text(of ids: [Int32]) -> String
}

extension TextTokenizer {
  package func cleaned(_ text: String) -> String { text }

  /// Start, text, end, then zeros: exactly `context` ids. A text too long is cut before its end token.
  package func encode(_ text: String, context: Int) -> [Int32] {
    guard context >= 2 else { return Array(repeating: endToken, count: max(0, context)) }
    let text = ids(text, most: context - 2).prefix(context - 2)
    let ids = [startToken] + text + [endToken]
    return ids + [Int32](repeating: 0, count: context - ids.count)
  }

  /// `texts.count × context` ids, in blocks of the budget.
  package func encode(_ texts: [String], context: Int, budget: ThreadBudget) throws -> [Int32] {
    let size = 64
    let blocks = try budget.map(blocks: blockCount(texts.count, size: size)) { block in
      blockRange(block, size: size, count: texts.count).flatMap { encode(texts[$0], context: context) }
    }
    return blocks.flatMap { $0 }
  }
}

/// A text's UTF-8 bytes, each its own token; needs no file.
///
/// Ids: 0 is padding, 1…256 are the bytes 0…255, 257 starts and 258 ends a text.
package struct ByteTokenizer: TextTokenizer {
  package let name = "bytes"
  package let vocabularySize = 259
  package let startToken: Int32 = 257
  package let endToken: Int32 = 258

  package init() {}

  package func ids(_ text: String, most: Int) -> [Int32] { text.utf8.prefix(most).map { Int32($0) + 1 } }

  package func text(of ids: [Int32]) -> String {
    String(decoding: ids.compactMap { UInt8(exactly: $0 - 1) }, as: UTF8.self)
  }
}
