import Contracts
import Datasets
import Execution
import Figures

/// Numbers of images or clips as bytes again.
struct ShownPictures {
  private let source: any NumberSource
  private let frames: Int
  private let height: Int
  private let width: Int
  private let normalization: PixelNormalization

  /// Of a longer clip so many frames are shown, evenly spaced.
  private static let mostFrames = 8

  /// - Throws: `ShowFailure.onlyNumbers` where the shape is no image's.
  init(_ source: any NumberSource, _ description: DataDescription) throws {
    let shape = source.shape
    guard (3...4).contains(shape.count), shape[shape.count - 3] == 3 else {
      throw ShowFailure.onlyNumbers(kind: description.kind, count: shape.reduce(1, *))
    }
    self.source = source
    frames = shape.count == 4 ? shape[0] : 1
    height = shape[shape.count - 2]
    width = shape[shape.count - 1]
    normalization = description["normalize"]?.string.flatMap(PixelNormalization.init) ?? .none
  }

  /// The images of the first `count` items, and what is to be said of all. Each item is read by itself, so
  /// that their number costs no memory.
  func pictures(_ count: Int, _ budget: ThreadBudget) throws -> (found: [[SheetPicture]], remarks: [String]) {
    var remarks: [String] = []
    if chosen.count < frames {
      remarks.append("Each video is shown by \(chosen.count) of its \(frames) frames, evenly spaced.")
    }
    // Pixels of an image lie in [0, 1] once the normalisation is undone; other numbers are spread over it.
    let ranges = try budget.map(blocks: count) { range(of: try values($0)) }
    let low = ranges.map(\.low).min() ?? 0
    let high = ranges.map(\.high).max() ?? 1
    let isPixels = low > -0.01 && high < 1.01
    if !isPixels {
      remarks.append("The values are not pixels: black is \(short(low)), white is \(short(high)).")
    }
    let (from, width) = isPixels ? (Float(0), Float(1)) : (low, max(high - low, .leastNormalMagnitude))
    let found = try budget.map(blocks: count) { index in
      let values = try values(index)
      return chosen.map { frame in
        picture(values, frame) { ($0 - from) / width }.fitted(frames: frames)
      }
    }
    return (found, remarks)
  }

  private func values(_ index: Int) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: frames * 3 * height * width) { buffer, filled in
      if let base = buffer.baseAddress { try source.write(index, into: base) }
      filled = buffer.count
    }
  }

  private var chosen: [Int] {
    guard frames > Self.mostFrames else { return Array(0..<frames) }
    return (0..<Self.mostFrames).map { $0 * (frames - 1) / (Self.mostFrames - 1) }
  }

  private func pixel(_ value: Float, _ channel: Int) -> Float {
    value * normalization.deviation[channel] + normalization.mean[channel]
  }

  private func range(of values: [Float]) -> (low: Float, high: Float) {
    let area = width * height
    var (low, high) = (Float.infinity, -Float.infinity)
    for (place, value) in values.enumerated() where value.isFinite {
      let value = pixel(value, place / area % 3)
      low = min(low, value)
      high = max(high, value)
    }
    return (low, high)
  }

  private func picture(_ values: [Float], _ frame: Int, _ scaled: (Float) -> Float) -> SheetPicture {
    let area = width * height
    let start = frame * 3 * area
    var bytes = [UInt8](repeating: 0, count: 3 * area)
    for channel in 0..<3 {
      for place in 0..<area {
        let value = (scaled(pixel(values[start + channel * area + place], channel)) * 255).rounded()
        bytes[3 * place + channel] = value.isFinite ? UInt8(min(255, max(0, value))) : 0
      }
    }
    return SheetPicture(width: width, height: height, pixels: bytes)
  }

  private func short(_ value: Float) -> String { String((value * 1000).rounded() / 1000) }
}
