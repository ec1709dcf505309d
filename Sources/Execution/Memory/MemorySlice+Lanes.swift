// Vectors of 512 bits in slices, at any alignment. Places are checked where assertions are, and nowhere else:
// these stand in inner loops.

extension MemorySlice<Double> {
  /// Eight numbers from `start` on.
  @inlinable @inline(__always)
  package func lanes(_ start: Int) -> SIMD8<Double> {
    assert(start >= 0 && start + 8 <= count, "lanes reach beyond their slice")
    return UnsafeRawPointer(base + start).loadUnaligned(as: SIMD8<Double>.self)
  }

  /// Writes eight numbers from `start` on.
  @inlinable @inline(__always)
  package func set(_ lanes: SIMD8<Double>, _ start: Int) {
    assert(start >= 0 && start + 8 <= count, "lanes reach beyond their slice")
    UnsafeMutableRawPointer(base + start).storeBytes(of: lanes, as: SIMD8<Double>.self)
  }
}

extension MemorySlice<Int32> {
  /// Sixteen numbers from `start` on.
  @inlinable @inline(__always)
  package func lanes(_ start: Int) -> SIMD16<Int32> {
    assert(start >= 0 && start + 16 <= count, "lanes reach beyond their slice")
    return UnsafeRawPointer(base + start).loadUnaligned(as: SIMD16<Int32>.self)
  }
}

extension MemorySlice<Float> {
  /// Sixteen numbers from `start` on.
  @inlinable @inline(__always)
  package func lanes(_ start: Int) -> SIMD16<Float> {
    assert(start >= 0 && start + 16 <= count, "lanes reach beyond their slice")
    return UnsafeRawPointer(base + start).loadUnaligned(as: SIMD16<Float>.self)
  }

  /// Writes sixteen numbers from `start` on.
  @inlinable @inline(__always)
  package func set(_ lanes: SIMD16<Float>, _ start: Int) {
    assert(start >= 0 && start + 16 <= count, "lanes reach beyond their slice")
    UnsafeMutableRawPointer(base + start).storeBytes(of: lanes, as: SIMD16<Float>.self)
  }

  /// The first sixteen of `length` numbers from `start` on, or all of them; the lanes beyond hold `filling`.
  @inlinable @inline(__always)
  package func lanes(_ start: Int, _ length: Int, filling: Float = 0) -> SIMD16<Float> {
    if length >= 16 { return lanes(start) }
    var lanes = SIMD16<Float>(repeating: filling)
    for lane in 0..<length { lanes[lane] = self[start + lane] }
    return lanes
  }

  /// Writes `length` lanes, at most sixteen, from `start` on.
  @inlinable @inline(__always)
  package func set(_ lanes: SIMD16<Float>, _ start: Int, _ length: Int) {
    if length >= 16 { return set(lanes, start) }
    for lane in 0..<length { self[start + lane] = lanes[lane] }
  }
}

/// Calls `body` with the start and the count of each sixteen of `width`, and of what is left.
@inlinable @inline(__always)
package func forEachLanes(_ width: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
  let whole = width & ~15
  for start in stride(from: 0, to: whole, by: 16) { body(start, 16) }
  if whole < width { body(whole, width - whole) }
}
