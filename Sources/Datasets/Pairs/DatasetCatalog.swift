import Declarations
import Kernels

/// One kind of the `data` section.
package struct DatasetKind: Sendable {
  package let name: String
  package let summary: String
  package let parameters: [Parameter]
  package let source: DataSource
  /// Reads files that no parameter names: those of a folder, or of a list.
  let listsFiles: Bool
  /// The command that gets the files, where one does.
  let obtain: String?
  /// Raised when the items of the same files come out otherwise.
  let version: Int
  /// Texts come from files that are not opened when a run is planned.
  let readsTexts: Bool
  /// Captions that are read can be made worse, as those of drawn data can.
  let worsensCaptions: Bool
  /// The names of the items' classes in several respects: what `PairedData.attribute` may be asked for.
  let attributes: [String]
  /// What its items may be called, by the keys `ids` and `labels`.
  let itemTexts: [ItemText]
  /// What the sides are, as far as the parameters tell without a file being read; nil where a file alone tells.
  let sides: @Sendable (DataParameters) throws -> DeclaredSides?
  let make: @Sendable (DataParameters) throws -> PairedData

  /// A kind whose items are drawn has the key `seed` besides its parameters, one whose captions can be made worse
  /// those that say how, and one whose items can be called something those that say what.
  package init(
    _ name: String, _ summary: String, _ parameters: [Parameter], source: DataSource,
    listsFiles: Bool = false, obtain: String? = nil, version: Int = 1, readsTexts: Bool = false,
    worsensCaptions: Bool = false, attributes: [String] = [],
    sides: @escaping @Sendable (DataParameters) throws -> DeclaredSides?,
    make: @escaping @Sendable (DataParameters) throws -> PairedData
  ) {
    self.name = name
    self.obtain = obtain
    self.summary = summary
    let named = Parameter.annotations(beside: parameters, source, attributes)
    itemTexts = ItemText.allCases.filter { text in named.contains { $0.name == text.key } }
    self.parameters =
      parameters + named + (worsensCaptions ? Parameter.worsening : []) + (source == .read ? [] : [.seed])
    self.source = source
    self.listsFiles = listsFiles
    self.version = version
    self.readsTexts = readsTexts
    self.worsensCaptions = worsensCaptions
    self.attributes = attributes
    self.sides = sides
    self.make = make
  }
}

extension DatasetKind {
  /// What the grammar knows of it.
  package var signature: DataSignature {
    DataSignature(
      kind: name, summary: summary, version: version, parameters: parameters, source: source,
      itemTexts: itemTexts, obtain: obtain, revision: revision, drawsMore: drawsMore
    ) { values in
      let given = DataParameters(kind: name, values: values, parameters: parameters, seed: 0)
      guard listsFiles else { return given.impliedFiles }
      // Nothing is tokenized or annotated, so these files need not be read.
      let unread = ["vocabulary", "merges"] + itemTexts.map(\.key)
      let bare = values.filter { !unread.contains($0.key) }
      return try open(bare, seed: 0).files + given.impliedFiles
    }
  }

  /// `cleaning`: 2 has HTML 5 and all of ftfy's repairs. `texts`: 2 refuses what is not UTF-8. `wording`: 2 draws
  /// as many numbers as a caption has words.
  private func revision(_ values: [String: JSONValue]) -> [String: Int] {
    let isRead = source.isRead(with: values)
    let given = DataParameters(kind: name, values: values, parameters: parameters, seed: 0)
    var parts: [String: Int] = [:]
    if values["vocabulary"] != nil { parts["cleaning"] = 2 }
    if readsTexts, isRead { parts["texts"] = 2 }
    if worsensCaptions, isRead, let kept = try? given.number("information"), kept < 1 {
      parts["wording"] = 2
    }
    return parts
  }

  /// Captions that are read lose words, or are swapped, at random.
  private func drawsMore(_ values: [String: JSONValue]) -> Bool {
    guard worsensCaptions, source.isRead(with: values) else { return false }
    let given = DataParameters(kind: name, values: values, parameters: parameters, seed: 0)
    let kept = try? given.number("information")
    let swapped = try? given.number("mismatch")
    return kept.map { $0 < 1 } == true || swapped.map { $0 > 0 } == true
  }

  /// - Parameter seed: for items that are drawn, where `values` have none.
  package func open(_ values: [String: JSONValue], seed: UInt64) throws -> PairedData {
    let given = DataParameters(kind: name, values: values, parameters: parameters, seed: seed)
    let isRead = source.isRead(with: values)
    let texts = itemTexts.filter { values[$0.key] != nil }
    let isChosen = isRead && (given.hasOwnSeed || !texts.isEmpty)
    let data = try isChosen ? chosen(values, given, texts, seed: seed) : make(given).annotated(texts, given)
    return (worsensCaptions && isRead ? try data.worsened(given) : data).remarkingOnTexts()
  }

  /// What the sides are, as far as these parameters tell without a file being read.
  ///
  /// - Returns: nil where a file alone tells, as with `tensors`, or where the description is not whole.
  package func declared(_ values: [String: JSONValue]) -> DeclaredSides? {
    try? sides(DataParameters(kind: name, values: values, parameters: parameters, seed: 0))
  }

  /// Some of the items: in random order where the data have a seed, else the first. Files of ids and labels have those of
  /// all items.
  private func chosen(
    _ values: [String: JSONValue], _ given: DataParameters, _ texts: [ItemText], seed: UInt64
  ) throws -> PairedData {
    let whole = try make(
      DataParameters(
        kind: name, values: values.filter { $0.key != "count" }, parameters: parameters, seed: seed))
    let count = try given.count(of: whole.count, in: whole.files.first ?? name)
    let annotated = try whole.annotated(texts, given)
    guard given.hasOwnSeed else { return annotated.subset(Array(0..<count)) }
    let order = RandomStream(seed: try given.seed(), stage: "data", name: "selection")
    return annotated.subset(Array(order.permutation(whole.count).prefix(count)))
  }
}

/// Every kind of data there is; a new one is one file and one line here.
package enum DatasetCatalog {
  package static let kinds: [DatasetKind] = [
    GaussianData.kind,
    NoiseImages.kind,
    RandomTokens.kind,
    Shapes.kind,
    MovingShapes.kind,
    Proteins.kind,
    OpenClipart.kind,
    CaptionedImages.kind,
    COCO.kind,
    ImageFolder.kind,
    CIFAR.kind,
    IDX.kind,
    FashionMNIST.kind,
    EuroSAT.kind,
    SVHN.kind,
    HatefulMemes.kind,
    FairFace.kind,
    TensorData.kind,
  ]

  /// The attributes that some kind of data has, in the order of the kinds.
  package static let attributes = kinds.flatMap(\.attributes)

  /// What the config's grammar checks, the schema prints and the planner digests.
  package static let signatures = kinds.map(\.signature)

  /// Opens a data set. `seed` is the experiment's; the data's own key `seed` wins over it.
  ///
  /// - Throws: a failure that names the file, or the key and what it must be.
  package static func make(_ kind: String, with values: [String: JSONValue] = [:], seed: UInt64) throws
    -> PairedData
  {
    guard let found = kinds.first(where: { $0.name == kind }) else {
      throw DatasetFailure.unknownKind(kind, known: kinds.map(\.name))
    }
    return try found.open(values, seed: seed)
  }
}
