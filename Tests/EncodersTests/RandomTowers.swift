import Encoders
import Kernels
import Testing

/// Choices that a seed makes.
struct Draws {
  private let values: [Int]
  private var next = 0

  init(_ seed: Int, _ name: String) {
    values = RandomStream(seed: UInt64(seed), stage: "test", name: name).integers(
      below: 1 << 20, count: 8192
    ).map { Int($0) }
  }

  mutating func callAsFunction(_ range: ClosedRange<Int>) -> Int {
    defer { next += 1 }
    return range.lowerBound + values[next % values.count] % range.count
  }

  /// A number of heads that `width` can be shared out among.
  mutating func heads(_ width: Int) -> Int {
    let legal = (1...16).filter { width % $0 == 0 }
    return legal[self(0...legal.count - 1)]
  }
}

/// A transformer tower of drawn sizes with a batch of drawn items, and what its twin makes of one of them.
struct RandomTower: Sendable, CustomTestStringConvertible {
  enum Kind: String, CaseIterable, Sendable { case vision, text, classToken, mean, video }

  let kind: Kind
  let seed: Int
  let width: Int
  let heads: Int
  let layers: Int
  let tower: any TrainableTower
  let batch: TowerBatch
  /// Items that are compared with the twin, which takes its time.
  let watched: [Int]

  /// Widths up to 40 in seeds 0 to 4, up to 200 in 5 and 6, and up to 768 in 7 to 9.
  static let seeds = Array(0...9)
  static let all = Kind.allCases.flatMap { kind in seeds.map { RandomTower(kind, $0) } }

  init(_ kind: Kind, _ seed: Int) {
    var draw = Draws(seed, "tower of kind \(kind.rawValue)")
    let isLarge = seed > 6
    (self.kind, self.seed) = (kind, seed)
    width = isLarge ? draw(201...768) : seed > 4 ? draw(41...200) : draw(1...40)
    heads = draw.heads(width)
    layers = isLarge ? 1 : draw(1...2)
    // Of small ones, more rows than one block has.
    let count = isLarge ? draw(2...24) : draw(2...90)
    let embedding = draw(1...20)
    let context = isLarge ? draw(1...7) : draw(1...24)
    switch kind {
    case .text:
      tower = TextTransformer(
        vocabulary: 23, context: context, width: width, layers: layers, heads: heads, embedding: embedding)
      batch = TowerBatch(tokens: Self.tokens(count, context, &draw), context: context)
    case .classToken, .mean:
      tower = SequenceTransformer(
        vocabulary: 23, context: context, width: width, layers: layers, heads: heads, embedding: embedding,
        pooling: kind == .mean ? .mean : .classToken)
      batch = TowerBatch(tokens: Self.tokens(count, context, &draw), context: context)
    case .vision:
      let (patch, side) = (draw(1...5), draw(1...3))
      let image = patch * side + draw(0...patch - 1)
      tower = VisionTransformer(
        image: image, patch: patch, width: width, layers: layers, heads: heads, embedding: embedding)
      batch = pictures(count, [3, image, image])
    case .video:
      let (frames, patch) = (draw(1...3), draw(1...4))
      tower = VideoTransformer(
        frames: frames, image: 2 * patch, patch: patch, width: width, layers: layers, heads: heads,
        temporalLayers: draw(0...1), embedding: embedding)
      batch = pictures(min(count, 20), [frames, 3, 2 * patch, 2 * patch])
    }
    let most = isLarge ? 2 : 5
    let last = batch.count - 1
    watched = (0..<most).map { _ in draw(0...last) }
  }

  var testDescription: String { "\(kind.rawValue) \(seed): \(batch.count) of width \(width), \(heads) heads" }

  /// Items that repeat, that begin alike, of one token, of nothing but padding, of any length.
  private static func tokens(_ count: Int, _ context: Int, _ draw: inout Draws) -> [Int32] {
    var items: [[Int32]] = []
    for index in 0..<count {
      let other = index > 0 ? items[draw(0...index - 1)] : [Int32](repeating: 0, count: context)
      var item = (0..<context).map { _ in Int32(draw(1...21)) }
      switch draw(0...5) {
      case 0: item = other
      case 1: item.replaceSubrange(0..<context / 2, with: other[..<(context / 2)])
      case 2: item = [22] + [Int32](repeating: 0, count: context - 1)
      case 3: item = [Int32](repeating: 0, count: context)
      default:
        let end = draw(0...context - 1)
        item.replaceSubrange(end..<context, with: [22] + [Int32](repeating: 0, count: context - 1 - end))
      }
      items.append(item)
    }
    return items.flatMap { $0 }
  }

  /// Some of the items, as a batch.
  func pick(_ items: [Int]) -> TowerBatch {
    guard batch.numbers.columns == 0 else {
      let values = items.flatMap { Array(batch.numbers.row($0)) }
      return TowerBatch(
        numbers: Matrix(rows: items.count, columns: batch.numbers.columns, values: values), shape: batch.shape
      )
    }
    return TowerBatch(tokens: items.flatMap(tokens), context: batch.shape[0])
  }

  private func tokens(_ item: Int) -> [Int32] {
    Array(batch.tokens[item * batch.shape[0]..<(item + 1) * batch.shape[0]])
  }

  /// An item's embedding by the formulas.
  func twin(_ weights: NetworkWeights, _ item: Int) -> [Double] {
    let twin = TransformerTwin(weights: weights, heads: heads)
    let numbers = batch.numbers.columns > 0 ? Array(batch.numbers.row(item)) : []
    let feature =
      switch kind {
      case .text: twin.text(tokens(item), width: width, layers: layers)
      case .classToken, .mean:
        twin.sequence(tokens(item), width: width, layers: layers, hasClass: kind == .classToken)
      case .vision: twin.vision(numbers, image: batch.shape[1], patch: patch, layers: layers)
      case .video:
        twin.video(
          numbers, frames: batch.shape[0], image: batch.shape[2], patch: patch, layers: layers,
          temporal: temporalLayers)
      }
    return twin.project(feature, kind == .text ? "text_projection" : "proj", tower.embedding)
  }

  private var patch: Int { tower.layout.tensors.first { $0.name == "conv1.weight" }?.shape[2] ?? 1 }
  private var temporalLayers: Int {
    tower.layout.tensors.filter { $0.name.hasPrefix("temporal.") && $0.name.hasSuffix("in_proj_bias") }.count
  }
}
