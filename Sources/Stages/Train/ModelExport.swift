import Contracts
import Declarations
import Encoders
import Files
import Foundation

/// A trained model as `.safetensors`, which PyTorch reads, and `weights` of the `init` stages.
///
/// A CLIP, and a vit with a text tower, is one file in OpenAI's naming; any other pair is a file a tower, for
/// there is no naming of both. The map of the Procrustes amendment is multiplied into the projection of y,
/// so that the file is a plain network with the same embeddings. What tensors do not tell of a network is in the
/// file's metadata, and in a description beside it.
package enum ModelExport {
  package typealias File = ModelFiles.File

  /// What follows the name of each file that a model from this `init` stage gives; none where it makes no models.
  package static func suffixes(
    kind: String, parameters: JSONValue, in catalog: StageCatalog = stageCatalog
  ) -> [String] {
    catalog.variant(.`init`, kind)?.modelFiles?.suffixes(parameters) ?? []
  }

  /// In the order of `suffixes`.
  /// - Throws: `StageFailure.foreignModel` where the alignment does not fit the projection that takes it over;
  ///   `.foreignOrigin` where no `init` of this program makes such models; `.unknownArchitecture`.
  package static func files(of model: Model, in catalog: StageCatalog = stageCatalog) throws -> [File] {
    let kind = model.origin["kind"]?.string ?? ""
    guard let files = catalog.variant(.`init`, kind)?.modelFiles else {
      let known = catalog.variants.filter { $0.modelFiles != nil }.map(\.signature.kind)
      throw StageFailure.foreignOrigin(kind: kind, known: known)
    }
    return try files.files(model)
  }

  /// Those of one kind, by what it declares.
  static func modelFiles<Maker: ModelMaker>(_ maker: Maker.Type, _ towers: TowerCatalog) -> ModelFiles {
    ModelFiles { parameters in
      let sides = try? Sides(Maker.self, parameters, towers)
      return sides?.areCLIP == true ? [""] : [".x", ".y"]
    } files: { model in
      try Sides(Maker.self, model.origin["with"] ?? .null, towers).files(of: model)
    }
  }

  /// The towers of a model, and what their tensors' names begin with in it.
  private struct Sides {
    let x: (architecture: any TowerArchitecture, prefix: String)
    let y: (architecture: any TowerArchitecture, prefix: String)

    init<Maker: ModelMaker>(_ maker: Maker.Type, _ parameters: JSONValue, _ towers: TowerCatalog) throws {
      let (first, second) = try Maker.architectures(parameters, in: towers)
      (x, y) = ((first, Maker.prefixes.x), (second, Maker.prefixes.y))
    }

    /// Whether one file holds both, as CLIP's do.
    var areCLIP: Bool { Encoders.areCLIP(x.architecture, y.architecture) }

    func files(of model: Model) throws -> [File] {
      let tensors = try plain(model.tensors, projection: y.prefix + y.architecture.projection)
      let network = model.origin["network"] ?? .null
      let whole = ModelExport.description(network)
      guard areCLIP else {
        return [("x", x), ("y", y)].map { name, side in
          let own = whole.ofTower(network["towers"]?[name]?.object ?? [:], side.architecture)
          return file(tensors.compactMap { $0.moved(from: side.prefix, to: "") }, own)
        }
      }
      return [
        file(
          tensors.compactMap { tensor in
            tensor.name == TrainedNetwork.scaleName
              ? tensor
              : tensor.moved(from: x.prefix, to: x.architecture.prefix)
                ?? tensor.moved(from: y.prefix, to: y.architecture.prefix)
          }, whole)
      ]
    }
  }

  private static func description(_ network: JSONValue) -> ModelDescription {
    let metadata = (network["metadata"]?.object ?? [:]).compactMapValues(\.string)
    return ModelDescription(metadata: metadata) { text in
      try? JSONReader.value(Array(text.utf8))
    }
  }

  private static func file(_ tensors: [NamedTensor], _ description: ModelDescription) -> File {
    let metadata = description.metadata.merging(["format": "pt"]) { $1 }
    return File(
      weights: [UInt8](SafetensorsWriter.data(tensors, metadata: metadata)),
      description: Array(description.openCLIP.pretty.utf8))
  }

  /// Without the alignment, which y's projection takes over: (h·P)·Wᵀ = h·(P·Wᵀ).
  private static func plain(_ tensors: [Model.Tensor], projection: String) throws -> [NamedTensor] {
    let w = tensors.first { $0.name == TrainedNetwork.alignmentName }
    return try tensors.filter { $0.name != TrainedNetwork.alignmentName }.map { tensor in
      guard let w, tensor.name == projection else {
        return NamedTensor(tensor.name, tensor.shape, tensor.values)
      }
      return NamedTensor(tensor.name, tensor.shape, try rotated(tensor, by: w))
    }
  }

  private static func rotated(_ projection: Model.Tensor, by w: Model.Tensor) throws -> [Float] {
    let size = w.shape.last ?? 0
    guard size > 0, w.values.count == size * size, projection.values.count % size == 0 else {
      throw StageFailure.foreignModel(
        tensor: TrainedNetwork.alignmentName, found: w.values.count, expected: projection.shape.last ?? 0)
    }
    var result = projection.values
    for start in stride(from: 0, to: result.count, by: size) {
      for column in 0..<size {
        var sum = 0.0
        for k in 0..<size {
          sum += Double(projection.values[start + k]) * Double(w.values[column * size + k])
        }
        result[start + column] = Float(sum)
      }
    }
    return result
  }
}

extension NamedTensor {
  /// Nil where its name does not begin so.
  fileprivate func moved(from prefix: String, to other: String) -> NamedTensor? {
    guard name.hasPrefix(prefix) else { return nil }
    return NamedTensor(other + name.dropFirst(prefix.count), shape, values)
  }
}

extension ModelDescription {
  /// Of a file with one tower of a pair.
  fileprivate func ofTower(
    _ values: [String: JSONValue], _ architecture: any TowerArchitecture
  ) -> ModelDescription {
    var own = self
    own.tower = values
    if architecture.takesTokens { own.preprocessing = [:] } else { own.tokenizer = nil }
    // A CLIP's tower alone is described as one.
    if architecture.described != .tower {
      own[keyPath: architecture.described.values] = values.filter { $0.key != "architecture" }
    }
    return own
  }
}
