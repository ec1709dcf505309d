import Declarations
import Regression
import Statistics
import Testing

@Suite("Slow drift over the nights")
struct DriftTests {
  private let key = NumberKey(experiment: "canary", id: "loss")

  /// Two-sided run lengths of the standard normal at k = ½, from Montgomery, Introduction to Statistical Quality Control.
  @Test("average run lengths are those of the tables, within 2%", arguments: [(4.0, 168.0), (5.0, 465.0)])
  func runLength(limit: Double, expected: Double) {
    #expect(abs(CUSUM.averageRunLength(limit: limit) / expected - 1) < 0.02)
  }

  @Test("the limit grows with the family, and gives ten years for all of it", arguments: [1, 10, 1000])
  func limit(family: Int) {
    let limit = CUSUM.limit(family: family, drawsPerNight: 3)
    let wanted = 10 * 365.25 * Double(family) * 3
    #expect(abs(CUSUM.averageRunLength(limit: limit) / wanted - 1) < 1e-9)
  }

  /// Run lengths are about geometric, so the mean of 400 has a standard error of 1/20 of it: four of them, and 2%
  /// for the formula. The start of sums at 0 makes the first run longer by a few draws.
  @Test(
    "with a reference that is itself estimated from 60 draws, the run length is the one that was asked for")
  func estimated() throws {
    var draws = Draws("estimated")
    let limit = CUSUM.limit(family: 1, nights: 200)
    var total = 0
    for _ in 0..<400 {
      var sums = try #require(CUSUM(start: Summary(of: draws.next(60).map { 7 + 0.3 * $0 }), limit: limit))
      while !sums.isAlarm {
        sums.add(7 + 0.3 * draws.next())
        total += 1
      }
    }
    #expect(abs(Double(total) / 400 / 200 - 1) < 0.22)
  }

  @Test("standardised draws are standard normal whatever the mean, the deviation and the few draws before")
  func standardised() throws {
    var draws = Draws("standardised")
    var values: [Double] = []
    for _ in 0..<4000 {
      var sums = try #require(CUSUM(start: Summary(of: draws.next(3).map { 1e6 + 1e-3 * $0 }), limit: 1))
      values.append(sums.add(1e6 + 1e-3 * draws.next()))
    }
    let summary = Summary(of: values)
    // Four standard errors of mean and deviation.
    #expect(abs(summary.mean) < 4 / 63.2 && abs(summary.standardDeviation - 1) < 4 / 89.4)
  }

  private func history(_ nights: Int, drift: Double, _ draws: inout Draws) -> NightHistory {
    NightHistory(
      (0..<nights).flatMap { night in
        (0..<3).map { _ in
          NightHistory.Row(
            night: night, date: "2026-01-01", key: key,
            value: 2 + 0.1 * (draws.next() + drift * Double(night)))
        }
      })
  }

  @Test(
    "a drift of a deviation in fifty nights is found, with its direction; none is not",
    arguments: [-1.0, 0, 1])
  func drift(direction: Double) {
    var draws = Draws("drift")
    let reference = Summary(count: 60, mean: 2, standardDeviation: 0.1)
    let found = Drift(history(100, drift: direction / 50, &draws), references: [key: reference])
    #expect(found.family == 1)
    #expect(found.alarms.map(\.direction) == (direction == 0 ? [] : [Int(direction)]))
    #expect(found.alarms.allSatisfy { $0.isConfirmed })
  }

  @Test("one outlier is no drift, and the same draw again does not count")
  func outliers() {
    let reference = Summary(count: 60, mean: 2, standardDeviation: 0.1)
    func rows(_ values: [Double]) -> NightHistory {
      NightHistory(
        values.enumerated().map { NightHistory.Row(night: $0, date: "", key: key, value: $1) })
    }
    #expect(Drift(rows([2.01, 1e9, 1.99]), references: [key: reference]).alarms.isEmpty)
    #expect(Drift(rows([Double](repeating: 2.15, count: 400)), references: [key: reference]).alarms.isEmpty)
    #expect(Drift(rows([2, .nan, 2.01]), references: [key: reference]).alarms.isEmpty)
  }

  @Test("numbers without a spread to judge by are listed")
  func unjudged() {
    let history = NightHistory([NightHistory.Row(night: 1, date: "", key: key, value: 1)])
    for reference in [nil, Summary(count: 60, mean: 1, standardDeviation: 0), Summary(of: [1])] {
      let found = Drift(history, references: reference.map { [key: $0] } ?? [:])
      #expect(found.unjudged == [key] && found.family == 0)
    }
  }

  @Test("a history and its file are the same; a broken file is an error")
  func file() throws {
    var draws = Draws("file")
    let history = history(3, drift: 0, &draws)
    #expect(try NightHistory(csv: history.csv, path: "h.csv") == history)
    #expect(history.since(1).rows.count == 6)
    for text in ["night\n1\n", "night,date,experiment,id,value\nx,d,e,i,1\n", ""] {
      #expect(throws: (any Error).self) { try NightHistory(csv: Array(text.utf8), path: "h.csv") }
    }
  }
}
