import Execution
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

  /// Adds a tile to the rows, and writes the log-sum-exps of its columns, as many as there are `columnLogs`.
  mutating func add(_ tile: LossTile, into columnLogs: DoubleSlice) {
    tile.similarities.withReadSlice { values in
      withScratch(of: Double.self, count: tile.stride) { sums in
        if isSafe {
          addSafely(values, sums)
          for column in columnLogs.indices { columnLogs[column] = bound * scale + log(sums[column]) }
        } else {
          addRows(values, tile.stride)
          addColumns(values, sums)
          columnLogs.update(from: sums[columnLogs.indices])
        }
      }
    }
  }

  private func line(_ row: Int, of values: DoubleSlice, _ stride: Int) -> DoubleSlice {
    values[row * stride..<(row + 1) * stride]
  }

  private mutating func addSafely(_ values: DoubleSlice, _ sums: DoubleSlice) {
    sums.fill(0)
    withScratch(of: Double.self, count: sums.count) { powers in
      for row in rowSums.indices {
        let line = line(row, of: values, sums.count)
        rowSums[row] += exponentials(line, around: bound, scale, into: powers)
        Kernels.add(1, times: powers, to: sums)
      }
    }
  }

  /// Joins each row's log-sum-exp with the tile's.
  private mutating func addRows(_ values: DoubleSlice, _ stride: Int) {
    withScratch(of: Double.self, count: stride) { powers in
      for row in rowLogs.indices {
        let line = line(row, of: values, stride)
        let greatest = Self.greatest(line)
        let sum = exponentials(line, around: greatest, scale, into: powers)
        rowLogs[row] = Self.join(rowLogs[row], greatest * scale + log(sum))
      }
    }
  }

  private static func greatest(_ line: DoubleSlice) -> Double {
    var greatest = -Double.infinity
    for column in line.indices { greatest = max(greatest, line[column]) }
    return greatest
  }

  /// ln(eᵃ + eᵇ).
  private static func join(_ a: Double, _ b: Double) -> Double {
    let high = max(a, b)
    return high == -.infinity ? high : high + log1p(exp(min(a, b) - high))
  }

  /// Leaves the columns' log-sum-exps in `sums`.
  private func addColumns(_ values: DoubleSlice, _ sums: DoubleSlice) {
    let stride = sums.count
    withScratch(of: Double.self, count: stride) { greatest in
      greatest.update(from: line(0, of: values, stride))
      for row in rowLogs.indices {
        let line = line(row, of: values, stride)
        for column in 0..<stride { greatest[column] = max(greatest[column], line[column]) }
      }
      sums.fill(0)
      for row in rowLogs.indices {
        addExponentials(line(row, of: values, stride), around: greatest, scale, to: sums)
      }
      for column in 0..<stride { sums[column] = greatest[column] * scale + log(sums[column]) }
    }
  }

  /// The rows' log-sum-exps.
  var logs: [Double] { rowSums.indices.map(rowLog) }

  private func rowLog(_ row: Int) -> Double {
    isSafe ? bound * scale + log(rowSums[row]) : rowLogs[row]
  }

  /// Σ over the rows of their log-sum-exps.
  func finish() -> Double {
    rowSums.indices.reduce(0) { $0 + rowLog($1) }
  }
}
