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
    withUnsafeTemporaryAllocation(of: Double.self, capacity: stride) { scratch in
      guard let powers = scratch.baseAddress else { return }
      for row in rowSums.indices {
        rowSums[row] += exponentials(values + row * stride, around: bound, scale, stride, into: powers)
        Kernels.add(1, times: powers, to: sums, stride)
      }
    }
  }

  /// Joins each row's log-sum-exp with the tile's.
  private mutating func addRows(_ values: UnsafePointer<Double>, _ stride: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: stride) { scratch in
      guard let powers = scratch.baseAddress else { return }
      for row in rowLogs.indices {
        let line = values + row * stride
        let greatest = Self.greatest(line, stride)
        let sum = exponentials(line, around: greatest, scale, stride, into: powers)
        rowLogs[row] = Self.join(rowLogs[row], greatest * scale + log(sum))
      }
    }
  }

  private static func greatest(_ line: UnsafePointer<Double>, _ stride: Int) -> Double {
    var greatest = -Double.infinity
    for column in 0..<stride { greatest = max(greatest, line[column]) }
    return greatest
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
    withUnsafeTemporaryAllocation(of: Double.self, capacity: stride) { scratch in
      guard let greatest = scratch.baseAddress else { return }
      greatest.update(from: values, count: stride)
      for row in rowLogs.indices {
        let line = values + row * stride
        for column in 0..<stride { greatest[column] = max(greatest[column], line[column]) }
      }
      sums.update(repeating: 0, count: stride)
      for row in rowLogs.indices {
        addExponentials(values + row * stride, around: greatest, scale, stride, to: sums)
      }
      for column in 0..<stride { sums[column] = greatest[column] * scale + log(sums[column]) }
    }
  }

  /// Σ over the rows of their log-sum-exps.
  func finish() -> Double {
    rowSums.indices.reduce(0) { sum, row in
      sum + (isSafe ? bound * scale + log(rowSums[row]) : rowLogs[row])
    }
  }
}
