import Execution

/// The edges that an epoch draws, and the round of each. One after another, epochs take the same memory.
///
/// Points are drawn in blocks, on any thread: each writes what belongs to its own edges.
package final class DrawnEdges: @unchecked Sendable {
  /// So many that few points move in a round: a point has about eight edges in an epoch. On one set of text
  /// embeddings the silhouette of a prototype no longer changed from 32 rounds on; other sets were tried
  /// with 64 alone.
  package static var rounds: Int { 64 }

  private let edges: LayoutEdges
  /// How far each point's parts are ahead, in shares of 1/`rounds` of an edge.
  private let phases: [Int]
  /// The round of each edge; of one that is not drawn it says nothing.
  package let turns: MemorySlice<UInt8>
  /// A point's drawn edges, from where its edges begin, and how many they are.
  private let lists: MemorySlice<Int32>
  private let counts: MemorySlice<Int32>
  private let arenas: (turns: Arena<UInt8>, places: Arena<Int32>)

  /// - Parameter phases: of each point, from 0 to `rounds` − 1.
  package init(_ edges: LayoutEdges, phases: [Int]) {
    precondition(phases.count == edges.count, "each point has a phase")
    self.edges = edges
    self.phases = phases
    let total = edges.tails.count
    arenas = (Arena([total]), Arena([total, edges.count]))
    turns = arenas.turns.take(total)
    lists = arenas.places.take(total)
    counts = arenas.places.take(edges.count)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond the edges.
  package func verify() throws {
    try arenas.turns.verify()
    try arenas.places.verify()
  }

  /// The drawn edges of a point, ascending.
  @inline(__always)
  package func list(_ point: Int) -> MemorySlice<Int32> {
    lists.unchecked(from: edges.starts[point], count: Int(counts[point]))
  }

  /// Draws these points' edges for which (epoch + 1)·rate passes a multiple of 2³², and gives each its round.
  package func draw(_ epoch: Int, _ points: Range<Int>) {
    let time = UInt32(truncatingIfNeeded: epoch)
    let (lists, rates, turns) = (lists, edges.rates, turns)
    for point in points {
      let own = edges.starts[point]..<edges.starts[point + 1]
      var place = own.lowerBound
      // Every edge is written, and the next one over it unless it is drawn, which is a carry: no branch could
      // be foretold.
      for index in own {
        let sum = UInt64(time &* rates[index]) &+ UInt64(rates[index])
        lists[place] = Int32(truncatingIfNeeded: index)
        place &+= Int(truncatingIfNeeded: sum &>> 32)
      }
      let count = place - own.lowerBound
      counts[point] = Int32(truncatingIfNeeded: count)
      guard count > 0 else { continue }
      var turn = EvenRounds(count: count, phase: phases[point])
      for place in own.lowerBound..<place {
        turns[Int(lists[place])] = UInt8(truncatingIfNeeded: turn.next())
      }
    }
  }
}

/// Rounds for a point's edges, evenly spread: edge i of n has the round r in which ⌊(n·r + phase)/rounds⌋
/// passes i, that is ⌈(rounds·(i + 1) − phase)/n⌉ − 1. Two divisions give all of them: from one edge to the next
/// the quotient and the remainder grow by those of rounds/n.
package struct EvenRounds {
  private let count: UInt32
  private var round: Int32
  private var rest: UInt32
  private let quotient: Int32
  private let remainder: UInt32

  /// - Parameters:
  ///   - count: of the edges, at least 1.
  ///   - phase: from 0 to `rounds` − 1.
  package init(count: Int, phase: Int) {
    let rounds = UInt32(truncatingIfNeeded: DrawnEdges.rounds)
    self.count = UInt32(truncatingIfNeeded: count)
    let first = rounds &- UInt32(truncatingIfNeeded: phase) &+ self.count &- 1
    round = Int32(truncatingIfNeeded: first / self.count) &- 1
    rest = first % self.count
    quotient = Int32(truncatingIfNeeded: rounds / self.count)
    remainder = rounds % self.count
  }

  /// The next edge's round.
  @inline(__always)
  package mutating func next() -> Int32 {
    let found = round
    let sum = rest &+ remainder
    let carries = sum >= count
    rest = carries ? sum &- count : sum
    round = round &+ quotient &+ (carries ? 1 : 0)
    return found
  }
}
