/// Numbers in memory that somebody else keeps: where they begin, and how many there are.
///
/// What functions hand on to each other, and what blocks on several threads write through, each to places of
/// its own: the compiler cannot see that blocks never overlap, so whoever cuts a slice promises it. A part of a
/// slice never reaches beyond it: asking for one that would is a mistake of the program, which stops it before
/// it can write there. Such a check is one comparison a row, a matrix or a call, which does not show beside the
/// work on it, so that it stays in release builds. Single elements and lanes are checked where assertions are:
/// in debug builds, and in the tests under a sanitizer; release compiles these checks away. Where
/// code of others needs a pointer, `pointer` gives it and checks how far it will go.
// Unchecked: who hands slices to threads gives each its own; that none meet is for the sanitizers to see.
@usableFromInline
package struct MemorySlice<Element>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline package let count: Int

  /// - Precondition: `count` elements lie at `base`, for as long as the slice is used.
  @inlinable @inline(__always)
  package init(_ base: UnsafeMutablePointer<Element>, count: Int) {
    precondition(count >= 0, "a slice cannot have a negative number of elements")
    self.base = base
    self.count = count
  }

  @inlinable @inline(__always)
  init(unchecked base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// A part, by places from the slice's own beginning.
  @inlinable @inline(__always)
  package subscript(range: Range<Int>) -> MemorySlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a part reaches beyond its slice")
    return MemorySlice(base + range.lowerBound, count: range.count)
  }

  /// What follows the first `start` elements.
  @inlinable @inline(__always)
  package func from(_ start: Int) -> MemorySlice { self[start..<count] }

  /// Checked where assertions are.
  @inlinable @inline(__always)
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
  @inlinable @inline(__always)
  package func pointer(count needed: Int) -> UnsafeMutablePointer<Element> {
    precondition(needed >= 0 && needed <= count, "a loop reaches beyond its slice")
    return base
  }

  /// The place of a matrix whose rows begin `stride` apart.
  @inlinable @inline(__always)
  package func pointer(rows: Int, columns: Int, stride: Int) -> UnsafeMutablePointer<Element> {
    pointer(count: extent(rows: rows, columns: columns, stride: stride))
  }

  /// What follows the first `start` elements, in a loop whose extents were checked before it; checked again
  /// where assertions are.
  @inlinable @inline(__always)
  package func unchecked(from start: Int) -> MemorySlice {
    assert(start >= 0 && start <= count, "a place lies beyond its slice")
    return MemorySlice(unchecked: base + start, count: count - start)
  }

  /// The same, of `needed` elements.
  @inlinable @inline(__always)
  package func unchecked(from start: Int, count needed: Int) -> MemorySlice {
    assert(start >= 0 && needed >= 0 && start + needed <= count, "a place lies beyond its slice")
    return MemorySlice(unchecked: base + start, count: needed)
  }

  // MARK: - Whole slices

  /// Copies `source` to the beginning.
  @inlinable @inline(__always)
  package func update(from source: MemorySlice) {
    pointer(count: source.count).update(from: source.base, count: source.count)
  }

  @inlinable @inline(__always)
  package func fill(_ value: Element) { base.update(repeating: value, count: count) }

  package var buffer: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  package var indices: Range<Int> {
    @inlinable @inline(__always) get { 0..<count }
  }

  package var values: [Element] {
    @inlinable get { Array(UnsafeBufferPointer(start: base, count: count)) }
  }
}

@usableFromInline package typealias FloatSlice = MemorySlice<Float>
@usableFromInline package typealias DoubleSlice = MemorySlice<Double>

/// Elements from the first of a matrix to its last, its rows beginning `stride` apart.
@inlinable @inline(__always)
package func extent(rows: Int, columns: Int, stride: Int) -> Int {
  rows > 0 && columns > 0 ? (rows - 1) * stride + columns : 0
}
