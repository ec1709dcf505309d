import Foundation
import Kernels

/// Log-sum-exps of the rows and columns of a strip, tile by tile, at one temperature.
///
/// Similarities are bounded by the norms, |s| ≤ bound, so around `bound` no exponential overflows, and
/// none vanishes while 2·bound/τ ≤ 600: then one exponential a pair serves rows and columns alike.
/// At lower temperatures each row and each column of a tile is taken around its own greatest value.
struct LossAccumulator {
  private let scale: Double
  private let bound: Double
  private var rowSums: [Double]
  /// Log-sum-exps so far, where rows have references of their own.
  private var rowLogs: [Double]
  private var isSafe: Bool { 2 * bound * scale <= 600 }

  init(_ scale: Double, _ bound: Double, _ rows: Int) {
    self.scale = scale
    self.bound = bound
    rowSums = [Double](repeating: 0, count: rows)
    rowLogs = [Double](repeating: -.infinity, count: rows)
  }

  /// Adds a tile to the rows, and writes the tile's column log-sum-exps to `columnLogs`.
  mutating func add(_ tile: LossTile, _ columns: Int, into columnLogs: UnsafeMutablePointer<Double>) {
    tile.similarities.withUnsafeBufferPointer { buffer in
      guard let values = buffer.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: tile.stride) { scratch in
        guard let sums = scratch.baseAddress else { return }
        if isSafe {
          addSafely(values, tile.stride, sums)
          for column in 0..<columns { columnLogs[column] = bound * scale + log(sums[column]) }
        } else {
          addRows(values, tile.stride)
          addColumns(values, tile.stride, sums)
          for column in 0..<columns { columnLogs[column] = sums[column] }
        }
      }
    }
  }

  private mutating func addSafely(
    _ values: UnsafePointer<Double>, _ stride: Int, _ sums: UnsafeMutablePointer<Double>
  ) {
    sums.update(repeating: 0, count: stride)
    for row in rowSums.indices {
      let line = values + row * stride
      var total = SIMD8<Double>(repeating: 0)
      for column in Swift.stride(from: 0, to: stride, by: 8) {
        let power = VectorMath.exp((load(line + column) - bound) * scale)
        total += power
        store(load(sums + column) + power, to: sums + column)
      }
      rowSums[row] += orderedSum(total)
    }
  }

  /// Joins each row's log-sum-exp with the tile's.
  private mutating func addRows(_ values: UnsafePointer<Double>, _ stride: Int) {
    for row in rowLogs.indices {
      let line = values + row * stride
      let greatest = Self.greatest(line, stride)
      var total = SIMD8<Double>(repeating: 0)
      for column in Swift.stride(from: 0, to: stride, by: 8) {
        total += VectorMath.exp((load(line + column) - greatest) * scale)
      }
      rowLogs[row] = Self.join(rowLogs[row], greatest * scale + log(orderedSum(total)))
    }
  }

  private static func greatest(_ line: UnsafePointer<Double>, _ stride: Int) -> Double {
    var greatest = load(line)
    for column in Swift.stride(from: 8, to: stride, by: 8) {
      let lanes = load(line + column)
      greatest.replace(with: lanes, where: lanes .> greatest)
    }
    return greatest.max()
  }

  /// ln(eᵃ + eᵇ).
  private static func join(_ a: Double, _ b: Double) -> Double {
    let high = max(a, b)
    return high == -.infinity ? high : high + log1p(exp(min(a, b) - high))
  }

  /// Leaves the columns' log-sum-exps in `sums`.
  private func addColumns(
    _ values: UnsafePointer<Double>, _ stride: Int, _ sums: UnsafeMutablePointer<Double>
  ) {
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      var greatest = load(values + column)
      for row in rowLogs.indices {
        let lanes = load(values + row * stride + column)
        greatest.replace(with: lanes, where: lanes .> greatest)
      }
      var total = SIMD8<Double>(repeating: 0)
      for row in rowLogs.indices {
        total += VectorMath.exp((load(values + row * stride + column) - greatest) * scale)
      }
      for lane in 0..<8 { sums[column + lane] = greatest[lane] * scale + log(total[lane]) }
    }
  }

  /// Σ over the rows of their log-sum-exps.
  func finish() -> Double {
    rowSums.indices.reduce(0) { sum, row in
      sum + (isSafe ? bound * scale + log(rowSums[row]) : rowLogs[row])
    }
  }
}
