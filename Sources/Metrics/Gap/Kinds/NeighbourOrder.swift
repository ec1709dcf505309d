import Execution
import Kernels

/// How differently the sides order the other items around an item: Kendall's distance of the rankings by x_i·x_j and by y_i·y_j, the share
/// of pairs of items that they order differently (a tie counts half), the mean over at most 100 items i.
///
/// 0 where both order alike, ½ where the orders have nothing in common. Its interval is over the items i. Source: Kendall 1938,
/// doi:10.1093/biomet/30.1-2.81; Schrodi et al. 2025, arXiv:2404.07983.
struct NeighbourOrder: GapMetric {
  static let anchors = 100

  let card = GapMetricCard(
    "neighbour-order", "Distance of the neighbours' orders", formula: "mean_i (1 − τ_a(x_i·x_j, y_i·y_j))/2",
    source: "Kendall 1938, doi:10.1093/biomet/30.1-2.81; Schrodi et al. 2025, arXiv:2404.07983", range: 0...1,
    reading: "neighbourhoods less alike", sides: [.both], leastPairs: 3, equalDimensions: false)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let count = min(Self.anchors, sample.count)
    let chosen = sample.options.stream("anchors").permutation(sample.count).prefix(count).sorted()
    let (x, y) = (sample.x.products(of: chosen), sample.y.products(of: chosen))
    let values = try distances(chosen, x, y, study.budget)
    // Around an item's row of x, and around another item's row of y: the orders are then of unrelated items.
    let other = sample.options.permutations > 0 ? try distances(chosen, x, y.turned, study.budget).mean : .nan
    var notes = sample.notes
    if count < sample.count { notes.append("the mean over \(count) items, drawn at random") }
    return [GapMeasure(.both, meanOf: values, null: other, notes: notes)]
  }

  private func distances(_ rows: [Int], _ x: Matrix, _ y: Matrix, _ budget: ThreadBudget) throws -> [Double] {
    try budget.map(blocks: rows.count) { place in
      let others = (0..<x.columns).filter { $0 != rows[place] }
      return kendallDistance(others.map { x[place, $0] }, others.map { y[place, $0] })
    }
  }
}

extension Matrix {
  /// Some rows against all rows.
  fileprivate func products(of chosen: [Int]) -> Matrix {
    let some = picking(chosen)
    return Matrix(rows: chosen.count, columns: rows) { out in
      some.withSlice { some in
        withSlice { all in
          BLAS.multiply(
            ProductShape(rows: chosen.count, columns: rows, inner: columns), Operand(some, stride: columns),
            Operand(all, stride: columns, transposed: true), into: out, stride: rows)
        }
      }
    }
  }

  /// Each row at the place of the one before it.
  fileprivate var turned: Matrix { picking((0..<rows).map { ($0 + 1) % rows }) }
}

/// (1 − τ_a)/2: the share of pairs of places that two lists order differently; a tie in either counts half.
package func kendallDistance(_ a: [Float], _ b: [Float]) -> Double {
  let order = a.indices.sorted { (a[$0], b[$0], $0) < (a[$1], b[$1], $1) }
  let pairs = Double(a.count) * Double(a.count - 1) / 2
  guard pairs > 0 else { return .nan }
  var ranked = order.map { b[$0] }
  let (tiesA, tiesBoth) = (ties(order) { a[$0] == a[$1] }, ties(order) { a[$0] == a[$1] && b[$0] == b[$1] })
  var room = ranked
  let different = inversions(&ranked, &room, 0..<ranked.count)
  let tiesB = ties(Array(ranked.indices)) { ranked[$0] == ranked[$1] }
  return (different + (tiesA + tiesB - tiesBoth) / 2) / pairs
}

/// Pairs within runs of equal neighbours.
private func ties(_ order: [Int], _ areEqual: (Int, Int) -> Bool) -> Double {
  var (total, run) = (0.0, 0.0)
  for place in order.indices.dropFirst() {
    run = areEqual(order[place - 1], order[place]) ? run + 1 : 0
    total += run
  }
  return total
}

/// Sorts and counts the pairs that stood in the wrong order.
private func inversions(_ values: inout [Float], _ room: inout [Float], _ range: Range<Int>) -> Double {
  guard range.count > 1 else { return 0 }
  let middle = range.lowerBound + range.count / 2
  var count =
    inversions(&values, &room, range.lowerBound..<middle)
    + inversions(&values, &room, middle..<range.upperBound)
  var (left, right) = (range.lowerBound, middle)
  for place in range {
    if right >= range.upperBound || left < middle && values[left] <= values[right] {
      room[place] = values[left]
      left += 1
    } else {
      room[place] = values[right]
      right += 1
      count += Double(middle - left)
    }
  }
  for place in range { values[place] = room[place] }
  return count
}
