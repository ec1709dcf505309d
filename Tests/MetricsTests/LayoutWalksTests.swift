import Kernels
import Metrics
import TestSupport
import Testing

/// What an epoch of a layout draws, and where it lays the steps, against lists made straight from the words.
@Suite("Steps of a layout")
struct LayoutWalksTests {
  private static let width = UMAPStepSIMD.width
  private static let rounds = DrawnEdges.rounds

  private struct Step: Hashable {
    let walker: Int32
    let tail: Int32
  }

  /// A graph and a naming of its points. In a star everybody's neighbour is the first point.
  private func graph(_ count: Int, isStar: Bool) throws -> (FuzzyGraph, order: [Int32]) {
    let random = RandomStream(seed: 6, stage: "walks", name: "\(count) \(isStar)")
    var rows = try withBudget(jobs: 1) {
      try random.gaussianMatrix(rows: count, columns: isStar ? 300 : 8, budget: $0)
    }
    if isStar { for column in 0..<rows.columns { rows[0, column] = 0 } }
    let points = PointSet(centring: rows)
    let graph = try withBudget(jobs: 2) { budget in
      try FuzzyGraph(Neighbors.exact(points, width: min(9, count - 1), budget), budget)
    }
    return (graph, random.permutation(count).map { Int32($0) })
  }

  @Test("rounds are spread evenly", arguments: [1, 2, 3, 7, 63, 64, 65, 200, 4001])
  func rounds(count: Int) {
    for phase in 0..<Self.rounds {
      var turns = EvenRounds(count: count, phase: phase)
      var round = 0
      for edge in 0..<count {
        while (count * (round + 1) + phase) / Self.rounds <= edge { round += 1 }
        #expect(Int(turns.next()) == round && round < Self.rounds)
      }
    }
  }

  @Test("both directions of an edge know each other", arguments: [(400, false), (350, true), (2, false)])
  func edges(count: Int, isStar: Bool) throws {
    let (graph, order) = try graph(count, isStar: isStar)
    let edges = LayoutEdges(graph, order: order)
    let greatest = Double(try #require(graph.weights.max()))
    #expect(edges.count == count && edges.starts[count] == graph.tails.count)
    for point in 0..<count {
      let original = Int(order[point])
      let weights = Dictionary(
        uniqueKeysWithValues: graph.edges(original).map { (graph.tails[$0], graph.weights[$0]) })
      let own = edges.starts[point]..<edges.starts[point + 1]
      #expect(own.count == weights.count)
      for index in own {
        if index > own.lowerBound { #expect(edges.tails[index - 1] < edges.tails[index]) }
        let weight = try #require(weights[order[Int(edges.tails[index])]])
        #expect(edges.rates[index] == UInt32(min(0xffff_ffff, Double(weight) / greatest * 0x1p32)))
        let back = Int(edges.reverses[index])
        let tail = Int(edges.tails[index])
        #expect(edges.starts[tail]..<edges.starts[tail + 1] ~= back && Int(edges.tails[back]) == point)
        #expect(edges.rates[back] == edges.rates[index])
      }
    }
    try edges.verify()
  }

  /// The round of each edge that an epoch draws.
  private func turns(_ edges: LayoutEdges, _ phases: [Int], _ epoch: Int) -> [Int: Int] {
    var turns: [Int: Int] = [:]
    for point in 0..<edges.count {
      let drawn = (edges.starts[point]..<edges.starts[point + 1]).filter {
        let rate = UInt64(edges.rates[$0])
        return (UInt64(epoch + 1) * rate) >> 32 > (UInt64(epoch) * rate) >> 32
      }
      for (place, edge) in drawn.enumerated() {
        turns[edge] = (0..<Self.rounds).first {
          (drawn.count * ($0 + 1) + phases[point]) / Self.rounds > place
        }
      }
    }
    return turns
  }

  /// The steps of a round as they lie on lanes, one array a step.
  private func laid(_ steps: [Step], resting: Int32) -> [[Step]] {
    var lanes = [[Step]](repeating: [], count: Self.width)
    var places: [Int32: Int] = [:]
    for step in steps {
      let lane = places[step.walker] ?? places.count % Self.width
      places[step.walker] = lane
      lanes[lane].append(step)
    }
    let count = lanes.map(\.count).max() ?? 0
    return (0..<count).map { index in
      lanes.map { lane in
        let last = lane.last?.walker ?? resting
        return index < lane.count ? lane[index] : Step(walker: last, tail: last)
      }
    }
  }

  @Test(
    "steps lie where they belong, epoch after epoch in the same memory",
    arguments: [(400, false), (2500, false), (350, true), (2, false)])
  func walks(count: Int, isStar: Bool) throws {
    let (graph, order) = try graph(count, isStar: isStar)
    let edges = LayoutEdges(graph, order: order)
    let phases = RandomStream(seed: 6, stage: "walks", name: "phases")
      .integers(below: Self.rounds, count: count)
    let drawn = DrawnEdges(edges, phases: phases)
    let points = (count / 5)..<count
    let walks = LayoutWalks(edges, points: points)
    for epoch in [0, 1, 2, 7, 100_000] {
      drawn.draw(epoch, 0..<count / 2)
      drawn.draw(epoch, count / 2..<count)
      walks.lay(drawn)
      let turns = turns(edges, phases, epoch)
      let lists = lists(edges, points, turns)
      for kind in LayoutWalks.Kind.allCases {
        for round in 0..<Self.rounds {
          let expected = laid(lists[kind]?[round] ?? [], resting: Int32(points.lowerBound))
          let found = (0..<walks.steps(kind, round)).map { step in
            let row = walks.step(kind, round, step)
            return (0..<Self.width).map { Step(walker: row[$0], tail: row[Self.width + $0]) }
          }
          #expect(found == expected)
        }
      }
    }
    try walks.verify()
    try drawn.verify()
  }

  /// By kind and round.
  private func lists(
    _ edges: LayoutEdges, _ points: Range<Int>, _ turns: [Int: Int]
  ) -> [LayoutWalks.Kind: [Int: [Step]]] {
    var lists: [LayoutWalks.Kind: [Int: [Step]]] = [:]
    for point in points {
      for edge in edges.starts[point]..<edges.starts[point + 1] {
        guard let own = turns[edge], let asked = turns[Int(edges.reverses[edge])] else { continue }
        let step = Step(walker: Int32(point), tail: edges.tails[edge])
        lists[.own, default: [:]][own, default: []].append(step)
        lists[.asked, default: [:]][asked, default: []].append(step)
      }
    }
    return lists
  }
}
