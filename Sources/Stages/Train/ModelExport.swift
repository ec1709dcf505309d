import Contracts
import Encoders
import Foundation

/// A trained model as `.safetensors`, which PyTorch reads, and `weights` of the `init` stages.
///
/// A CLIP, and a vit with a text tower, is one file in OpenAI's naming; any other pair is a file a tower, for
/// there is no naming of both. The map of the Procrustes amendment is multiplied into the projection of y,
/// so that the file is a plain network with the same embeddings. What tensors do not tell of a network is in the
/// file's metadata, and in a description beside it.
package enum ModelExport {
  /// What follows the name of each file that a model from this `init` stage gives: nothing, or `.x` and `.y`.
  package static func suffixes(kind: String, parameters: JSONValue) -> [String] {
    let isCLIP =
      kind == CLIPStage.signature.kind
      || parameters["x"]?["architecture"] == "vit" && parameters["y"]?["architecture"] == "text"
    return isCLIP ? [""] : [".x", ".y"]
  }

  /// A model as a file, and what describes it in open_clip's form.
  package struct File: Sendable, Equatable {
    package let weights: [UInt8]
    package let description: [UInt8]
  }

  /// In the order of `suffixes`.
  /// - Throws: `StageFailure.foreignModel` where the alignment does not fit the projection that takes it over.
  package static func files(of model: Model) throws -> [File] {
    let kind = model.origin["kind"]?.string ?? ""
    let suffixes = suffixes(kind: kind, parameters: model.origin["with"] ?? .null)
    let tensors = try plain(model.tensors)
    let network = model.origin["network"] ?? .null
    let whole = description(network)
    guard kind != CLIPStage.signature.kind else { return [file(tensors, whole)] }
    let scale = tensors.filter { $0.name == TrainedNetwork.scaleName }
    let (x, y) = (side("x.", tensors), side("y.", tensors))
    guard suffixes.count == 1 else {
      return [("x", x), ("y", y)].map { name, tensors in
        var own = whole
        own.tower = network["towers"]?[name]?.object ?? [:]
        let takesTexts = ["text", "sequence"].contains(own.tower["architecture"]?.string)
        if takesTexts { own.preprocessing = [:] } else { own.tokenizer = nil }
        // A CLIP's tower alone is described as one.
        if own.tower["architecture"] == "vit" { own.vision = own.tower.filter { $0.key != "architecture" } }
        if own.tower["architecture"] == "text" { own.text = own.tower.filter { $0.key != "architecture" } }
        return file(tensors, own)
      }
    }
    return [file(x.map { NamedTensor("visual." + $0.name, $0.shape, $0.values) } + y + scale, whole)]
  }

  private static func description(_ network: JSONValue) -> ModelDescription {
    let metadata = (network["metadata"]?.object ?? [:]).compactMapValues(\.string)
    return ModelDescription(metadata: metadata) { text in
      try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
  }

  private static func side(_ prefix: String, _ tensors: [NamedTensor]) -> [NamedTensor] {
    tensors.filter { $0.name.hasPrefix(prefix) }.map {
      NamedTensor(String($0.name.dropFirst(prefix.count)), $0.shape, $0.values)
    }
  }

  private static func file(_ tensors: [NamedTensor], _ description: ModelDescription) -> File {
    let metadata = description.metadata.merging(["format": "pt"]) { $1 }
    return File(
      weights: [UInt8](SafetensorsWriter.data(tensors, metadata: metadata)),
      description: Array(description.openCLIP.pretty.utf8))
  }

  /// Without the alignment, which y's projection takes over: (h·P)·Wᵀ = h·(P·Wᵀ).
  private static func plain(_ tensors: [Model.Tensor]) throws -> [NamedTensor] {
    let w = tensors.first { $0.name == TrainedNetwork.alignmentName }
    return try tensors.filter { $0.name != TrainedNetwork.alignmentName }.map { tensor in
      guard let w, isProjectionOfY(tensor.name) else {
        return NamedTensor(tensor.name, tensor.shape, tensor.values)
      }
      return NamedTensor(tensor.name, tensor.shape, try turned(tensor, by: w))
    }
  }

  private static func isProjectionOfY(_ name: String) -> Bool {
    ["text_projection", "y.text_projection", "y.proj", "y.projection"].contains(name)
  }

  private static func turned(_ projection: Model.Tensor, by w: Model.Tensor) throws -> [Float] {
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
