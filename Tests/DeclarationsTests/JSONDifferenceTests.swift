import Declarations
import Testing

@Suite("Differences of JSON values")
struct JSONDifferenceTests {
  private let before: JSONValue = .object([
    "a": 1, "gone": "x", "list": .array([.object(["k": 1, "l": 1]), 2]), "longer": .array([1]),
    "key.with.dots": 1,
  ])
  private let now: JSONValue = .object([
    "a": 2, "new": .object(["deep": true]), "list": .array([.object(["k": 3, "l": 1]), 2]),
    "longer": .array([1, 2]), "key.with.dots": 2,
  ])

  private func merged(_ paths: String...) -> JSONValue {
    JSONDifference.merged(before, now, taking: Set(paths.map(ExactString.init)))
  }

  @Test("each leaf alone comes back, and nothing else")
  func single() {
    for difference in JSONDifference.between(before, now) {
      let left = JSONDifference.between(before, merged(difference.path)).map(\.path)
      #expect(left == JSONDifference.between(before, now).map(\.path).filter { $0 != difference.path })
    }
  }

  @Test("a key that is gone comes back, and a new one is taken away")
  func keys() {
    #expect(merged("gone")["gone"] == "x" && merged("gone")["a"] == 2)
    #expect(merged("new")["new"] == nil && merged()["new"] != nil)
    #expect(merged("list[0].k")["list"] == before["list"])
  }

  @Test("all leaves, or none")
  func all() {
    let paths = JSONDifference.between(before, now).map { ExactString($0.path) }
    #expect(paths.count == 6)
    #expect(JSONDifference.merged(before, now, taking: Set(paths)) == before)
    #expect(merged() == now && merged("elsewhere") == now)
  }
}
