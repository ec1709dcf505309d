import Kernels

/// Numbers in memory that somebody else keeps: where they begin, and how many there are.
///
/// What functions hand on to each other. A part of a slice never reaches beyond it: asking for one that
/// would is a mistake of the program, which stops it before it can write there. Such a check is one
/// comparison a row, a matrix or a call, which does not show beside the work on it, so that it stays in
/// release builds; single elements are checked in debug builds alone. Inner loops take pointers, from
/// `pointer`, which says how far they go.
package struct MemorySlice<Element>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>
  package let count: Int

  /// - Precondition: `count` elements lie at `base`, for as long as the slice is used.
  package init(_ base: UnsafeMutablePointer<Element>, count: Int) {
    precondition(count >= 0, "a slice cannot have a negative number of elements")
    self.base = base
    self.count = count
  }

  /// For reading only.
  package init(reading base: UnsafePointer<Element>, count: Int) {
    self.init(UnsafeMutablePointer(mutating: base), count: count)
  }

  /// A part, by places from the slice's own beginning.
  @inline(__always)
  package subscript(range: Range<Int>) -> MemorySlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a part reaches beyond its slice")
    return MemorySlice(base + range.lowerBound, count: range.count)
  }

  /// What follows the first `start` elements.
  @inline(__always)
  package func from(_ start: Int) -> MemorySlice { self[start..<count] }

  /// Checked in debug builds alone.
  @inline(__always)
  package subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "an element lies beyond its slice")
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "an element lies beyond its slice")
      base[index] = newValue
    }
  }

  /// The place of the first of `count` elements, for an inner loop over them.
  @inline(__always)
  package func pointer(count needed: Int) -> UnsafeMutablePointer<Element> {
    precondition(needed >= 0 && needed <= count, "a loop reaches beyond its slice")
    return base
  }

  /// The place of a matrix whose rows begin `stride` elements apart.
  @inline(__always)
  package func pointer(rows: Int, columns: Int, stride: Int) -> UnsafeMutablePointer<Element> {
    pointer(count: extent(rows: rows, columns: columns, stride: stride))
  }

  /// The place of `count` elements from `start` on, in a loop whose extents were checked before it; checked
  /// again in debug builds alone.
  @inline(__always)
  func unchecked(_ start: Int, count needed: Int) -> UnsafeMutablePointer<Element> {
    assert(start >= 0 && start + needed <= count, "a place lies beyond its slice")
    return base + start
  }

  // MARK: - Whole slices

  /// Copies `source` to the beginning.
  package func update(from source: MemorySlice) {
    pointer(count: source.count).update(from: source.base, count: source.count)
  }

  package func fill(_ value: Element) { base.update(repeating: value, count: count) }

  package var values: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

package typealias FloatSlice = MemorySlice<Float>

/// Elements from the first of a matrix to its last, its rows beginning `stride` apart.
@inline(__always)
func extent(rows: Int, columns: Int, stride: Int) -> Int {
  rows > 0 && columns > 0 ? (rows - 1) * stride + columns : 0
}

extension Array {
  /// The array's storage, for writing.
  package mutating func withSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    try withUnsafeMutableBufferPointer { try $0.withSlice(body) }
  }

  /// The array's storage, for reading.
  package func withReadSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    try withUnsafeBufferPointer { try UnsafeMutableBufferPointer(mutating: $0).withSlice(body) }
  }
}

extension UnsafeMutableBufferPointer {
  /// An empty buffer may have no address; the slice has one.
  package func withSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    guard let baseAddress else {
      return try withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { room in
        guard let base = room.baseAddress else { preconditionFailure("room for one element has an address") }
        return try body(MemorySlice(base, count: 0))
      }
    }
    return try body(MemorySlice(baseAddress, count: count))
  }
}

extension Matrix {
  /// All rows, one after the other, for reading.
  package func withSlice<R>(_ body: (FloatSlice) throws -> R) rethrows -> R { try values.withReadSlice(body) }
}
