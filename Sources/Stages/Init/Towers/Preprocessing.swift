import Datasets
import Declarations
import Execution

/// How the images were prepared that a network was trained on.
struct Preprocessing: Codable, Sendable, Equatable {
  /// Of pixels of [0, 1], one number a channel.
  var mean: [Double]?
  var std: [Double]?
  /// `bicubic`, `bilinear`.
  var interpolation: String?
  /// Pixels a side.
  var size: Int?

  static let parameter = Parameter.optional(
    "preprocessing",
    .object([
      .optional("mean", .list(.number(-10...10), least: 3, most: 3), "Is subtracted from pixels in [0, 1]."),
      .optional("std", .list(.number(1e-6...10), least: 3, most: 3), "Divides the pixels after that."),
      .optional("interpolation", .string, "How the images were resized: `bicubic` or `bilinear`."),
      .optional("size", .integer(1...4096), "Width and height in pixels."),
    ]),
    "How images were prepared when the weights were trained; pixels with another normalisation are converted to this "
      + "one, with random weights, too.")

  init(mean: [Double]? = nil, std: [Double]? = nil, interpolation: String? = nil, size: Int? = nil) {
    (self.mean, self.std, self.interpolation, self.size) = (mean, std, interpolation, size)
  }

  /// What data prepare; nil where they do not say, as arrays, which are used as they are.
  init?(of data: DataDescription) {
    guard data.kind != "noise-images",
      let normalization = data["normalize"]?.string.flatMap(PixelNormalization.init)
    else { return nil }
    (mean, std) = normalization.published
    interpolation = data["resize"]?.string
    size = data["size"]?.integer
  }

  var json: [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    values["mean"] = mean.map { .array($0.map { .number($0) }) }
    values["std"] = std.map { .array($0.map { .number($0) }) }
    values["interpolation"] = interpolation.map { .string($0) }
    values["size"] = size.map { .number(Double($0)) }
    return values
  }

  /// What a tower is given in the end: its own numbers where it has them, else the data's.
  func over(_ data: Preprocessing?) -> Preprocessing {
    Preprocessing(
      mean: mean ?? data?.mean, std: std ?? data?.std, interpolation: data?.interpolation ?? interpolation,
      size: data?.size ?? size)
  }
}

extension PairedData.Side {
  /// `bytes`, `byte pairs`, `residues`; nil where the side has no texts.
  var tokenizerName: String? {
    guard case .texts(_, let tokenizer, _) = self else { return nil }
    return switch tokenizer {
    case is ByteTokenizer: "bytes"
    case is BytePairTokenizer: "byte pairs"
    default: "residues"
    }
  }

  /// How many of the first `count` texts have more tokens than their context takes.
  func cutTexts(count: Int, _ budget: ThreadBudget) throws -> Int {
    guard case .texts(let source, let tokenizer, let context) = self else { return 0 }
    let room = max(0, context - 2)
    return try budget.map(blocks: blockCount(count, size: 256)) { block in
      try blockRange(block, size: 256, count: count).count {
        tokenizer.ids(try source.text($0), most: room + 1).count > room
      }
    }.reduce(0, +)
  }

  /// Whether `prepared` changes the images.
  func isRenormalised(for tower: Preprocessing, from data: DataDescription) -> Bool {
    Preprocessing(of: data).map { ChannelMap(from: $0, to: tower) != nil } ?? false
  }

  /// The images as a tower wants them whose weights were trained on such: where data say how they normalise
  /// pixels, and it is another way, each channel is brought from theirs to the tower's.
  func prepared(for tower: Preprocessing?, from data: DataDescription) -> PairedData.Side {
    guard let tower, case .numbers(let source) = self, source.shape.count >= 3,
      let given = Preprocessing(of: data), let map = ChannelMap(from: given, to: tower)
    else { return self }
    return .numbers(RenormalisedPictures(source: source, map: map))
  }
}

/// x·scale + shift for each channel: ((x·σ + μ) − μ′)/σ′.
private struct ChannelMap {
  let scale: [Float]
  let shift: [Float]

  /// Nil where nothing changes.
  init?(from data: Preprocessing, to tower: Preprocessing) {
    guard let mean = data.mean, let std = data.std else { return nil }
    let (newMean, newStd) = (tower.mean ?? mean, tower.std ?? std)
    let isEqual = zip(mean + std, newMean + newStd).allSatisfy { abs($0 - $1) <= 1e-6 }
    guard !isEqual, newMean.count == 3, newStd.count == 3 else { return nil }
    scale = zip(std, newStd).map { Float($0 / $1) }
    shift = (0..<3).map { Float((mean[$0] - newMean[$0]) / newStd[$0]) }
  }
}

private struct RenormalisedPictures: NumberSource {
  let source: any NumberSource
  let map: ChannelMap
  var shape: [Int] { source.shape }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    try source.write(index, into: out)
    let size = shape.suffix(2).reduce(1, *)
    for plane in 0..<shape.dropLast(2).reduce(1, *) {
      let (scale, shift) = (map.scale[plane % 3], map.shift[plane % 3])
      for place in plane * size..<(plane + 1) * size { out[place] = out[place] * scale + shift }
    }
  }
}
