import Declarations
import Regression
import Statistics
import Testing

@Suite("Numbers over the nights")
struct NightLogTests {
  private func key(_ id: String, _ experiment: String = "e") -> NumberKey {
    NumberKey(experiment: experiment, id: id)
  }

  private func night(
    _ number: Int, _ numbers: [String: Double], change: (inout NightLog.Night) -> Void = { _ in }
  )
    -> NightLog.Night
  {
    var night = NightLog.Night(number: number, date: "day \(number)")
    night.ran = [("e", "revision \(number)")]
    for (id, value) in numbers { night.numbers[key(id)] = value }
    change(&night)
    return night
  }

  private func values(_ log: NightLog, _ id: String) -> [[Double?]] {
    log.trends(of: "e", []).filter { $0.key.id == id }.map { $0.points.map(\.value) }
  }

  @Test("a value holds until the next one, and a night that lacks it has none")
  func holds() {
    var log = NightLog()
    log.add(night(1, ["a": 1, "b": 5]))
    log.add(night(2, ["a": 1, "b": 5]))
    log.add(night(3, ["a": 2, "c": 7]))
    log.add(night(4, ["a": 2, "b": 5, "c": 7]))
    #expect(log.values.rows.count == 6, "only what is not as it was the night before")
    #expect(values(log, "a") == [[1, 1, 2, 2]])
    #expect(values(log, "b") == [[5, 5, nil, 5]])
    #expect(values(log, "c") == [[7, 7]], "before it was there, it was not missing")
  }

  @Test("a night without the experiment has no point of it, and takes none of its numbers away")
  func otherExperiment() {
    var log = NightLog()
    log.add(night(1, ["a": 1]))
    log.add(night(2, [:]) { $0.ran = [("f", "")] })
    log.add(night(3, ["a": 1]))
    #expect(log.trends(of: "e", []).map { $0.points.map(\.night) } == [[1, 3]])
    #expect(log.nights.map(\.number) == [1, 2, 3])
  }

  @Test("a night that is run twice counts once; nothing is put before the last one")
  func order() {
    var log = NightLog()
    log.add(night(1, ["a": 1]))
    log.add(night(2, ["a": 9]))
    let once = log
    log.add(night(2, ["a": 9]))
    #expect(log == once)
    #expect(!log.add(night(1, ["a": 3])) && log == once)
  }

