/// The connected components of a graph, each with its rows in ascending order; by their first rows.
struct Components: Sendable {
  let rows: [[Int32]]
  /// Where each row stands in its component.
  let places: [Int32]

  init(_ graph: FuzzyGraph) {
    var labels = [Int32](repeating: -1, count: graph.count)
    var count: Int32 = 0
    var stack: [Int32] = []
    for first in 0..<graph.count where labels[first] < 0 {
      labels[first] = count
      stack.append(Int32(first))
      while let row = stack.popLast() {
        for edge in graph.edges(Int(row)) where labels[Int(graph.tails[edge])] < 0 {
          labels[Int(graph.tails[edge])] = count
          stack.append(graph.tails[edge])
        }
      }
      count += 1
    }
    var rows = [[Int32]](repeating: [], count: Int(count))
    var places = [Int32](repeating: 0, count: graph.count)
    for (row, label) in labels.enumerated() {
      places[row] = Int32(rows[Int(label)].count)
      rows[Int(label)].append(Int32(row))
    }
    self.rows = rows
    self.places = places
  }
}
