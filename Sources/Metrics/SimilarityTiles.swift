import Contracts
import Execution
import Kernels

/// The similarities of all unordered pairs of unit rows, in tiles of the upper triangle.
///
/// A strip is a few rows against every later column: of few embeddings, narrow strips waste little of
/// their first tile below the diagonal; of many, broad ones multiply faster. Tiles are kept between the
/// two passes while all pairs fit in `keptPairs` floats; beyond that they are multiplied twice.
package final class SimilarityTiles: Sendable {
  static let tileColumns = 1024
  package static let keptPairs = 16_000_000

  let rows: Matrix
  let stripRows: Int
  private let keeps: Bool
  private let kept = Mutex<[Int: [Float]]>([:])

  package init(_ rows: Matrix, keepingAtMost limit: Int = SimilarityTiles.keptPairs) {
    self.rows = rows
    stripRows = rows.rows > 8192 ? 256 : 128
    let pairs = rows.rows * (rows.rows - 1) / 2
    keeps = pairs <= limit
  }

  var count: Int { rows.rows }
  var pairCount: Int { count * (count - 1) / 2 }
  var strips: Int { blockCount(count, size: stripRows) }

  func rows(ofStrip strip: Int) -> Range<Int> { blockRange(strip, size: stripRows, count: count) }

  /// Gives `body` each tile of a strip: its similarities `(rows of the strip, columns.count)`.
  func forEachTile(_ strip: Int, _ body: (FloatSlice, Range<Int>) -> Void) {
    let rows = rows(ofStrip: strip)
    for start in stride(from: rows.lowerBound, to: count, by: Self.tileColumns) {
      let columns = start..<min(count, start + Self.tileColumns)
      tile(strip, rows, columns).withReadSlice { body($0, columns) }
    }
  }

  private func tile(_ strip: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> [Float] {
    guard keeps else { return product(rows, columns) }
    let key = rows.lowerBound * count + columns.lowerBound
    if let held = kept.withLock({ $0.removeValue(forKey: key) }) { return held }
    let tile = product(rows, columns)
    kept.withLock { $0[key] = tile }
    return tile
  }

  private func product(_ lines: Range<Int>, _ columns: Range<Int>) -> [Float] {
    let inner = rows.columns
    let shape = ProductShape(rows: lines.count, columns: columns.count, inner: inner)
    return [Float](count: lines.count * columns.count) { out in
      rows.withSlice { rows in
        BLAS.multiply(
          shape, Operand(rows.from(lines.lowerBound * inner), stride: inner),
          Operand(rows.from(columns.lowerBound * inner), stride: inner, transposed: true), into: out,
          stride: columns.count)
      }
    }
  }

  /// The part of row `row` in a tile that lies right of the diagonal: where it starts, and its length.
  static func upper(_ row: Int, _ columns: Range<Int>) -> (start: Int, length: Int) {
    let start = max(0, row + 1 - columns.lowerBound)
    return (start, max(0, columns.count - start))
  }
}

/// Counters that threads add to in turn: whole numbers, so the order does not matter.
final class CounterPool<Counters: Sendable>: Sendable {
  private let idle = Mutex<[Counters]>([])
  private let make: @Sendable () -> Counters

  init(_ make: @escaping @Sendable () -> Counters) { self.make = make }

  /// Lends counters that nobody else has.
  func use<R>(_ body: (inout Counters) -> R) -> R {
    var counters = idle.withLock { $0.popLast() } ?? make()
    let result = body(&counters)
    idle.withLock { [counters] in $0.append(counters) }
    return result
  }

  var all: [Counters] { idle.withLock { $0 } }
}
