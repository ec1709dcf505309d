/// Indices, each behind those that it waits for; those in or behind a circle are left out (Kahn 1962,
/// doi:10.1145/368996.369025).
///
/// Indices that wait for nothing come first, in ascending order; each other follows the last that it waited for.
/// - Parameter targets: for each index, those that it waits for, one of them several times if need be.
package func topologicalOrder(_ targets: [[Int]]) -> [Int] {
  var waiting = targets.map(\.count)
  var dependants = [[Int]](repeating: [], count: targets.count)
  for (index, targets) in targets.enumerated() {
    for target in targets { dependants[target].append(index) }
  }
  var order = waiting.indices.filter { waiting[$0] == 0 }
  var next = 0
  while next < order.count {
    for dependant in dependants[order[next]] {
      waiting[dependant] -= 1
      if waiting[dependant] == 0 { order.append(dependant) }
    }
    next += 1
  }
  return order
}
