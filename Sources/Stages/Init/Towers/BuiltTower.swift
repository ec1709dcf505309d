import Contracts
import Datasets
import Declarations
import Encoders

/// A tower that can be built.
struct BuiltTower: Sendable {
  let architecture: any TowerArchitecture
  let tower: any TrainableTower
  /// Every size and variant that it has, by the keys of a config.
  let values: [String: JSONValue]

  var name: String { architecture.name }

  func part(_ prefix: String) -> WeightLoader.Part {
    WeightLoader.Part(prefix, tower.layout, optional: architecture.optional)
  }
}

extension TowerParameters {
  /// - Parameters:
  ///   - items: of the data, whose sizes stand for those that the config leaves out.
  ///   - embedding: of the dual encoder it belongs to; nil for a tower alone.
  /// - Throws: `StageFailure.badTower` where sizes do not go together; `TowerFailure.wrongShape` where the
  ///   data are of another kind.
  func build(for items: InputKind, embedding shared: Int? = nil) throws -> BuiltTower {
    let built = try make(items, embedding: shared)
    if let failure = built.tower.input.misfit(items) { throw failure }
    return built
  }

  /// The tower, whether the data fit it or not.
  func make(_ items: InputKind, embedding shared: Int?) throws -> BuiltTower {
    let keys = keys(for: items, embedding: shared)
    do {
      return BuiltTower(
        architecture: architecture, tower: try architecture.make(keys), values: keys.values)
    } catch let misfit as SizeMisfit {
      throw StageFailure.badTower(architecture.name, misfit)
    }
  }

  private func keys(for items: InputKind?, embedding shared: Int? = nil) -> TowerKeys {
    var given = given
    if let shared { given["embedding"] = .number(Double(shared)) }
    return TowerKeys(architecture, given: given, items: items)
  }

  /// About how many floating-point operations an item takes; nil where its size is not known.
  func operations(on items: InputKind?) -> Double? {
    (try? architecture.operations(keys(for: items), on: items)) ?? nil
  }
}
