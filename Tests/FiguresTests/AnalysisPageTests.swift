import Declarations
import ExperimentConfig
import Foundation
import Statistics
import Testing

@testable import Figures

@Suite("Pages of analyses")
struct AnalysisPageTests {
  static let nasty = PageTests.nasty

  /// Three pairs in two views, with all that a page can have.
  static func points() -> AnalysisPage.Points {
    let view = AnalysisPage.View(
      name: "before", axes: ["Δ", "PC 1"], coordinates: [[0, 0, 1, 2, -3, 5], [0.5, 1, 1, 1, 2, 2]])
    var points = AnalysisPage.Points(
      sides: ["image", "text"], ids: ["a", nasty, "two\nlines"], views: [view, view])
    points.labels = ["cat", nasty, "cat"]
    points.ranks = [[1, 2, 3], [3, 2, 1]]
    let list = AnalysisPage.Neighbours.List(
      items: [1, 2, 0, 2, 0, -1], cosines: [0.9, 0.8, 0.7, 0.6, 0.5, 0])
    points.neighbours = AnalysisPage.Neighbours(count: 2, lists: [[list, list], [list, list]])
    return points
  }

  static func contents() -> AnalysisPage.Contents {
    var contents = AnalysisPage.Contents(title: nasty, sentences: [nasty, "The gap is 1.2."])
    contents.warnings = [
      AnalysisPage.Warning(name: nasty, score: "0.3%", isRaised: true, remedy: nasty),
      AnalysisPage.Warning(name: "order", score: "1", isRaised: false, remedy: "none"),
    ]
    var metric = AnalysisPage.Metric(name: "rmg", side: "both", value: 1.0 / 3)
    metric.interval = Interval(low: 0.25, high: 0.5)
    metric.references = [AnalysisPage.Reference(name: "CLIP", band: Interval(low: 0.8, high: 0.9))]
    (metric.null, metric.citation, metric.note) = (0.125, nasty, nasty)
    metric.command = ShellCommand(["modgap", "analyze", nasty])
    contents.metrics = [metric, AnalysisPage.Metric(name: "cka", side: "x-to-y", value: nil)]
    contents.points = points()
    contents.config = ConfigListing(source: .object(["title": .string(nasty)]), name: "analysis.json")
    contents.facts = [Report.Fact("x", nasty)]
    contents.pictures =
      InlineSVG(Array(PageTests.picture.utf8), prefix: "p0-").map {
        [AnalysisPage.Picture(title: nasty, image: $0)]
      } ?? []
    return contents
  }

  static func page(_ change: (inout AnalysisPage.Contents) -> Void = { _ in }) throws -> String {
    var contents = contents()
    change(&contents)
    return try analysisPage(contents)
  }

  static func block(_ name: String, _ page: String) throws -> [UInt8] {
    let parts = page.components(separatedBy: "<template id=\"points-\(name)\">")
    let text = try #require(parts.count == 2 ? parts[1].components(separatedBy: "</template>").first : nil)
    return Array(try #require(Data(base64Encoded: text)))
  }

  static func words<Word: FixedWidthInteger>(_ bytes: [UInt8], _: Word.Type) -> [Word] {
    stride(from: 0, to: bytes.count, by: Word.bitWidth / 8).map { start in
      bytes[start..<start + Word.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Word($1) }
    }
  }

  // MARK: - Texts

  @Test func allTextsStayTexts() throws {
    let page = try Self.page()
    #expect(!page.contains("<b>") && page.contains("&lt;b&gt;"))
    for tag in ["script", "style"] {
      #expect(
        page.components(separatedBy: "<\(tag)").count == 2
          && page.components(separatedBy: "</\(tag)").count == 2)
    }
    #expect(page.components(separatedBy: "</svg>").count == page.components(separatedBy: "<svg").count)
    #expect(!page.contains("http:") && !page.contains("https:"), "it names no other address")
    #expect(page.contains("default-src 'none'"))
  }

