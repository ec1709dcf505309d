import Execution

/// The edges of a layout, by points; both directions of an edge know each other.
///
/// Written once, then read by every thread.
package final class LayoutEdges: @unchecked Sendable {
  /// Point i's edges are `starts[i] ..< starts[i + 1]`, tails ascending.
  package let starts: [Int]
  package let tails: MemorySlice<Int32>
  /// Where each edge's other direction is.
  package let reverses: MemorySlice<Int32>
  /// In which share of the epochs each is drawn, of 2³²; the same for both directions.
  package let rates: MemorySlice<UInt32>
  private let arenas: (places: Arena<Int32>, rates: Arena<UInt32>)

  package var count: Int { starts.count - 1 }

  /// The edges of a graph whose point `order[i]` is called i.
  package init(_ graph: FuzzyGraph, order: [Int32]) {
    let total = graph.tails.count
    arenas = (Arena([total, total]), Arena([total]))
    tails = arenas.places.take(total)
    reverses = arenas.places.take(total)
    rates = arenas.rates.take(total)
    starts = order.reduce(into: [0]) { $0.append(($0.last ?? 0) + graph.edges(Int($1)).count) }
    rename(graph, order)
    join()
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the edges.
  package func verify() throws {
    try arenas.places.verify()
    try arenas.rates.verify()
  }

  private func rename(_ graph: FuzzyGraph, _ order: [Int32]) {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, point) in order.enumerated() { places[Int(point)] = Int32(place) }
    let greatest = Double(graph.weights.max() ?? 1)
    for (place, point) in order.enumerated() {
      let edges = graph.edges(Int(point)).sorted {
        places[Int(graph.tails[$0])] < places[Int(graph.tails[$1])]
      }
      for (index, edge) in edges.enumerated() {
        tails[starts[place] + index] = places[Int(graph.tails[edge])]
        rates[starts[place] + index] = UInt32(
          min(0xffff_ffff, Double(graph.weights[edge]) / greatest * 0x1p32))
      }
    }
  }

  /// Tails ascend, so the edges into a point come in the order in which it has the edges back.
  private func join() {
    var next = starts
    for point in 0..<count {
      for index in starts[point]..<starts[point + 1] {
        let back = next[Int(tails[index])]
        next[Int(tails[index])] += 1
        precondition(
          back < starts[Int(tails[index]) + 1] && Int(tails[back]) == point, "a fuzzy graph is symmetric")
        reverses[index] = Int32(truncatingIfNeeded: back)
      }
    }
  }
}
