/// What is subtracted from and divided into pixels of [0, 1].
package enum PixelNormalization: String, Sendable, CaseIterable {
  case clip, imagenet, none

  package var mean: [Float] { published.mean.map { Float($0) } }
  package var deviation: [Float] { published.deviation.map { Float($0) } }

  /// As they are published, which float32 rounds.
  package var published: (mean: [Double], deviation: [Double]) {
    switch self {
    case .clip:
      ([0.481_454_66, 0.457_827_5, 0.408_210_73], [0.268_629_54, 0.261_302_58, 0.275_777_11])
    case .imagenet: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    case .none: ([0, 0, 0], [1, 1, 1])
    }
  }
}

/// The order of an image's numbers.
package enum ImageLayout: Sendable {
  /// `(3, height, width)`.
  case channelsFirst
  /// `(height, width, 3)`.
  case channelsLast
}

/// From an image of any size to the numbers an encoder takes: the shorter side is resized to `size`, the
/// centre cut out, bytes become `(value/255 − mean)/deviation`.
///
/// Sizes and the place of the cut are those of torchvision's `Resize` and `CenterCrop`.
package struct ImageTransform: Sendable {
  package let size: Int
  package let filter: ResizeFilter
  package let normalization: PixelNormalization
  package let layout: ImageLayout
  /// The number of each byte, by channel.
  private let table: [Float]

  package init(
    size: Int = 224, filter: ResizeFilter = .bicubic, normalization: PixelNormalization = .clip,
    layout: ImageLayout = .channelsFirst
  ) {
    self.size = max(1, size)
    self.filter = filter
    self.normalization = normalization
    self.layout = layout
    table = zip(normalization.mean, normalization.deviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
  }

  /// Numbers of one image.
  package var count: Int { 3 * size * size }

  func plan(width: Int, height: Int) -> ResizePlan {
    let shorter = min(width, height)
    func resized(_ side: Int) -> Int { side == shorter ? size : size * side / shorter }
    func window(_ side: Int) -> Range<Int> {
      let start = Int((Double(side - size) / 2).rounded(.toNearestOrEven))
      return start..<start + size
    }
    let sides = (resized(width), resized(height))
    return ResizePlan(width: sides.0, height: sides.1, columns: window(sides.0), rows: window(sides.1))
  }

  /// Resizes and cuts an image in memory.
  package func resize(_ image: PixelImage) -> PixelImage {
    let plan = plan(width: image.width, height: image.height)
    var resampler = Resampler(width: image.width, height: image.height, plan: plan, filter: filter)
    var row = [UInt8](repeating: 0, count: 4 * image.width + Resampler.padding)
    for y in resampler.neededRows {
      row.replaceSubrange(
        0..<4 * image.width, with: image.pixels[4 * y * image.width..<4 * (y + 1) * image.width])
      row.withUnsafeBufferPointer { if let base = $0.baseAddress { resampler.push(base, index: y) } }
    }
    return resampler.finish()
  }

  /// Writes the numbers of an image that has the right size already; `count` of them.
  package func normalize(_ image: PixelImage, into out: UnsafeMutablePointer<Float>) {
    let area = image.width * image.height
    let (pixelStep, channelStep) = layout == .channelsFirst ? (1, area) : (3, 1)
    table.withUnsafeBufferPointer { table in
      image.pixels.withUnsafeBufferPointer { pixels in
        for channel in 0..<3 {
          let target = out + channel * channelStep
          for place in 0..<area {
            target[place * pixelStep] = table[256 * channel + Int(pixels[4 * place + channel])]
          }
        }
      }
    }
  }
}