  @Test func theSentenceIsFirstAndTheTableHasAllThatAMetricSays() throws {
    let page = try Self.page()
    let places = [
      "class=\"lead\"", "class=\"warnings\"", "id=\"metrics\"", "id=\"points\"", "id=\"pictures\"",
      "id=\"config\"", "id=\"provenance\"",
    ]
    .compactMap { page.range(of: $0)?.lowerBound }
    #expect(places.count == 7 && places == places.sorted())
    #expect(page.contains("<td data-label=\"Value\" data-value=\"0.3333333333333333\">0.33333</td>"))
    #expect(page.contains("<td data-label=\"95% interval\">[0.25, 0.5]</td>"))
    #expect(page.contains("<td data-label=\"CLIP\">[0.8, 0.9]</td>"))
    // From the null, 0.125, to the band's end, 0.9, on a line from 12 to 138: 1/3 is at 46, 0.8 at 122.
    #expect(
      page.contains("aria-label=\"rmg 0.33333, interval [0.25, 0.5]; CLIP [0.8, 0.9]; shuffled null 0.125\""))
    #expect(
      page.contains("<rect class=\"band\" x=\"122\" y=\"3\" width=\"16\"") && page.contains("cx=\"46\""))
    #expect(page.contains("<strong>cka</strong>") && page.contains("1 check passed"))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatAreNotFiniteAreShownAsTheyAre(value: Double) throws {
    let page = try Self.page { contents in
      var metric = AnalysisPage.Metric(name: "odd", side: "both", value: value)
      (metric.interval, metric.null, metric.p) = (Interval(low: value, high: 1), value, value)
      metric.references = [AnalysisPage.Reference(name: "CLIP", band: Interval(low: 0, high: value))]
      var other = AnalysisPage.Metric(name: "even", side: "both", value: 1)
      (other.interval, other.null, other.references) = (metric.interval, value, metric.references)
      other.references.append(AnalysisPage.Reference(name: "random CLIP", band: Interval(low: 0, high: 2)))
      contents.metrics = [metric, other]
    }
    #expect(page.contains("<td data-label=\"Value\" data-value=\"\(value)\">\(readable(value))</td>"))
    #expect(page.contains("aria-label=\"even 1; random CLIP [0, 2]\""))
  }

  @Test func thePageIsTheSameEachTime() throws {
    #expect(try Self.page() == Self.page())
  }

  @Test func withoutPointsThereIsNoScriptForThem() throws {
    let page = try Self.page { $0.points = nil }
    #expect(!page.contains("explorer") && !page.contains("<template"))
  }

  // MARK: - Points

  @Test func textsOfTheBlocksAreTheSameBytes() throws {
    let points = Self.points()
    let bytes = try Self.block("ids", try Self.page())
    let ends = Self.words(Array(bytes.prefix(12)), UInt32.self).map { Int($0) + 12 }
    let texts = zip([12] + ends, ends).map { String(decoding: bytes[$0..<$1], as: UTF8.self) }
    #expect(zip(texts, points.ids).allSatisfy { $0.isExactly($1) } && texts.count == 3)
    let labels = Self.words(try Self.block("label-of", try Self.page()), UInt32.self)
    #expect(labels == [1, 0, 1], "labels are in the order of their bytes")
  }

  @Test func coordinatesAreWithinHalfAStep() throws {
    let page = try Self.page()
    let head = try JSONSerialization.jsonObject(with: Data(try Self.block("head", page))) as? [String: Any]
    let view = try #require((head?["views"] as? [[String: Any]])?.last)
    let (low, step) = (try #require(view["low"] as? [Double]), try #require(view["step"] as? [Double]))
    let cells = Self.words(try Self.block("view-1", page), UInt16.self)
    let given = Self.points().views[1].coordinates.flatMap(\.self)
    #expect(cells.count == given.count)
    for (place, (cell, value)) in zip(cells, given).enumerated() {
      #expect(abs(low[place % 2] + step[place % 2] * Double(cell) - Double(value)) <= 0.51 * step[place % 2])
    }
    #expect(cells.max() == 65534, "the last number means that there is none")
  }

  @Test func ranksAndNeighboursAreWhatWasGiven() throws {
    let page = try Self.page()
    #expect(Self.words(try Self.block("ranks", page), UInt32.self) == [1, 2, 3, 3, 2, 1])
    let items = try Self.block("near-items", page)
    #expect(
      items.prefix(18) == [1, 0, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 255, 255, 255] && items.count == 72)
    let cosines = Self.words(try Self.block("near-cosines", page), UInt16.self)
    // From 0 to 0.9 in 65,534 steps.
    let expected = [0.9, 0.8, 0.7, 0.6, 0.5, 0].map { UInt16(($0 / 0.9 * 65534).rounded()) }
    #expect(zip(cosines, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 } && cosines.count == 24)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func whatIsNotFiniteIsLeftOutWithAWord(value: Float) throws {
    let page = try Self.page { contents in
      let places: [[Float]] = [[0, value, 1, 2, -3, 5], [0.5, 1, 1, 1, 2, 2]]
      contents.points?.views[0] = AnalysisPage.View(name: "before", axes: ["Δ", "PC 1"], coordinates: places)
    }
    #expect(page.contains("before: 1 point of 6 is left out, since a coordinate is not a finite number."))
    #expect(Self.words(try Self.block("view-0", page), UInt16.self).prefix(2) == [65535, 65535])
  }

  @Test func oneSideAlone() throws {
    let page = try Self.page { contents in
      let view = AnalysisPage.View(name: "PCA", axes: ["PC 1", "PC 2"], coordinates: [[1, 2, 3, 4, 5, 6]])
      contents.points = AnalysisPage.Points(sides: ["x"], ids: ["a", "b", "c"], views: [view])
    }
    #expect(page.contains("<h2 id=\"points\">Points</h2>") && !page.contains("points-labels"))
    #expect(!page.contains("id=\"points-ranks\"") && !page.contains("id=\"points-near-items\""))
  }

  @Test func onePairIsAPageAndNoneIsNot() throws {
    func points(_ count: Int) -> AnalysisPage.Points {
      let places = [Float](repeating: 1, count: 2 * count)
      let view = AnalysisPage.View(name: "v", axes: ["a", "b"], coordinates: [places, places])
      return AnalysisPage.Points(sides: ["x", "y"], ids: (0..<count).map { "\($0)" }, views: [view])
    }
    let page = try Self.page { $0.points = points(1) }
    #expect(Self.words(try Self.block("view-0", page), UInt16.self) == [0, 0, 0, 0])
    #expect(throws: AnalysisFailure.noItems) { try Self.page { $0.points = points(0) } }
  }

  @Test func partsOfOtherItemsAreRefused() {
    let changes: [(inout AnalysisPage.Points) -> Void] = [
      { $0.ids.removeLast() }, { $0.labels?.removeLast() }, { $0.ranks?[0].removeLast() },
      { $0.ranks?.removeLast() },
      { $0.ranks?[1][0] = 0 }, { $0.ranks?[1][0] = 4 }, { $0.sides.removeLast() }, { $0.views = [] },
      { $0.views.append($0.views[0]) }, { $0.sides.append("z") },
      { $0.views[0] = AnalysisPage.View(name: "v", axes: ["a"], coordinates: $0.views[0].coordinates) },
      { $0.views[0] = AnalysisPage.View(name: "v", axes: ["a", "b"], coordinates: [[0], [0]]) },
      { $0.neighbours = AnalysisPage.Neighbours(count: 2, lists: []) },
      { $0.neighbours = AnalysisPage.Neighbours(count: 0, lists: []) },
      { points in
        let list = AnalysisPage.Neighbours.List(
          items: [3, 0, 0, 0, 0, 0], cosines: [Float](repeating: 0, count: 6))
        points.neighbours = AnalysisPage.Neighbours(count: 2, lists: [[list, list], [list, list]])
      },
    ]
    for (index, change) in changes.enumerated() {
      var points = Self.points()
      change(&points)
      #expect(throws: AnalysisFailure.self, "change \(index)") { try points.check() }
    }
    #expect(throws: Never.self) { try Self.points().check() }
  }

  /// The page of 100,000 pairs is one of 10 MB, and says which neighbours it leaves out.
  @Test func manyPairsLeaveOutNeighbours() throws {
    let count = 100_000
    let places = (0..<2 * count).map { Float($0) }
    let view = AnalysisPage.View(name: "v", axes: ["a", "b"], coordinates: [places, places])
    var points = AnalysisPage.Points(
      sides: ["x", "y"], ids: (0..<count).map { "\($0)" }, views: [view, view])
    let list = AnalysisPage.Neighbours.List(
      items: [Int32](repeating: 7, count: 3 * count), cosines: [Float](repeating: 0.5, count: 3 * count))
    points.neighbours = AnalysisPage.Neighbours(count: 3, lists: [[list, list], [list, list]])
    let blocks = PointBlocks(points)
    // Per pair 8 bytes in each view, at most 9 of its id, and 20 for each neighbour, of 67.5.
    #expect(
      blocks.notes == [
        "Of the 3 nearest neighbours of each point the page has the nearest 2: more would make it larger than 10 MB."
      ])
    let size = blocks.blocks.reduce(0) { $0 + $1.bytes.count }
    #expect(size <= PointBlocks.mostBytes && size > 48 * count)
    points.total = 1_000_000
    #expect(
      PointBlocks(points).notes.first
        == "The views show a sample of 100000 of 1000000 items; neighbours are among these.")
  }
}
