import Execution
import Kernels

/// A matrix of float32, `(rows, width)`, in memory that somebody else keeps. Blocks write to rows of their own.
struct FloatRows: Sendable {
  let slice: FloatSlice
  let width: Int

  init(_ slice: FloatSlice, width: Int) {
    self.slice = slice
    self.width = width
  }

  @inline(__always)
  subscript(row: Int) -> FloatSlice { slice[row * width..<(row + 1) * width] }

  /// Some rows, one after the other.
  @inline(__always)
  subscript(rows: Range<Int>) -> FloatSlice { slice[rows.lowerBound * width..<rows.upperBound * width] }

  /// From a column on, for a factor of a product with all rows.
  func columns(from first: Int) -> FloatSlice { slice.from(min(first, slice.count)) }

  func clear(_ rows: Range<Int>) { self[rows].fill(0) }
}

/// Keeps a trainer's matrices as long as it lives, each between canaries.
final class TrainingMemory {
  private var arenas: [Arena<Float>] = []
  /// Numbers of all of them.
  private(set) var count = 0

  func rows(_ count: Int, width: Int) -> FloatRows {
    let arena = Arena<Float>([count * width])
    arenas.append(arena)
    self.count += count * width
    return FloatRows(arena.take(count * width), width: width)
  }

  /// - Throws: `MemoryOverrun`.
  func verify() throws {
    for arena in arenas { try arena.verify() }
  }
}

/// Sequences of a batch, row after row without padding, and the blocks of items that threads take.
struct Sequences: Sendable {
  /// Where each item's rows begin; after the last item, where they end.
  private let starts: [Int]
  let blocks: [Range<Int>]

  init(lengths: [Int]) {
    starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    blocks = Encoders.blocks(rows: lengths)
  }

  /// One row an item, in the same blocks.
  init(single sequences: Sequences) {
    starts = Array(0...sequences.items)
    blocks = sequences.blocks
  }

  var items: Int { starts.count - 1 }
  var rows: Int { starts[items] }

  func rows(of item: Int) -> Range<Int> { starts[item]..<starts[item + 1] }
  func rows(of items: Range<Int>) -> Range<Int> { starts[items.lowerBound]..<starts[items.upperBound] }

  /// The rows of an item that a tower reads after the last block.
  func rows(of item: Int, read reading: Reading) -> Range<Int> {
    let rows = rows(of: item)
    return switch reading {
    case .all: rows
    case .first: rows.prefix(1)
    case .last: rows.suffix(1)
    }
  }
}

/// x ← x + values, element by element.
@inline(__always)
func add(_ values: FloatSlice, to x: FloatSlice) {
  let x = x[values.indices]
  for index in values.indices { x[index] += values[index] }
}
