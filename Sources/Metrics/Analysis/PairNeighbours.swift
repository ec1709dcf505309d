import Execution
import Kernels

/// The nearest rows of every row, in its own side and in the other, and how often each row is one of them.
///
/// Cosines, by one walk over all pairs of rows (`PairPass`); of equal ones the lower row is nearer.
package struct PairNeighbours: Sendable {
  /// `k` of each row, the nearest first; −1 where there is none.
  package struct List: Sendable {
    package let items: [Int32]
    package let cosines: [Float]

    init(_ lists: NeighbourLists) { (items, cosines) = (lists.indices, lists.values) }
  }

  package let k: Int
  /// Of each side: among its own rows without the row itself; then, where there are two sides, among the other's.
  package let lists: [[List]]
  /// How often each row of y is among the k nearest of the rows of x, then each row of x among those of y; of one side, of
  /// its rows among themselves.
  package let occurrences: [[Int]]

  /// - Parameters:
  ///   - x: `(n, d)`, rows of unit norm, n ≥ 2.
  ///   - y: the same shape; nil for x alone.
  package init(_ x: Matrix, _ y: Matrix?, k: Int, _ budget: ThreadBudget) throws {
    var options = GapMetricOptions()
    (options.k, options.permutations) = (k, 0)
    let pass = PairPass(
      GapStudy(
        x: x, y: y ?? x, options: options, needs: y == nil ? [.within] : [.within, .across], budget: budget))
    let result = try pass.run(budget)
    self.k = result.k
    func found(_ relation: PairPass.Relation) -> NeighbourLists {
      result.neighbours[relation] ?? NeighbourLists(rows: x.rows, k: result.k)
    }
    if y == nil {
      lists = [[List(found(.xx))]]
      occurrences = [found(.xx).occurrences(x.rows)]
    } else {
      lists = [[List(found(.xx)), List(found(.xy))], [List(found(.yy)), List(found(.yx))]]
      occurrences = [found(.xy).occurrences(x.rows), found(.yx).occurrences(x.rows)]
    }
  }
}
