import Declarations
import Regression
import Statistics
import Testing

@Suite("What a night says")
struct JudgementTests {
  private func calibrated(_ number: ReferenceNumber, tolerance: Double) -> ReferenceNumber {
    var own = number
    (own.tolerance, own.toleranceSource) = (tolerance, "ensemble-34")
    return own
  }

  private var reference: [ReferenceNumber] {
    [calibrated(real("loss", 2), tolerance: 1e-6), number(.digest, "digest/gap", .text("aa"))]
  }

  private func judge(
    _ tonight: [ReferenceNumber], _ environment: EnvironmentClass = .other,
    reference: [ReferenceNumber]? = nil,
    change: (inout NightInput) -> Void = { _ in }
  ) -> NightJudgement {
    var input = NightInput(
      reference: reference ?? self.reference, tonight: tonight, environment: environment)
    change(&input)
    return NightJudgement(input)
  }

  private func tonight(_ loss: Double, digest: String = "aa") -> [ReferenceNumber] {
    [real("loss", loss), number(.digest, "digest/gap", .text(digest))]
  }

  @Test("in another environment numbers may differ by their tolerance, and digests as they like")
  func ensemble() {
    let found = judge(tonight(2 + 2.9e-6, digest: "bb"))
    #expect(found.level == .green && found.judged == 1)
    #expect(found.families == [RuleFamily(rule: .ensemble, count: 1)])
    let beyond = judge(tonight(2 + 3.1e-6))
    #expect(beyond.level == .amber)
    #expect(beyond.findings.map(\.key.id) == ["loss"])
    for bad in [Double.nan, .infinity] { #expect(judge(tonight(bad)).level == .amber) }
  }

  @Test("in the same environment everything must be equal")
  func same() {
    #expect(judge(tonight(2), .same).level == .green)
    #expect(judge(tonight(2, digest: "bb"), .same).findings.map(\.rule) == [.digest])
    let close = judge(tonight(2.0.nextUp), .same)
    #expect(close.findings.map(\.rule) == [.equality])
    #expect(close.findings.first?.message.contains("within the tolerance of another environment") == true)
  }

  @Test("red only where it is confirmed; amber where it is not, and where it is computed again otherwise")
  func confirmation() {
    #expect(judge(tonight(3)).level == .amber)
    #expect(judge(tonight(3)) { $0.confirmation = tonight(3) }.level == .red)
    #expect(judge(tonight(3)) { $0.confirmation = tonight(2) }.level == .amber)
    let missing = judge(tonight(3)) { $0.confirmation = [] }
    #expect(missing.level == .red && missing.findings.first?.isError == true)
  }

  @Test("a number that is missing, that last night had, or that is there twice is an error")
  func missing() {
    let gone = judge([number(.digest, "digest/gap", .text("aa"))])
    #expect(gone.level == .red && gone.findings.contains { $0.isError && $0.key.id == "loss" })
    let lost = judge(tonight(2)) {
      $0.yesterday = [NumberKey(experiment: "e", id: "new"), $0.reference[0].key]
    }
    #expect(lost.findings.map(\.key.id) == ["new"])
    #expect(lost.findings.first?.isError == true && lost.level == .red)
    #expect(judge(tonight(2) + tonight(2)).level == .red)
  }

  @Test("new numbers are listed and are no findings")
  func new() {
    let found = judge(tonight(2) + [real("more", 1)])
    #expect(found.new.map(\.id) == ["more"] && found.level == .green)
  }

  @Test("a night that judged nothing fails, however many numbers it has")
  func nothing() {
    #expect(judge([], reference: []).level == .red)
    let uncalibrated = judge([real("a", 1)], reference: [real("a", 1)])
    #expect(uncalibrated.level == .red && uncalibrated.unjudged.map(\.key.id) == ["a"])
    #expect(judge(tonight(2), reference: []).level == .red)
  }

  @Test("texts are equal everywhere; counts and places change by no more than they may")
  func exact() {
    var place = number(.place, "minimum-at(delta)", .real(0))
    let count = number(.count, "pairs", .real(7))
    let text = number(.text, "class", .text("cat"))
    func level(_ new: ReferenceNumber, _ old: ReferenceNumber) -> FindingLevel {
      judge([new], reference: [old]).level
    }
    #expect(level(text, text) == .green && level(number(.text, "class", .text("dog")), text) == .amber)
    #expect(level(number(.count, "pairs", .real(8)), count) == .amber)
    var loose = count
    loose.change = 1
    #expect(level(number(.count, "pairs", .real(8)), loose) == .green)
    #expect(level(number(.count, "pairs", .real(9)), loose) == .amber)
    let moved = number(.place, "minimum-at(delta)", .real(0.5))
    place.change = 0
    #expect(level(moved, place) == .amber && level(place, place) == .green)
    place.change = .infinity
    #expect(level(moved, place) == .green)
  }

  private func trained(_ mean: Double, n: Int = 5, sd: Double = 0.1) -> ReferenceNumber {
    ReferenceNumber(
      experiment: "e", id: "trained", trained: Summary(count: n, mean: mean, standardDeviation: sd))
  }

  @Test("a trained network's mean lies in the prediction interval of the reference's replicates")
  func prediction() {
    // t(0.9995, 4) = 8.6103, so the reach is 8.6103·0.1·√(2/5) = 0.5446.
    #expect(judge([trained(1.544)], reference: [trained(1)]).level == .green)
    #expect(judge([trained(1.545)], reference: [trained(1)]).level == .amber)
    #expect(judge([trained(.nan)], reference: [trained(1)]).level == .amber)
    let alone = judge([trained(1)], reference: [trained(1, n: 1, sd: .nan)])
    #expect(alone.unjudged.count == 1 && alone.level == .red)
  }

  private func claim(_ verdict: String, _ low: Double? = nil, _ high: Double = 0) -> ReferenceNumber {
    ReferenceNumber(
      experiment: "e", claim: "c", verdict: verdict, count: 5,
      interval: low.map { Interval(low: $0, high: high) },
      level: 0.95)
  }

  @Test("claims differ where their intervals do; without intervals, where their verdicts do")
  func claims() {
    func level(_ new: ReferenceNumber, _ old: ReferenceNumber) -> FindingLevel {
      judge([new], reference: [old]).level
    }
    #expect(level(claim("inconclusive", -0.1, 0.9), claim("pass", 0, 1)) == .green)
    #expect(level(claim("pass", 10, 11), claim("pass", 0, 1)) == .amber)
    #expect(level(claim("pass"), claim("pass", 0, 1)) == .amber)
    #expect(level(claim("fail"), claim("pass")) == .amber)
    #expect(level(claim("pass"), claim("pass")) == .green)
    #expect(level(claim("pass", 2, 2), claim("pass", 2, 2)) == .green)
    #expect(level(claim("pass", 2.0.nextUp, 2.0.nextUp), claim("pass", 2, 2)) == .green)
    #expect(level(claim("pass", 2.1, 2.1), claim("pass", 2, 2)) == .amber)
  }

  @Test("an error in the canary's or the first steps' data is red, never a pass")
  func trainings() throws {
    var draws = Draws("judgement")
    let reference = try TrainingTests.reference(&draws)
    let good = (0..<3).map { _ in TrainingTests.row(&draws) }
    var bad = good
    bad[1]["loss"] = nil
    let broken = judge(tonight(2)) { $0.canary = (reference, bad, nil) }
    #expect(broken.level == .red && broken.findings.first?.isError == true)
    let fine = judge(tonight(2)) { $0.canary = (reference, good, nil) }
    #expect(fine.families.map(\.rule) == [.ensemble, .canary])
    let shift = Dictionary(uniqueKeysWithValues: TrainingTests.names.map { ($0, $0 < "h" ? 2.0 : -2.0) })
    let off = (0..<3).map { _ in TrainingTests.row(&draws, shift: shift) }
    #expect(judge(tonight(2)) { $0.canary = (reference, off, nil) }.level == .amber)
    #expect(judge(tonight(2)) { $0.canary = (reference, off, good) }.level == .amber)
    #expect(judge(tonight(2)) { $0.canary = (reference, off, off) }.level == .red)
  }

  @Test("each rule says its level")
  func levels() {
    #expect(JudgementRule.allCases.allSatisfy { !$0.level.isEmpty })
    #expect(JudgementRule.canary.level == "0.1% a night, of known components")
  }

  @Test("accepting prints what it changes, tolerances on lines of their own")
  func difference() throws {
    let before = [
      calibrated(real("a", 1), tolerance: 1e-9), real("gone", 2), calibrated(real("same", 1), tolerance: 1),
    ]
    let now = [
      calibrated(real("a", 1.5), tolerance: 1e-3), real("new", 3), calibrated(real("same", 1), tolerance: 1),
    ]
    #expect(
      try ReferenceDifference(from: before, to: now).lines == [
        "value of e: a: 1.0 → 1.5", "tolerance of e: a: 1e-09 (ensemble-34) → 0.001 (ensemble-34)",
        "removed e: gone: it was 2.0", "added e: new: 3.0",
      ])
    #expect(try ReferenceDifference(from: now, to: now).lines.isEmpty)
  }
}
