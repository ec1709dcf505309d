import Contracts
import Datasets
import Encoders
import Foundation
import Kernels

/// Where a network's weights come from: random streams, or a file.
struct TowerWeights: Sendable {
  /// `random`, or a path.
  let origin: String
  /// Of the random weights; the context's where absent.
  let seed: UInt64?

  init(_ origin: String?, seed: UInt64?) {
    self.origin = origin ?? TowerParameters.random
    self.seed = seed
  }

  var isRandom: Bool { origin == TowerParameters.random }

  /// The weights of the parts, in their order.
  ///
  /// A seed of the stage's own gives the same weights in every stage that names it, so that one network
  /// can look at several data sets; the experiment's gives each stage its own.
  func load(_ parts: [WeightLoader.Part], _ namings: [WeightNaming], _ context: StageContext) throws
    -> [NetworkWeights]
  {
    try limit(parts)
    guard isRandom else {
      let loader = try loader(parts, namings, context)
      return try loader.load().enumerated().map { index, weights in
        try complete(weights, parts[index], loader.leftOut(of: index), context)
      }
    }
    return try parts.map { part in
      try NetworkWeights(drawing: part.layout, budget: context.budget) { tensor in
        stream(part.prefix + tensor, context)
      }
    }
  }

  /// One of the parts, and no more than that is drawn or read; of a file, all must fit.
  func load(
    _ parts: [WeightLoader.Part], keeping part: Int, _ namings: [WeightNaming], _ context: StageContext
  ) throws -> NetworkWeights {
    if isRandom { return try load([parts[part]], namings, context)[0] }
    try limit(parts)
    return try loader(parts, namings, context).load(keeping: part)
  }

  private func loader(
    _ parts: [WeightLoader.Part], _ namings: [WeightNaming], _ context: StageContext
  ) throws -> WeightLoader {
    let loader = WeightLoader(try open(), namings, for: parts)
    context.fact("names of the tensors in \((origin as NSString).lastPathComponent)", loader.namesAre)
    return loader
  }

  /// The weights with those drawn that the file need not have.
  private func complete(
    _ weights: NetworkWeights, _ part: WeightLoader.Part, _ leftOut: [TensorSpec], _ context: StageContext
  ) throws -> NetworkWeights {
    var weights = weights
    for tensor in leftOut {
      let drawn = try NetworkWeights(drawing: ParameterLayout([tensor]), budget: context.budget) {
        stream(part.prefix + $0, context)
      }
      let offset = weights.layout.offset(of: tensor.name)
      weights.values.replaceSubrange(offset..<offset + tensor.count, with: drawn[tensor.name])
    }
    return weights
  }

  private func limit(_ parts: [WeightLoader.Part]) throws {
    try ProcessMemory.require(
      parts.reduce(0) { $0 + 4 * Double($1.layout.count) }, for: "the weights",
      advice: "lower `width`, `layers` or `vocabulary`")
  }

  private func stream(_ name: String, _ context: StageContext) -> RandomStream {
    guard let seed else { return context.random("weights/\(name)") }
    return RandomStream(seed: seed, stage: "encoder", name: "weights/\(name)")
  }

  /// - Throws: `WeightFailure.pickle` for what Python alone can read.
  private func open() throws -> WeightFile {
    if Self.isPickle(origin) { throw WeightFailure.pickle(path: origin) }
    guard TensorFile.Format(file: origin) == .safetensors else {
      throw WeightFailure.notSafetensors(path: origin)
    }
    let file = try SafetensorsFile(origin)
    let shapes = Dictionary(file.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    return WeightFile(path: origin, shapes: shapes) { try file.load($0).values }
  }

  /// By its name or by its first bytes: PyTorch's zip archives, and bare pickles. The length that a
  /// safetensors file begins with may look like either, but a brace follows it.
  private static func isPickle(_ path: String) -> Bool {
    let endings = ["pt", "pth", "bin", "ckpt", "pkl", "pickle"]
    if endings.contains((path as NSString).pathExtension.lowercased()) { return true }
    guard DataFilePath.isRegular(path), let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 9)) ?? Data()
    if start.count == 9, start[8] == UInt8(ascii: "{") { return false }
    return start.starts(with: [0x50, 0x4b, 3, 4]) || (start.first == 0x80 && start.count > 1 && start[1] < 6)
  }
}

/// Whether a stage with these parameters draws weights from the experiment's seed; of a dual encoder, either
/// of its towers. What an axis decides counts as drawn until it has a value.
func drawsWeights(_ parameters: JSONValue, towers: [String] = []) -> Bool {
  guard parameters["seed"] == nil else { return false }
  let places = towers.isEmpty ? [parameters] : towers.compactMap { parameters[$0] }
  return places.contains { tower in
    // A projection that a ResNet's file does not have is drawn.
    let projects = !towers.isEmpty || tower["embedding"] != nil
    let architecture = tower["architecture"]?.string ?? ""
    let mayBeResNet = architecture.hasPrefix("resnet") || architecture.contains("${")
    let weights = tower["weights"]?.string ?? TowerParameters.random
    return weights == TowerParameters.random || weights.hasPrefix("${") || mayBeResNet && projects
  }
}
