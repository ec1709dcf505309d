/// The numbers below a bound, of which some are taken away; the one at any place among those that are left is
/// found in logarithmic time.
///
/// A Fenwick tree of how many are left: `tree[node]` counts those of the stretch of `node & -node` numbers that
/// ends at `node`, counted from 1.
struct RemainingNumbers {
  private(set) var count: Int
  private var tree: [Int]
  /// The greatest power of two that is not above the bound.
  private let top: Int

  init(below bound: Int) {
    count = max(0, bound)
    tree = (0...count).map { $0 & -$0 }
    top = count == 0 ? 0 : 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount)
  }

  /// Takes away the number before which `place` lower ones are left.
  ///
  /// - Precondition: `0 <= place < count`.
  mutating func remove(at place: Int) -> Int {
    var before = 0
    var rest = place
    var step = top
    while step > 0 {
      let node = before + step
      if node < tree.count, tree[node] <= rest {
        before = node
        rest -= tree[node]
      }
      step >>= 1
    }
    var node = before + 1
    while node < tree.count {
      tree[node] -= 1
      node += node & -node
    }
    count -= 1
    return before
  }
}
