import Contracts
import Metrics

extension StageContext {
  /// Says where rows of one side repeat though each has one partner: equal rows cannot be told apart, so a metric
  /// that knows one partner alone counts the others as wrong.
  ///
  /// - Parameter advice: what to do about it where the pairs come from.
  func noticeRepeats(in pairs: Embeddings, advice: (RepeatedRows) -> String) {
    for (name, matrix) in [("x", pairs.x), ("y", pairs.y)] {
      guard let matrix else { continue }
      let repeats = RepeatedRows(matrix)
      guard repeats.different < repeats.rows else { continue }
      notice(
        "\(name) has equal rows: only \(repeats.different) of \(repeats.rows) are different. Each row has one partner "
          + "(`pairing` \"identity\"), and retrieval and losses count the partners of equal rows as wrong; "
          + advice(repeats))
    }
  }

  /// Of pairs that towers encoded.
  func noticeEncodedRepeats(in pairs: Embeddings) {
    noticeRepeats(in: pairs) { _ in
      "give each item once, with one caption per image; or write the embeddings to files, each item once, and read them "
        + "with `init` `embeddings`, whose `pairing` says which rows belong together"
    }
  }
}
