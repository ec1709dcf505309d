import Contracts

/// One kind of the `data` section.
package struct DatasetKind: Sendable {
  package let name: String
  package let summary: String
  package let parameters: [Parameter]
  let make: @Sendable (DataParameters) throws -> PairedData

  init(
    _ name: String, _ summary: String, _ parameters: [Parameter],
    make: @escaping @Sendable (DataParameters) throws -> PairedData
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.make = make
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

  /// What the config's grammar checks and the schema prints: kind, and the keys it may have.
  package static let parameters: [String: [Parameter]] = Dictionary(
    kinds.map { ($0.name, $0.parameters) }, uniquingKeysWith: { first, _ in first })

  /// Opens a data set. `seed` is the experiment's; the data's own key `seed` wins over it.
  ///
  /// - Throws: a failure that names the file, or the key and what it must be.
  package static func make(_ kind: String, with values: [String: JSONValue] = [:], seed: UInt64) throws
    -> PairedData
  {
    guard let found = kinds.first(where: { $0.name == kind }) else {
      throw DatasetFailure.unknownKind(kind, known: kinds.map(\.name))
    }
    return try found.make(
      DataParameters(kind: kind, values: values, parameters: found.parameters, seed: seed))
  }
}
