import Contracts
import Declarations

/// All that the program knows of an architecture: a new one is a type that conforms to this, beside its tower and the
/// tower's trainer, and a line in `towerCatalog`.
///
/// Configs, their validation, the schema, the plan, weights in files, training and export ask it; none of them knows
/// an architecture by its name.
package protocol TowerArchitecture: Sendable {
  /// What configs call it.
  var name: String { get }
  /// Its sizes and variants. The default of each is declared here and nowhere else: it stands where neither the config
  /// nor a file beside the weights, a preset nor the data say otherwise, and is not filled into the plan. A key
  /// without a default may be left out.
  var parameters: [Parameter] { get }
  /// Items of the kind that it takes, in a usual size.
  var items: InputKind { get }
  /// The sizes that data give in the place of defaults: `image`, `context`.
  func sizes(of items: InputKind) -> [String: Int]
  /// The sizes that a value of the key `preset` stands for; nil where it has none.
  func sizes(ofPreset name: String) -> [String: Int]?
  /// The tower, whose trainer makes it trainable.
  ///
  /// - Throws: `SizeMisfit` where one size does not divide another; `TowerFailure`.
  func make(_ keys: TowerKeys) throws -> any TrainableTower
  /// The tensor that its embeddings come out of, `(features, embedding)`: h·P. An export multiplies the map of the
  /// Procrustes amendment into it.
  var projection: String { get }
  /// Tensors that a file of weights may leave out, to be drawn.
  var optional: Set<String> { get }
  /// How files of any origin name its tensors.
  var namings: [WeightNaming] { get }
  /// What its tensors' names begin with in a file of a whole network.
  var prefix: String { get }
  /// What of a description of weights is about such a tower.
  var described: ModelDescription.Part { get }
  /// About how many floating-point operations an item takes; nil where that is not known.
  func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double?
}

extension TowerArchitecture {
  package func sizes(of items: InputKind) -> [String: Int] { [:] }
  package func sizes(ofPreset name: String) -> [String: Int]? { nil }
  package var optional: Set<String> { [] }
  package var namings: [WeightNaming] { [.bare] }
  package var prefix: String { "" }
  package var described: ModelDescription.Part { .tower }
  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? { nil }
}

extension TowerArchitecture {
  /// Whether such a tower can take the items, as far as their kind tells.
  package func takes(_ other: InputKind) -> Bool {
    switch (items, other) {
    case (.tokens, .tokens): true
    case (.numbers(let own), .numbers(let shape)): own.count == shape.count
    default: false
    }
  }

  package var takesTokens: Bool {
    if case .tokens = items { return true }
    return false
  }

  package var takesPictures: Bool {
    if case .numbers(let shape) = items { return shape.count >= 3 }
    return false
  }

  /// The names of the keys that say what tower it is.
  package var keys: Set<String> { Set(parameters.map(\.name)).subtracting([TowerKeys.preset]) }
}

/// Whether two towers are those of a CLIP, which one file holds and one description is of.
package func areCLIP(_ x: any TowerArchitecture, _ y: any TowerArchitecture) -> Bool {
  x.described == .vision && y.described == .text
}
