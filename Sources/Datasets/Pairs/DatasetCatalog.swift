import Contracts
import Kernels

/// One kind of the `data` section.
package struct DatasetKind: Sendable {
  package let name: String
  package let summary: String
  package let parameters: [Parameter]
  /// The items are read, not drawn, where this parameter is given.
  let drawsUnless: String?
  /// Reads files that no parameter names: those of a folder, or of a list.
  let listsFiles: Bool
  /// Raised when the items of the same files come out otherwise.
  let version: Int
  /// Texts come from files that are not opened when a run is planned.
  let readsTexts: Bool
  let make: @Sendable (DataParameters) throws -> PairedData

  init(
    _ name: String, _ summary: String, _ parameters: [Parameter], drawsUnless: String? = nil,
    listsFiles: Bool = false, version: Int = 1, readsTexts: Bool = false,
    make: @escaping @Sendable (DataParameters) throws -> PairedData
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.drawsUnless = drawsUnless
    self.listsFiles = listsFiles
    self.version = version
    self.readsTexts = readsTexts
    self.make = make
  }
}

extension DatasetKind {
  /// What the grammar knows of it.
  var signature: DataSignature {
    DataSignature(
      kind: name, summary: summary, version: version, parameters: parameters, draws: !isRead([:]),
      drawsUnless: drawsUnless, revision: revision
    ) { values in
      let given = DataParameters(kind: name, values: values, parameters: parameters, seed: 0)
      guard listsFiles else { return given.impliedFiles }
      // Nothing is tokenized, so the vocabulary need not be read.
      let bare = values.filter { $0.key != "vocabulary" && $0.key != "merges" }
      return try open(bare, seed: 0).files + given.impliedFiles
    }
  }

  /// `cleaning`: 2 has HTML 5 and all of ftfy's repairs. `texts`: 2 refuses what is not UTF-8. `wording`: 2 draws
  /// as many numbers as a caption has words.
  private func revision(_ values: [String: JSONValue]) -> [String: Int] {
    var parts: [String: Int] = [:]
    if values["vocabulary"] != nil { parts["cleaning"] = 2 }
    if readsTexts, isRead(values) { parts["texts"] = 2 }
    if worsens(values), values["information"]?.number ?? 1 < 1 { parts["wording"] = 2 }
    return parts
  }

  private func worsens(_ values: [String: JSONValue]) -> Bool {
    parameters.contains { $0.name == "mismatch" } && isRead(values)
  }

  /// Whether the items come from files, all of them where no `count` is given.
  private func isRead(_ values: [String: JSONValue]) -> Bool {
    if let drawsUnless { return values[drawsUnless] != nil }
    return parameters.contains { $0.name == "count" && $0.defaultValue == nil }
  }

  /// - Parameter seed: for items that are drawn, where `values` have none.
  func open(_ values: [String: JSONValue], seed: UInt64) throws -> PairedData {
    let given = DataParameters(kind: name, values: values, parameters: parameters, seed: seed)
    let data = try chosen(values, given, seed: seed)
    return (worsens(values) ? try data.worsened(given) : data).remarkingOnTexts()
  }

  private func chosen(
    _ values: [String: JSONValue], _ given: DataParameters, seed: UInt64
  ) throws -> PairedData {
    guard isRead(values), values["seed"] != nil else { return try make(given) }
    let whole = try make(
      DataParameters(
        kind: name, values: values.filter { $0.key != "count" }, parameters: parameters, seed: seed))
    let count = try given.count(of: whole.count, in: whole.files.first ?? name)
    let order = RandomStream(seed: try given.seed(), stage: "data", name: "selection")
    return whole.taking(Array(order.permutation(whole.count).prefix(count)))
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
    TensorData.kind,
  ]

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
