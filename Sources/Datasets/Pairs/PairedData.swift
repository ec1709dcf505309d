import Contracts
import Execution
import Kernels

/// A data set of pairs, or of single items, read batch by batch in any order.
///
/// Nothing is kept between batches: memory is bounded by the batch that is asked for.
package struct PairedData: Sendable {
  package enum Side: Sendable {
    case numbers(any NumberSource)
    case texts(any TextSource, any TextTokenizer, context: Int)
    case tokens(any TokenSource)
  }

  package let count: Int
  package let x: Side
  /// Absent where the items are not pairs.
  package let y: Side?
  /// The class of each item; empty where there are none.
  package let labels: [Int32]
  /// What the classes are called; may be empty.
  package let classes: [String]
  /// The caption of a class, with `{}` for its name; nil where captions are no such texts.
  package let prompt: String?
  /// Other classes of the items, by name: what `attribute` gives.
  private let attributes: Attributes
  /// What the items are called, where the config says so; stages carry it with the embeddings.
  package let annotations: ItemAnnotations
  /// Every file whose content the items depend on, for the cache key.
  package let files: [String]
  /// Sentences that the user should read: what was passed over, cut or assumed. Looked for when called; a
  /// stage that opens the data set gives each to its `context.notice`.
  package let remarks: Remarks

  package typealias Remarks = @Sendable () throws -> [String]

  /// A division of the items into classes.
  package struct Attribute: Sendable, Equatable {
    package let classes: [String]
    /// The class of each item.
    package let labels: [Int32]

    package init(classes: [String], labels: [Int32]) {
      self.classes = classes
      self.labels = labels
    }
  }

  /// The attribute of a name; nil where there is none. Found when called.
  package typealias Attributes = @Sendable (_ name: String) throws -> Attribute?

  package init(
    count: Int, x: Side, y: Side? = nil, labels: [Int32] = [], classes: [String] = [], prompt: String? = nil,
    attributes: @escaping Attributes = { _ in nil }, annotations: ItemAnnotations = ItemAnnotations(),
    files: [String] = [], remarks: @escaping Remarks = { [] }
  ) {
    self.count = count
    self.x = x
    self.y = y
    self.labels = labels
    self.classes = classes
    self.prompt = prompt
    self.attributes = attributes
    self.annotations = annotations
    self.files = files
    self.remarks = remarks
  }
}

extension PairedData {
  /// The classes of the items in one respect, such as their colour; nil where these data have no such attribute.
  ///
  /// - Throws: the data's failures.
  package func attribute(_ name: String) throws -> Attribute? { try attributes(name) }

  /// The same data with other sides, items or remarks.
  func replacing(
    count: Int? = nil, x: Side? = nil, y: Side?, labels: [Int32]? = nil, classes: [String]? = nil,
    attributes: Attributes? = nil, annotations: ItemAnnotations? = nil, remarks: Remarks? = nil
  ) -> PairedData {
    PairedData(
      count: count ?? self.count, x: x ?? self.x, y: y, labels: labels ?? self.labels,
      classes: classes ?? self.classes, prompt: prompt, attributes: attributes ?? self.attributes,
      annotations: annotations ?? self.annotations, files: files, remarks: remarks ?? self.remarks)
  }
}

extension PairedData.Side {
  package var inputKind: InputKind {
    switch self {
    case .numbers(let source): .numbers(shape: source.shape)
    case .texts(_, let tokenizer, let context):
      .tokens(context: context, vocabulary: tokenizer.vocabularySize)
    case .tokens(let source): .tokens(context: source.context, vocabulary: source.vocabularySize)
    }
  }

  /// Numbers of one item; 0 for texts.
  package var itemSize: Int {
    if case .numbers(let source) = self { return source.shape.reduce(1, *) }
    return 0
  }

  /// Writes `range.count × itemSize` numbers, one block of the budget an item; nothing for texts.
  package func write(_ range: Range<Int>, into out: FloatSlice, budget: ThreadBudget) throws {
    guard case .numbers(let source) = self else { return }
    let size = itemSize
    try budget.forEachBlock(range.count) { block in
      let item = out[block * size..<(block + 1) * size]
      try source.write(range.lowerBound + block, into: item.pointer(count: size))
    }
  }

  /// A batch as a matrix, one item a row.
  package func matrix(_ range: Range<Int>, budget: ThreadBudget) throws -> Matrix {
    try Matrix(rows: range.count, columns: itemSize) { out in
      if itemSize > 0 { try write(range, into: out, budget: budget) }
    }
  }

  /// The texts of a batch; empty where there are none.
  package func texts(_ range: Range<Int>) throws -> [String] {
    guard case .texts(let source, _, _) = self else { return [] }
    return try range.map(source.text)
  }

  /// `range.count × context` ids; empty for numbers.
  package func tokens(_ range: Range<Int>, budget: ThreadBudget) throws -> [Int32] {
    switch self {
    case .numbers: []
    case .texts(let source, let tokenizer, let context):
      try budget.map(blocks: blockCount(range.count, size: 64)) { block in
        try blockRange(block, size: 64, count: range.count).flatMap {
          tokenizer.encode(try source.text(range.lowerBound + $0), context: context)
        }
      }.flatMap { $0 }
    case .tokens(let source): try range.flatMap(source.tokens)
    }
  }
}
