import Contracts
import Declarations
import Execution
import Kernels
import Metrics

/// The keys of `retrieval` beyond the nearest rows of the other modality: what is searched, of which size, with which
/// correction.
struct SearchKeys: Decodable, Sendable {
  enum Corpus: String, Decodable, Sendable, CaseIterable {
    case other, union
  }

  let corpus: Corpus?
  let galleries: [Int]?
  let correction: CorrectionParameter?
  let bank: String?

  static let queries = "queries"
  static let ranksTable = "ranks"
  static let gallery = TableColumn(
    "gallery", .key, .integer, "Size of the gallery", unit: "items", presence: .given("galleries"))

  /// All optional, so that the keys of what was computed before there were any are as they were.
  static let parameters: [Parameter] = [
    .optional(
      "corpus", .choice(Corpus.allCases.map(\.rawValue)),
      "What is searched, by default `other`: the rows of the other modality; `union`: those of both, without the query."
    ),
    .optional(
      "galleries", .list(.integer(2...1_000_000_000), most: 20),
      "Numbers of items: recall also in random disjoint galleries of so many, and `gallery` says in which."),
    CorrectionParameter.declaration,
    .optional(
      "bank", .stageReference(orWord: [queries]),
      "The stage whose pairs a correction takes for its banks; by default `queries`: those that are searched themselves.",
      beside: CorrectionParameter.key),
  ]

  static let presence = ParameterCondition(givenAny: ["corpus", "galleries", CorrectionParameter.key])

  static let columns: [TableColumn] = [
    .distance, gallery, TableColumn("direction", .label, .text, "Direction"),
    TableColumn("median_rank", .quantity, .real, "Median rank"),
    TableColumn("mrr", .quantity, .real, "Mean reciprocal rank"),
    TableColumn("ndcg@10", .quantity, .real, "NDCG@10"),
    TableColumn(
      "own_side_top1", .quantity, .real, "First candidate of the query's own modality",
      unit: "fraction of queries"),
    TableColumn("queries", .quantity, .integer, "Queries"),
  ]

  static func normalForm(_ with: JSONValue) -> JSONValue {
    guard case .object(var members) = with, let given = members[CorrectionParameter.key] else { return with }
    members[CorrectionParameter.key] = CorrectionParameter.normalForm(given)
    return .object(members)
  }

  /// No correction of the literature is defined where a query's own modality is searched.
  static func misfits(_ with: JSONValue) -> [ParameterMisfit] {
    guard with["corpus"]?.string == Corpus.union.rawValue,
      !CorrectionParameter.isNone(with[CorrectionParameter.key])
    else { return [] }
    return [
      ParameterMisfit(
        path: [CorrectionParameter.key], found: "a correction of the corpus `union`",
        expected: "none: corrections are of candidates of the other modality")
    ]
  }

  /// Whether the stage searches in another way than without these keys.
  var isGiven: Bool { corpus != nil || galleries != nil || correction != nil }
}

/// Why a collection cannot be searched as asked.
package enum SearchFailure: Failure, Equatable {
  case galleryTooLarge(size: Int, items: Int)
  case bankDimensions(found: Int, expected: Int)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .galleryTooLarge(let size, let items):
      "`galleries` has \(size), but there are \(counted(items, "item")) with rows in both modalities; remove it, or give more"
    case .bankDimensions(let found, let expected):
      "the rows of `bank` have \(counted(found, "dimension")), but those that are searched have \(expected); name a stage of "
        + "the same embedding size"
    }
  }
}

/// Searches one member of a family.
struct RetrievalSearch {
  let keys: SearchKeys
  let bank: EmbeddingFamily?
  let budget: ThreadBudget

  init(_ keys: SearchKeys, _ inputs: StageInputs, _ budget: ThreadBudget) throws {
    (self.keys, self.budget) = (keys, budget)
    guard keys.correction?.value != nil, let id = keys.bank, id != SearchKeys.queries else {
      bank = nil
      return
    }
    guard let family = inputs.references["bank"]?.embeddings, !family.members.isEmpty else {
      throw StageFailure.wrongInput(stage: "evaluate/retrieval", id: id, wanted: "pairs of embeddings")
    }
    bank = family
  }

  var notices: [String] {
    guard keys.correction?.value != nil, bank == nil else { return [] }
    return [
      "the correction takes the queries and candidates that it is measured on for its banks, so they help themselves; "
        + "name other pairs in `bank` to see what it does for new queries"
    ]
  }

  /// The result in all items, then in galleries of each size. Each has its size where `galleries` is given.
  func results(of family: EmbeddingFamily, _ index: Int) throws -> [(gallery: Int?, result: SearchResult)] {
    let member = family.members[index]
    let corpus = try SearchCorpus(
      x: family.rows(.x, of: member).real(budget), y: family.rows(.y, of: member).real(budget),
      partners: family.bases[member.base].partners(), isUnion: keys.corpus == .union)
    let banks = try banks(for: index, of: family.members.count, corpus)
    let whole = try search(corpus, banks)
    guard let sizes = keys.galleries else { return [(nil, whole)] }
    let items = corpus.items.count
    let parts = try sizes.map { size in
      guard size <= items else { throw SearchFailure.galleryTooLarge(size: size, items: items) }
      var result = SearchResult(x: [], y: [])
      for gallery in corpus.galleries(of: size) { result.append(try search(gallery, banks)) }
      return (gallery: Int?.some(size), result: result)
    }
    return [(items, whole)] + parts
  }

  /// The rows of the banks, x and y; nil where they are those that are searched. Of a sweep, the bank's own member where
  /// it has as many.
  private func banks(
    for index: Int, of count: Int, _ corpus: SearchCorpus
  ) throws -> (x: RealMatrix, y: RealMatrix)? {
    guard let bank else { return nil }
    let member = bank.members[bank.members.count == count ? index : 0]
    let rows = try (x: bank.rows(.x, of: member).real(budget), y: bank.rows(.y, of: member).real(budget))
    guard rows.x.columns == corpus.columns else {
      throw SearchFailure.bankDimensions(found: rows.x.columns, expected: corpus.columns)
    }
    return rows
  }

  private func search(
    _ corpus: SearchCorpus, _ banks: (x: RealMatrix, y: RealMatrix)?
  ) throws -> SearchResult {
    func standings(_ side: Side) throws -> [Standing] {
      let bias = try keys.correction?.value.map { correction in
        let rows = banks ?? (x: corpus.rows(.x), y: corpus.rows(.y))
        let (queries, gallery) = side == .x ? (rows.x, rows.y) : (rows.y, rows.x)
        return try correction.bias(
          of: corpus.rows(side.other), queries: queries, gallery: gallery, budget)
      }
      return try corpus.standings(of: side, bias: bias, budget)
    }
    return SearchResult(x: try standings(.x), y: try standings(.y))
  }
}
