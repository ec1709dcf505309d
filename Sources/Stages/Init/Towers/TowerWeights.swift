import Contracts
import Datasets
import Declarations
import Encoders
import Execution
import Files
import Foundation
import Kernels

/// Where a network's weights come from: random streams, or a file.
struct TowerWeights: Sendable {
  /// `random`, or a path.
  let origin: String
  /// Of the random weights; the context's where absent.
  let seed: UInt64?
  /// What the names of the network's tensors begin with in the file, where that is said.
  let prefix: String?

  init(_ origin: String?, seed: UInt64?, prefix: String? = nil) {
    self.origin = origin ?? TowerParameters.random
    self.seed = seed
    self.prefix = prefix
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
      return try reading(parts, namings, context) { loader in
        try loader.load().enumerated().map { index, weights in
          try complete(weights, parts[index], loader.leftOut(of: index), context)
        }
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
    return try reading(parts, namings, context) { try $0.load(keeping: part) }
  }

  /// Reads the file, and says what of it was passed over or became another number.
  private func reading<Result>(
    _ parts: [WeightLoader.Part], _ namings: [WeightNaming], _ context: StageContext,
    _ body: (WeightLoader) throws -> Result
  ) throws -> Result {
    let faint = Mutex<[String]>([])
    let loader = WeightLoader(
      try open { remark in faint.withLock { $0.append(remark) } }, namings, for: parts, prefix: prefix)
    context.fact("names of the tensors in \((origin as NSString).lastPathComponent)", loader.namesAre)
    let result = try body(loader)
    context.notices(loader.passedOver + Self.summary(faint.withLock { $0 }))
    return result
  }

  private static func summary(_ remarks: [String]) -> [String] {
    guard remarks.count > 3 else { return remarks }
    return remarks.prefix(3) + ["… and \(counted(remarks.count - 3, "more tensor")) with such numbers"]
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

  /// - Parameter remark: is given what a reader should know of a tensor's numbers.
  /// - Throws: `WeightFailure.pickle` for what Python alone can read.
  private func open(remark: @escaping @Sendable (String) -> Void) throws -> WeightFile {
    if Self.isPickle(origin) { throw WeightFailure.pickle(path: origin) }
    guard TensorFile.Format(file: origin) == .safetensors else {
      throw WeightFailure.notSafetensors(path: origin)
    }
    let file = try SafetensorsFile(origin)
    let shapes = Dictionary(file.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    return WeightFile(path: origin, shapes: shapes) { [origin] name in
      let tensor = try file.load(name)
      guard let sentence = tensor.remark(on: "\(origin): the tensor `\(name)`") else { return tensor.values }
      guard tensor.faint < tensor.values.count else {
        throw WeightFailure.belowFloat32(path: origin, tensor: name, count: tensor.faint)
      }
      remark(sentence)
      return tensor.values
    }
  }

  /// By its name or by its first bytes: PyTorch's zip archives, and bare pickles. The length that a
  /// safetensors file begins with may look like either, but a brace follows it.
  private static func isPickle(_ path: String) -> Bool {
    let endings = ["pt", "pth", "bin", "ckpt", "pkl", "pickle"]
    if endings.contains((path as NSString).pathExtension.lowercased()) { return true }
    guard let start = RegularFile(path)?.bytes(at: 0, count: 9) else { return false }
    if start.count == 9, start[8] == UInt8(ascii: "{") { return false }
    return start.starts(with: [0x50, 0x4b, 3, 4]) || (start.first == 0x80 && start.count > 1 && start[1] < 6)
  }
}

/// Whether a stage with these parameters draws weights from the experiment's seed; of a dual encoder, either
/// of its towers. What an axis decides counts as drawn until it has a value.
func drawsWeights(_ parameters: JSONValue, _ catalog: TowerCatalog, towers: [String] = []) -> Bool {
  guard parameters["seed"] == nil else { return false }
  let places = towers.isEmpty ? [parameters] : towers.compactMap { parameters[$0] }
  return places.contains { tower in
    // A projection that a file need not have is drawn.
    let projects = !towers.isEmpty || tower["embedding"] != nil
    let architecture = tower["architecture"]?.string ?? ""
    let mayLack = catalog[architecture]?.optional.isEmpty == false || architecture.contains("${")
    let weights = tower["weights"]?.string ?? TowerParameters.random
    return weights == TowerParameters.random || weights.hasPrefix("${") || mayLack && projects
  }
}
