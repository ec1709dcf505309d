// What slices are of: arrays, buffers, and memory for a moment.

extension Array {
  /// The array's storage, for writing.
  @inlinable @inline(__always)
  package mutating func withSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    try withUnsafeMutableBufferPointer { try $0.withSlice(body) }
  }

  /// The array's storage, for reading.
  @inlinable @inline(__always)
  package func withReadSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    try withUnsafeBufferPointer { try UnsafeMutableBufferPointer(mutating: $0).withSlice(body) }
  }
}

extension Array where Element: BitwiseCopyable {
  /// Fills an array of `count` elements through `body`, which must write each of them.
  @inlinable
  package init(count: Int, fillingWith body: (MemorySlice<Element>) throws -> Void) rethrows {
    self = try [Element](unsafeUninitializedCapacity: count) { buffer, filled in
      try buffer.withSlice { try body($0[0..<count]) }
      filled = count
    }
  }
}

extension UnsafeMutableBufferPointer {
  /// An empty buffer may have no address; the slice has one.
  @inlinable @inline(__always)
  package func withSlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    guard let baseAddress else { return try withEmptySlice(body) }
    return try body(MemorySlice(baseAddress, count: count))
  }

  @usableFromInline
  func withEmptySlice<R>(_ body: (MemorySlice<Element>) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { room in
      guard let base = room.baseAddress else { preconditionFailure("room for one element has an address") }
      return try body(MemorySlice(base, count: 0))
    }
  }
}

/// Gives `body` room for `count` elements, which hold anything.
@inlinable @inline(__always)
package func withScratch<Element: BitwiseCopyable, R>(
  of: Element.Type, count: Int, _ body: (MemorySlice<Element>) throws -> R
) rethrows -> R {
  try withUnsafeTemporaryAllocation(of: Element.self, capacity: count) { try $0.withSlice(body) }
}