  @Test("files have it all")
  func files() throws {
    var log = NightLog()
    log.add(
      night(1, ["a": 0.1]) {
        $0.changes = [("e", "OpenBLAS's kernel changed, \"from\" x\nto y")]
        $0.findings = [
          Finding(level: .amber, rule: .equality, key: key("a"), message: "1 instead of 2"),
          Finding(level: .green, rule: .equality, key: key("b"), message: "nothing"),
          Finding(level: .red, rule: .equality, key: key("b"), message: "3, not 4"),
        ]
      })
    log.add(night(2, ["a": .nan]))
    let read = NightLog(
      events: try NightLog.events(csv: log.eventsCSV, path: "nights.csv"),
      values: try NightHistory(csv: log.values.csv, path: "numbers.csv"))
    #expect(read.events == log.events && read.values.csv == log.values.csv)
    #expect(read.events.map(\.kind) == [.ran, .change, .red, .amber, .ran], "red before amber")
    #expect(throws: RegressionFailure.self) {
      try NightLog.events(
        csv: Array("night,date,kind,experiment,id,text\n1,d,blue,e,a,x\n".utf8), path: "nights.csv")
    }
  }

  @Test("what is beyond the limits is forgotten, and what holds is kept")
  func limits() {
    var log = NightLog()
    for number in 1...6 { log.add(night(number, ["a": number < 3 ? 1 : 2, "b": Double(number)])) }
    let whole = log
    log.compact(nights: 3)
    #expect(log.nights.map(\.number) == [4, 5, 6])
    #expect(values(log, "a") == [[2, 2, 2]] && values(log, "b") == [[4, 5, 6]])
    log = whole
    log.compact(rows: 5)
    #expect(log.values.rows.count <= 5 && log.nights.last?.number == 6)
    #expect(values(log, "b").first?.last == 6)
    log.add(night(7, ["a": 2, "b": 6]))
    #expect(log.trends(of: "e", []).allSatisfy { $0.points.last?.night == 7 })
    var few = whole
    few.compact()
    #expect(few == whole)
  }

  @Test("of a night in which all moves, the first findings are kept")
  func findings() {
    var log = NightLog()
    log.add(
      night(1, [:]) {
        $0.findings = (0..<600).map {
          Finding(level: $0 == 599 ? .red : .amber, rule: .equality, key: key("\($0)"), message: "")
        }
      })
    #expect(log.events.count == 1 + NightLog.mostFindings && log.events[1].kind == .red)
  }

  // MARK: - Bands

  private func number(_ kind: NumberKind, _ value: Double, _ change: (inout ReferenceNumber) -> Void)
    -> ReferenceNumber
  {
    var number = ReferenceNumber(experiment: "e", id: "a", kind: kind, value: .real(value))
    change(&number)
    return number
  }

  /// Against the rule itself: what lies just inside is accepted, and what lies just outside is not.
  @Test("the band of a number is what its rule accepts of another environment")
  func bands() throws {
    let cases = [
      number(.real, 3) { $0.tolerance = 1e-3 }, number(.real, -3) { $0.tolerance = 1e-3 },
      number(.cosine, 0.99) { $0.tolerance = 1e-3 }, number(.count, 7) { $0.change = 2 },
      ReferenceNumber(
        experiment: "e", id: "a", trained: Summary(count: 5, mean: 2, standardDeviation: 0.1)),
    ]
    for reference in cases {
      let band = try #require(reference.band(family: 1))
      for (edge, sign) in [(band.low, -1.0), (band.high, 1.0)] {
        for (share, moves) in [(-0.01, false), (0.01, true)] {
          let value = edge + sign * share * (band.high - band.low)
          var now = ReferenceNumber(experiment: "e", id: "a", kind: reference.kind, value: .real(value))
          now.count = reference.count
          #expect(
            try MovedNumbers([reference], [now], .other).keys.isEmpty != moves, "\(reference.kind) \(value)")
        }
      }
    }
    #expect(number(.real, 1) { _ in }.band(family: 1) == nil)
    let claim = ReferenceNumber(
      experiment: "e", claim: "c", verdict: "pass", count: 5, interval: Interval(low: 1, high: 2), level: 0.95
    )
    #expect(claim.band(family: 1) == Interval(low: 1, high: 2) && claim.followed == 1.5)
  }

  @Test("how far a number was is measured in its band")
  func farthest() {
    func trend(_ values: [Double?], accepted: Double? = 1, band: Interval? = Interval(low: 0.5, high: 1.5))
      -> NumberTrend
    {
      NumberTrend(
        key: key("a"), points: values.enumerated().map { ($0.offset, $0.element) }, accepted: accepted,
        band: band)
    }
    #expect(trend([1, 1]).farthest == 0 && !trend([1, 1]).hasMoved)
    #expect(trend([1, 2, 1]).farthest == 2)
    #expect(trend([1, nil]).farthest == .infinity)
    #expect(trend([1, 1 + 1e-9], band: nil).hasMoved)
    #expect(!trend([4, 4], accepted: nil, band: nil).hasMoved && trend([], accepted: nil).farthest == 0)
  }

  @Test(
    "a unit is the quantity's, but of counts and places",
    arguments: [
      ("loss/loss/k=1", "nats"), ("loss/loss/k=1/sd", "nats"), ("loss/loss/mean", "nats"),
      ("loss/loss/k=1/n", "count"), ("loss/loss/numbers", "count"), ("loss/loss/minimum-at(k)", nil),
      ("loss/other/k=1", nil), ("claim/c", "nats"), ("claim/d", nil),
    ] as [(String, String?)])
  func units(id: String, unit: String?) {
    #expect(NumberSelection.unit(of: id, ["loss/loss": "nats", "claim/c": "nats"]) == unit)
  }
}
