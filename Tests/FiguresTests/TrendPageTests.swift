import Declarations
import Foundation
import Statistics
import Testing

@testable import Figures

@Suite("The page of the numbers over the nights")
struct TrendPageTests {
  private static let nights = (0..<5).map { Trend.Night(day: 20_000 + $0, date: "2024-10-0\($0 + 4)") }

  private static func series(
    _ id: String = "loss/loss/k=1", _ values: [Double?] = [1, 1, 1.5, nil, 1], farthest: Double = 2,
    band: Interval? = Interval(low: 0.75, high: 1.25)
  ) -> Trend.Series {
    Trend.Series(
      id: id, unit: "nats", accepted: 1, band: band,
      points: values.enumerated().map { (20_000 + $0.offset, $0.element) }, farthest: farthest)
  }

  private static func page(
    _ series: [Trend.Series], nights: [Trend.Night] = nights, resting: Int = 3, events: [Trend.Event] = [],
    name: String = "figure3"
  ) -> String {
    trendPage(
      Trend(
        nights: nights,
        groups: [Trend.Group(experiment: name, moved: series, resting: resting, events: events)]))
  }

  @Test func aNumberIsDrawnInItsBand() {
    let page = Self.page([Self.series()])
    #expect(page.contains("5 nights, 2024-10-04 to 2024-10-08 (UTC). 1 number moved, 3 never did."))
    // From 0.69 to 1.56 over 100 units: the band ends at 35 and 93, the accepted value is at 64.
    #expect(page.contains("<rect class=\"band\" x=\"0\" y=\"36\" width=\"1000\" height=\"57\"/>"))
    #expect(page.contains("<path class=\"paper\" d=\"M0 64H1000\"/>"))
    // The gap of the night that lacks it: the line begins anew.
    #expect(page.contains("<path class=\"line\" d=\"M12 64L256 64L500 7M988 64\"/>"))
    #expect(page.contains("<span class=\"unit\">nats</span>"))
    #expect(page.contains("<div class=\"x\"><span>2024-10-04</span><span>2024-10-08</span></div>"))
    #expect(
      page.contains(
        "aria-label=\"loss/loss/k=1: 5 nights, from 1 to 1.5 nats; accepted [0.75, 1.25]; missing in 1 night\""
      ))
  }

  @Test func changesAreMarksAndFindingsAreDots() {
    let page = Self.page(
      [Self.series()],
      events: [
        Trend.Event(
          night: Self.nights[2], kind: .change, id: "", text: "OpenBLAS's kernel changed, from A to B"),
        Trend.Event(night: Self.nights[2], kind: .change, id: "", text: "the compiler changed"),
        Trend.Event(night: Self.nights[2], kind: .red, id: "loss/loss/k=1", text: "1.5 instead of 1"),
        Trend.Event(night: Self.nights[3], kind: .amber, id: "loss/loss/k=1", text: "it is missing"),
      ])
    #expect(page.contains("<path class=\"mark\" d=\"M500 0V100\"><title>1, 2024-10-06</title></path>"))
    #expect(page.contains("<span style=\"left:50%\">1</span>"))
    #expect(
      page.contains(
        "<li value=\"1\">2024-10-06: OpenBLAS&#39;s kernel changed, from A to B; the compiler changed</li>"))
    #expect(page.contains("<path class=\"found red\" d=\"M500 7h0\">"))
    // Where the number is missing, at the bottom.
    #expect(page.contains("<path class=\"found amber\" d=\"M744 100h0\">"))
    #expect(page.contains("<span class=\"level red\">red</span> 2 nights"))
  }

  /// Lines that are nearer than two numbers are wide share one.
  @Test func numbersOfMarksDoNotOverlap() throws {
    let nights = (0..<200).map { Trend.Night(day: 20_000 + $0, date: "d\($0)") }
    let events = nights.map { Trend.Event(night: $0, kind: .change, id: "", text: "x") }
    let page = Self.page([Self.series()], nights: nights, events: events)
    let places = page.components(separatedBy: "style=\"left:").dropFirst().compactMap {
      Int($0.prefix { $0.isNumber })
    }
    #expect(places.count > 3 && places.count < 12)
    for (a, b) in zip(places, places.dropFirst()) { #expect(b - a >= 8) }
  }

  @Test func thoseThatMovedMostAreFirst() {
    let page = Self.page([
      Self.series("a", farthest: 1), Self.series("b", farthest: 9), Self.series("c", farthest: .infinity),
    ])
    let places = ["c", "b", "a"].compactMap { page.range(of: "<tr><td>\($0)</td>")?.lowerBound }
    #expect(places.count == 3 && places == places.sorted())
    let groups = trendPage(
      Trend(
        nights: Self.nights,
        groups: [
          Trend.Group(experiment: "calm", moved: [], resting: 5, events: []),
          Trend.Group(experiment: "moving", moved: [Self.series()], resting: 5, events: []),
        ]))
    #expect(groups.range(of: ">moving</h2>")!.lowerBound < groups.range(of: ">calm</h2>")!.lowerBound)
  }

  @Test func thereIsAnAnswerWithoutNights() {
    let page = trendPage(Trend(nights: [], groups: []))
    #expect(page.contains("No night has been kept yet.") && !page.contains("<table"))
  }

  @Test func oneNightHasOneDate() {
    let page = Self.page([Self.series("a", [1.5])], nights: [Self.nights[0]])
    #expect(page.contains("One night, 2024-10-04 (UTC)."))
    #expect(
      page.contains("<div class=\"plot one\">")
        && page.contains("<div class=\"x\"><span>2024-10-04</span></div>"))
    #expect(page.contains("M500 7h0"), "it stands in the middle")
  }

  @Test func hostileNamesStayTexts() {
    let nasty = PageTests.nasty
    let page = Self.page(
      [Self.series(nasty)],
      events: [
        Trend.Event(night: Self.nights[0], kind: .change, id: "", text: nasty),
        Trend.Event(night: Self.nights[0], kind: .red, id: nasty, text: nasty),
      ], name: nasty)
    #expect(!page.contains("<b>") && page.contains("&lt;b&gt;"))
    #expect(page.components(separatedBy: "<script").count == 2)
    #expect(page.components(separatedBy: "</script").count == 2)
    #expect(page.components(separatedBy: "</svg>").count == page.components(separatedBy: "<svg").count)
    #expect(!page.contains("http:") && !page.contains("https:"))
  }

  /// Numbers that no picture can hold, and numbers that are all one.
  @Test(
    arguments: [
      [nil, nil], [1e308, -1e308], [0, 0], [.leastNonzeroMagnitude, 0], [1, 1 + 1e-15], [1e300, 1e-300], [],
    ] as [[Double?]])
  func anyNumberIsDrawn(values: [Double?]) {
    for band in [nil, Interval(low: -.infinity, high: .infinity), Interval(low: 1, high: 1)] {
      let page = Self.page([Self.series("a", values, farthest: .infinity, band: band)])
      let body = page.components(separatedBy: "<script")[0]
      #expect(body.contains("class=\"plot\"") && !body.lowercased().contains("nan"))
    }
  }

  @Test(arguments: [(1.0, 1.0000001), (0.1234567, 0.1234568), (-3, 5), (1e-9, 2e-9)])
  func labelsOfTheAxisDiffer(low: Double, high: Double) throws {
    let labels = TrendPlot.labels(low...high)
    let read = try #require(Double(labels.low).flatMap { low in Double(labels.high).map { (low, $0) } })
    #expect(read.0 < read.1)
    #expect(abs(read.0 - low) <= (high - low) / 20 && abs(read.1 - high) <= (high - low) / 20)
  }

  /// Ten thousand numbers that all moved in each of 400 nights.
  @Test func thePageStaysSmall() {
    let nights = (0..<400).map { Trend.Night(day: 20_000 + $0, date: "2024-10-04") }
    let values = nights.map { Optional(Double($0.day % 7)) }
    let series = (0..<10_000).map { Self.series("table/quantity/key=\($0)", values, farthest: Double($0)) }
    let page = Self.page(series, nights: nights)
    #expect(page.utf8.count < 3_000_000, "\(page.utf8.count)")
    #expect(page.components(separatedBy: "<svg").count - 1 == Trend.mostDrawn)
    #expect(page.contains("8750 more numbers moved less than these."))
  }
}
