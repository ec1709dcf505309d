import Declarations
import Regression
import Statistics
import Testing

@Suite("What explains numbers that moved")
struct DriftExplanationTests {
  private typealias Attempt = DriftExplanation.Attempt
  private let keys = (0..<4).map { NumberKey(experiment: "e", id: "t/q/k=\($0)") }

  private func explanation(_ singles: [(String, Int)], together: Int? = nil) -> DriftExplanation {
    DriftExplanation(
      moved: keys, singles: singles.map { Attempt(restored: [$0.0], back: Set(keys.prefix($0.1))) },
      together: together.map { Attempt(restored: singles.map(\.0), back: Set(keys.prefix($0))) })
  }

  @Test("one that brings all back is the explanation, whatever the others do")
  func single() {
    let found = explanation([("the kernel", 4), ("the config's a", 1)], together: 4)
    #expect(found.conclusion == .each(["the kernel"]) && found.isExplained)
    #expect(found.sentence == "the kernel explains 4 of 4 numbers")
    #expect(
      explanation([("a", 4), ("b", 4)]).sentence == "a and b each explain 4 of 4 numbers, by themselves")
  }

  @Test("parts, and together all")
  func parts() {
    let found = explanation([("a", 3), ("b", 1), ("c", 0)], together: 4)
    #expect(found.conclusion == .parts(["a", "b"]) && found.isExplained)
    #expect(
      found.sentence
        == "a explains 3, b explains 1; all that was restored together explains 4 of 4 numbers")
  }

  @Test("none by itself, but all together: a combination")
  func combination() {
    let found = explanation([("a", 0), ("b", 0)], together: 4)
    #expect(found.conclusion == .combination(["a", "b"]) && found.isExplained)
    #expect(found.sentence.hasPrefix("a combination explains 4 of 4 numbers: none of a and b does by itself"))
  }

  @Test("some of them only")
  func partly() {
    let found = explanation([("a", 2), ("b", 0)], together: 3)
    #expect(found.conclusion == .partly(back: 3, ["a", "b"]) && !found.isExplained)
    #expect(found.sentence.contains("3 of 4 numbers; nothing that was restored explains the other 1"))
  }

  @Test("nothing of it, or nothing to restore")
  func unexplained() {
    #expect(explanation([("a", 0), ("b", 0)], together: 0).conclusion == .unexplained)
    let nothing = explanation([])
    #expect(nothing.conclusion == .unexplained && !nothing.isExplained)
    #expect(nothing.sentence.hasPrefix("nothing was restored, so 4 numbers that moved are not explained"))
    let failed = DriftExplanation(
      moved: keys, singles: [Attempt(restored: ["a"], problem: "it is not valid")], together: nil)
    #expect(failed.conclusion == .unexplained && failed.stillDiffer(failed.singles[0]) == 4)
  }

  @Test("nothing moved")
  func nothingMoved() {
    let found = DriftExplanation(moved: [], singles: [], together: nil)
    #expect(found.conclusion == .nothingMoved && found.isExplained && found.sentence == "no number moved")
  }

  // MARK: - Which numbers moved

  private func number(_ id: String, _ value: Double, tolerance: Double? = nil) -> ReferenceNumber {
    var number = ReferenceNumber(experiment: "e", id: id, kind: .real, value: .real(value))
    number.tolerance = tolerance
    return number
  }

  @Test("equal in the same environment; within the tolerance in another one; equal without a tolerance")
  func moved() throws {
    let digest = ReferenceNumber(experiment: "e", id: "digest/s", kind: .digest, value: .text("a"))
    let other = ReferenceNumber(experiment: "e", id: "digest/s", kind: .digest, value: .text("b"))
    let reference = [
      number("within", 1, tolerance: 1e-3), number("beyond", 1, tolerance: 1e-3), number("bare", 1),
      number("kept", 2), number("lost", 3), digest,
    ]
    let now = [
      number("within", 1.001), number("beyond", 1.1), number("bare", 1.0001), number("kept", 2), other,
    ]
    func moved(_ kind: EnvironmentClass) throws -> [String] {
      try MovedNumbers(reference, now, kind).keys.map(\.id)
    }
    #expect(try moved(.other) == ["beyond", "bare", "lost"])
    #expect(try moved(.same) == ["within", "beyond", "bare", "lost", "digest/s"])
    #expect(try MovedNumbers(reference, now, .other).judged == 5)
  }

  @Test("what is never restored says why, and code how to get it")
  func reasons() throws {
    let revision = String(repeating: "ab", count: 20)
    func change(_ kind: ManifestChange.Kind) -> ManifestChange {
      ManifestChange(kind, name: "", message: "")
    }
    let reason = try #require(change(.revision(revision)).reasonItStays)
    #expect(reason.hasSuffix("git worktree add ../modgap-abababababab \(revision)"))
    let kept: [ManifestChange.Kind] = [
      .revision(nil), .uncommitted, .stageVersion, .dataFile, .cpu, .openblas, .compiler("Swift 6.1"), .hdf5,
      .numericPolicy,
    ]
    for kind in kept { #expect(change(kind).reasonItStays?.isEmpty == false) }
    for kind in [ManifestChange.Kind.config("a"), .jobs(2), .openblasKernel("Zen")] {
      #expect(change(kind).reasonItStays == nil)
    }
  }
}
