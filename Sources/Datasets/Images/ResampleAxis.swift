/// The kernels that images are resized with.
package enum ResizeFilter: String, Sendable, CaseIterable {
  /// Keys' cubic with a = −½.
  case bicubic
  case bilinear

  /// Half the kernel's width, in pixels of the smaller scale.
  var support: Double { self == .bicubic ? 2 : 1 }

  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// The weights of one direction of a resize, for a window of the target alone.
///
/// The kernel is stretched when shrinking, which is the antialiasing. Weights are integers of 22 binary
/// places, as in Pillow's `Resample.c`, so that results agree to the bit.
struct ResampleAxis {
  static let precision: Int32 = 22

  /// The first source position of each target position.
  let starts: [Int]
  /// Weights of one target position; a multiple of 4, the last ones zero.
  let taps: Int
  /// `starts.count × taps`.
  let weights: [Int32]
  /// Source positions with a weight anywhere.
  let sources: Range<Int>

  init(source: Int, target: Int, window: Range<Int>, filter: ResizeFilter) {
    let scale = Double(source) / Double(target)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    let taps = ((Int(support.rounded(.up)) * 2 + 1) + 3) / 4 * 4
    var starts: [Int] = []
    var weights = [Int32](repeating: 0, count: window.count * taps)
    var end = 0
    for (index, position) in window.enumerated() {
      let centre = (Double(position) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      let last = min(source, Int(centre + support + 0.5))
      let row = (first..<max(first, last)).map { filter.weight((Double($0) - centre + 0.5) / stretch) }
      let sum = row.reduce(0, +)
      for (tap, weight) in row.prefix(taps).enumerated() {
        weights[index * taps + tap] = Self.fixed(sum == 0 ? weight : weight / sum)
      }
      starts.append(first)
      end = max(end, last)
    }
    self.starts = starts
    self.taps = taps
    self.weights = weights
    let lowest = starts.min() ?? 0
    self.sources = lowest..<max(lowest, end)
  }

  /// Rounded half away from zero.
  private static func fixed(_ weight: Double) -> Int32 {
    Int32((weight * Double(1 << precision)).rounded(.toNearestOrAwayFromZero))
  }
}
