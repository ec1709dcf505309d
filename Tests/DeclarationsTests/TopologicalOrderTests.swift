import Declarations
import Testing

@Suite struct TopologicalOrderTests {
  /// Of random graphs without circles, numbered at random.
  @Test(arguments: 0..<100) func eachIsBehindWhatItWaitsFor(seed: UInt64) {
    var numbers = SystemRandomNumberGenerator()
    let count = Int(seed % 20)
    let names = Array(0..<count).shuffled(using: &numbers)
    var targets = [[Int]](repeating: [], count: count)
    for (place, name) in names.enumerated() where place > 0 {
      targets[name] = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in
        names[Int.random(in: 0..<place, using: &numbers)]
      }
    }
    let order = topologicalOrder(targets)
    #expect(order.sorted() == Array(0..<count))
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    for (name, targets) in targets.enumerated() {
      for target in targets { #expect((places[target] ?? count) < (places[name] ?? -1), "\(targets)") }
    }
    #expect(topologicalOrder(targets) == order)
  }

  @Test func circlesAndWhatIsBehindThemAreLeftOut() {
    #expect(topologicalOrder([[1], [0], [1], [], [3, 3]]) == [3, 4])
    #expect(topologicalOrder([[0]]).isEmpty)
  }
}
