/// Where in a resized image the wanted pixels lie.
package struct ResizePlan: Equatable {
  let width: Int
  let height: Int
  /// The part that is wanted, in pixels of the resized image.
  let columns: Range<Int>
  let rows: Range<Int>

  package init(width: Int, height: Int, columns: Range<Int>, rows: Range<Int>) {
    (self.width, self.height, self.columns, self.rows) = (width, height, columns, rows)
  }
}

/// Resizes an image that comes row by row: each row is shrunk when it comes, the columns at the end.
///
/// Holds `rows needed × wanted width` pixels, never the image. The order of the passes and the rounding
/// to bytes between them are Pillow's. Rows have four bytes a pixel.
package struct Resampler {
  private let across: ResampleAxis
  private let down: ResampleAxis
  /// The weights of `across`, each four times, one for each channel.
  private let wide: [SIMD16<Int32>]
  private var shrunk: [UInt8]
  private let stride: Int

  /// Bytes behind a row that may be read; whoever passes a row provides them.
  package static let padding = 16

  package init(width: Int, height: Int, plan: ResizePlan, filter: ResizeFilter) {
    across = ResampleAxis(source: width, target: plan.width, window: plan.columns, filter: filter)
    down = ResampleAxis(source: height, target: plan.height, window: plan.rows, filter: filter)
    wide = Self.widen(across.weights)
    stride = (4 * plan.columns.count + 15) / 16 * 16
    shrunk = [UInt8](repeating: 0, count: down.sources.count * stride)
  }

  /// The rows that `push` wants; the others count for nothing.
  var neededRows: Range<Int> { down.sources }

  private static func widen(_ weights: [Int32]) -> [SIMD16<Int32>] {
    Swift.stride(from: 0, to: weights.count, by: 4).map { tap in
      var lanes = SIMD16<Int32>()
      for lane in 0..<16 { lanes[lane] = weights[tap + lane / 4] }
      return lanes
    }
  }

  /// Takes row `index` of the source; `padding` readable bytes must follow it.
  package mutating func push(_ row: UnsafePointer<UInt8>, index: Int) {
    guard down.sources.contains(index) else { return }
    let blocks = across.taps / 4
    let offset = (index - down.sources.lowerBound) * stride
    shrunk.withUnsafeMutableBufferPointer { target in
      wide.withUnsafeBufferPointer { weights in
        for (column, start) in across.starts.enumerated() {
          // At the right edge a filter has fewer taps than elsewhere, and a row ends with `padding`.
          let present = min(blocks, (across.sources.upperBound - start + 3) / 4)
          let pixel = Self.sum(row + 4 * start, weights, column * blocks, present)
          for channel in 0..<4 {
            target[offset + 4 * column + channel] = UInt8(truncatingIfNeeded: pixel[channel])
          }
        }
      }
    }
  }

  @inline(__always)
  private static func sum(
    _ source: UnsafePointer<UInt8>, _ weights: UnsafeBufferPointer<SIMD16<Int32>>, _ first: Int, _ blocks: Int
  ) -> SIMD4<Int32> {
    let bytes = UnsafeRawPointer(source)
    var total = SIMD16<Int32>(repeating: 0)
    for block in 0..<blocks {
      let four = bytes.loadUnaligned(fromByteOffset: 16 * block, as: SIMD16<UInt8>.self)
      total &+= SIMD16<Int32>(truncatingIfNeeded: four) &* weights[first + block]
    }
    let eight = total.lowHalf &+ total.highHalf
    return clip(eight.lowHalf &+ eight.highHalf &+ half)
  }

  private static var half: Int32 { 1 << (ResampleAxis.precision - 1) }

  @inline(__always)
  private static func clip<Lanes: SIMD>(_ sum: Lanes) -> Lanes where Lanes.Scalar == Int32 {
    let shifted = sum &>> ResampleAxis.precision
    let low = shifted.replacing(with: Lanes(repeating: 0), where: shifted .< 0)
    return low.replacing(with: Lanes(repeating: 255), where: low .> 255)
  }

  /// The wanted pixels, once all needed rows have come.
  func finish() -> PixelImage {
    let rowBytes = 4 * across.starts.count
    var image = PixelImage(width: across.starts.count, height: down.starts.count)
    for (row, start) in down.starts.enumerated() {
      let first = (start - down.sources.lowerBound) * stride
      for place in Swift.stride(from: 0, to: stride, by: 16) {
        let sixteen = column(first + place, row)
        for lane in 0..<min(16, rowBytes - place) {
          image.pixels[row * rowBytes + place + lane] = sixteen[lane]
        }
      }
    }
    return image
  }

  /// Sixteen bytes of a row of the result.
  @inline(__always)
  private func column(_ place: Int, _ row: Int) -> SIMD16<UInt8> {
    var total = SIMD16<Int32>(repeating: Self.half)
    let count = min(down.taps, down.sources.upperBound - down.starts[row])
    shrunk.withUnsafeBytes { bytes in
      for tap in 0..<count {
        let source = bytes.loadUnaligned(fromByteOffset: place + tap * stride, as: SIMD16<UInt8>.self)
        total &+= SIMD16<Int32>(truncatingIfNeeded: source) &* down.weights[row * down.taps + tap]
      }
    }
    return SIMD16<UInt8>(truncatingIfNeeded: Self.clip(total))
  }
}
