import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Testing

@testable import Figures

@Suite("Scripts")
struct ScriptTests {
  static let losses = table(
    ["delta", "temperature", "distance", "loss"],
    [[0, 0.01, 0.8, 0.5], [1, 0.01, 0.2, 1.5], [0, 1.0, 0.8, 3.5], [1, 1.0, 0.2, 3.25]])
  static let points = table(
    ["modality", "index", "c1", "c2"],
    [["x", 0, 0.1, 0.2], ["x", 1, 0.3, 0.4], ["y", 0, -0.1, -0.2], ["y", 1, -0.3, -0.4]])

  static func script(
    _ parameters: String, _ tables: [String: Table], axes: RunAxes = RunAxes(), name: String = "figure"
  ) throws -> String {
    let parameters = try json(parameters)
    return try figureScript(
      FigureSpec(name: name, kind: parameters["kind"]?.string ?? "", parameters: parameters),
      tables: { tables[$0].map { .present($0) } ?? .missing("\($0) is missing; make data") }, axes: axes
    ).text
  }

  static func lines(_ parameters: String, _ tables: [String: Table], axes: RunAxes = RunAxes()) throws
    -> [String]
  {
    try script(parameters, tables, axes: axes).split(separator: "\n").map(String.init)
  }

  static let landscape = #"""
    {"kind": "lines", "table": "loss", "x": "distance", "y": "loss", "series": "temperature",
     "format": "τ = {fraction}", "vertical": [{"at": 0.8, "title": "original gap"}]}
    """#

  @Test func linesGolden() throws {
    let lines = try Self.lines(Self.landscape, ["loss": Self.losses])
    let start = try #require(lines.firstIndex(of: "$data1 << EOD"))
    #expect(
      Array(lines[start - 1...start + 3]) == [
        "# τ = 1/100: x, y, low and high end of the 95% interval", "$data1 << EOD", "0.2 1.5 1.5 1.5",
        "0.8 0.5 0.5 0.5", "EOD",
      ])
    for expected in [
      "set terminal svg size 680,460 dynamic noenhanced font 'sans-serif,12' background '#FFFFFF' name 'figure'",
      "set arrow from first 0.8, graph 0 to first 0.8, graph 1 nohead dashtype 2 linewidth 1.4 linecolor rgb '#000000' front",
      "  $data1 using 1:2 with lines linewidth 1.8 linecolor rgb '#4C72B0' notitle, \\",
      "  $data2 using 1:2 with points pointtype 7 pointsize 0.62*dot linecolor rgb '#DD8452' notitle",
      "set label 'τ = 1' ", "set label 'original gap' ",
      "set label 'Distance between the centroids (Euclidean)' ", "set label 'Contrastive loss (nats)' ",
      "if (format < 3) reread",
    ] {
      #expect(lines.contains { $0.contains(expected) }, "no line has \(expected)")
    }
  }

  @Test func aHorizontalLineIsWithinTheAxes() throws {
    let lines = try Self.lines(
      #"""
      {"kind": "lines", "table": "loss", "x": "distance", "y": "loss", "where": {"temperature": 1},
       "horizontal": [{"at": 9, "title": "start"}, {"table": "loss", "column": "loss", "where": {"delta": 0, "temperature": 1}}]}
      """#, ["loss": Self.losses])
    for at in ["9", "3.5"] {
      #expect(lines.contains { $0.hasPrefix("set arrow from graph 0, first \(at) to graph 1, first \(at) ") })
    }
    #expect(lines.contains { $0.contains("set label 'start' ") })
    let range = try #require(lines.first { $0.hasPrefix("set yrange [") })
    #expect(range.contains(":9."), "\(range)")
  }

  private static let ends = table(
    ["from", "align", "seed", "distance"],
    [
      ["clip", "none", 0, 1.0], ["clip", "none", 1, 1.2], ["clip", "procrustes", 0, 0.1],
      ["clip", "procrustes", 1, 0.1], ["end", "none", 0, 2.0], ["end", "none", 1, 2.0],
      ["end", "procrustes", 0, 0.5], ["end", "procrustes", 1, 0.7],
    ])

  private static func intervals(_ published: String) throws -> [String] {
    try lines(
      #"""
      {"kind": "intervals", "table": "gap", "x": "from", "places": ["clip", "end"], "place_titles": ["before", "after"],
       "y": "distance", "series": "align", "order": ["none", "procrustes"], "titles": ["random", "amended"],
       "published": [\#(published)]}
      """#, ["gap": ends], axes: RunAxes(["align", "seed"], replicates: "seed"))
  }

  @Test func intervalsStandSideBySide() throws {
    let lines = try Self.intervals(#"{"title": "paper", "y": [1.5, 1.25], "half_width": [0.5, 0.25]}"#)
    #expect(lines.contains { $0.hasPrefix("set xtics ('before' 1, 'after' 2)") })
    let start = try #require(lines.firstIndex(of: "$data1 << EOD"))
    // t(0.975, 1) = 12.706 times 0.1.
    let row = lines[start + 1].split(separator: " ").compactMap { Double($0) }
    #expect(zip(row, [0.8, 1.1, 1.1 - 1.2706, 1.1 + 1.2706]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(lines[start + 2] == "1.8 2 2 2")
    #expect(lines.contains("1.2 1.5 1 2") && lines.contains("2.2 1.25 1 1.5"))
    #expect(lines.contains { $0.contains("$data2 using 1:2:3:4 with yerrorbars") })
    for title in ["random", "amended", "paper"] { #expect(lines.contains { $0.contains("'\(title)'") }) }
    #expect(throws: (any Error).self) {
      try Self.intervals(#"{"title": "paper", "y": [1], "half_width": [1]}"#)
    }
  }

  @Test func intervalsOfAColumnNeedNoReplicates() throws {
    let means = table(
      ["start", "training", "mean", "half"],
      [["random", "before", 1.0, 0.25], ["random", "after", 2.0, 0.5]])
    func drawn(_ joined: Bool) throws -> [String] {
      try Self.lines(
        #"""
        {"kind": "intervals", "table": "t", "x": "training", "places": ["before", "after"], "y": "mean",
         "half_width": "half", "series": "start", "order": ["random"], "joined": \#(joined)}
        """#, ["t": means])
    }
    let lines = try drawn(true)
    #expect(lines.contains("1 1 0.75 1.25") && lines.contains("2 2 1.5 2.5"), "\(lines)")
    #expect(lines.contains { $0.contains("$data1 using 1:2 with lines") })
    #expect(!(try drawn(false)).contains { $0.contains("$data1 using 1:2 with lines") })
  }

  @Test func intervalsOfATableThatIsMissingAreABox() throws {
    let lines = try Self.lines(
      #"{"kind": "intervals", "table": "gap", "x": "from", "places": ["a"], "y": "distance", "series": "align", "order": [1]}"#,
      [:])
    #expect(lines.contains { $0.contains("gap is missing; make data") })
  }

  @Test func aLogarithmicAxisMarksTheGrid() throws {
    let table = Self.grid([1, 0.1, 0.01])
    let picture =
      #"{"kind": "lines", "table": "t", "x": "delta", "y": "loss", "xscale": "log", "xformat": "{fraction}"}"#
    let lines = try Self.lines(picture, ["t": table])
    #expect(lines.contains { $0.hasPrefix("set xtics ('1/100' -2, '1/10' -1, '1' 0)") })
    let start = try #require(lines.firstIndex(of: "$data1 << EOD"))
    #expect(Array(lines[start + 1...start + 3]) == ["-2 3 3 3", "-1 2 2 2", "0 1 1 1"])
    // Marks whose texts would overlap are left out, points are not.
    let dense = try Self.lines(picture, ["t": Self.grid((1...100).map { 1 / Double($0) })])
    let ticks = try #require(dense.first { $0.hasPrefix("set xtics (") })
    #expect(ticks.split(separator: ",").count < 30)
    #expect(throws: (any Error).self) { try Self.lines(picture, ["t": Self.grid([0, 1])]) }
  }

  private static func grid(_ places: [Double]) -> Table {
    table(["delta", "loss"], places.enumerated().map { [.real($1), .integer($0 + 1)] })
  }

  @Test func theSameTablesGiveTheSameBytes() throws {
    #expect(
      try Self.script(Self.landscape, ["loss": Self.losses])
        == Self.script(Self.landscape, ["loss": Self.losses]))
  }

  @Test func bandsAreTheIntervalOverReplicates() throws {
    let table = curveTable([(0, [1.0, 1.2, 1.4]), (1, [2.0, 2.0, 2.3])])
    let lines = try Self.lines(
      #"{"kind": "lines", "table": "t", "x": "delta", "y": "loss"}"#, ["t": table], axes: seeds)
    #expect(lines.contains("0 1.2 0.70317246 1.6968275"))
    #expect(lines.contains { $0.contains("with filledcurves") })
    let plain = try Self.lines(
      #"{"kind": "lines", "table": "t", "x": "delta", "y": "loss", "band": false}"#, ["t": table], axes: seeds
    )
    #expect(!plain.contains { $0.contains("with filledcurves") })
  }

  @Test func scattersJoinPairsByIndex() throws {
    let lines = try Self.lines(
      #"{"kind": "scatter", "table": "pca", "titles": ["Image", "Text"]}"#, ["pca": Self.points])
    let start = try #require(lines.firstIndex(of: "# pairs: the two ends of each line"))
    #expect(Array(lines[start + 2...start + 5]) == ["0.1 0.2", "-0.1 -0.2", "0.3 0.4", "-0.3 -0.4"])
    #expect(lines.contains { $0.hasPrefix("set label 'Image' ") })
    #expect(lines.contains { $0.contains("linecolor rgb '#8CB81D24'") })
  }

  @Test func histogramsWriteTheExactMean() throws {
    let bins = table(
      ["modality", "bin_low", "bin_high", "pairs"],
      [["x", 0.0, 0.1, 0], ["x", 0.1, 0.2, 4], ["x", 0.2, 0.3, 6], ["x", 0.3, 0.4, 0]])
    let means = table(["modality", "mean"], [["x", 0.2117], ["y", 0.9]])
    let config = #"{"kind": "histogram", "table": "cos.histogram", "where": {"modality": "x"}}"#
    let lines = try Self.lines(config, ["cos.histogram": bins, "cos": means])
    #expect(lines.contains { $0.hasPrefix("set label 'Avg = 0.21' ") })
    #expect(lines.contains("0.1 4") && !lines.contains("0 0"))
    let estimated = try Self.lines(config, ["cos.histogram": bins])
    #expect(estimated.contains { $0.hasPrefix("set label 'Avg = 0.21' ") })
  }

  @Test(arguments: [
    (0.5556, "0.56"), (0.99928, "0.999"), (0.993208, "0.99"), (1.0, "1.00"), (0.99999, "0.99999"),
  ])
  func averagesBelowOneStayBelowOne(mean: Double, expected: String) {
    #expect(Histogram.average(mean) == expected)
  }

  @Test(arguments: [(0.01, "1/100"), (1.0 / 30, "1/30"), (1.0, "1"), (0.3, "0.3"), (2.0, "2"), (0.0, "0")])
  func fractions(number: Double, expected: String) {
    #expect(fraction(number) == expected)
  }

  @Test func missingTablesLeaveAMarkedPlace() throws {
    let config = #"""
      {"kind": "panels", "panels": [
        {"kind": "scatter", "table": "pca", "caption": "here"},
        {"kind": "lines", "table": "loss", "x": "delta", "y": "loss", "caption": "gone"}]}
      """#
    let lines = try Self.lines(config, ["pca": Self.points])
    #expect(lines.contains { $0.hasPrefix("set label 'loss is missing; make data'") })
    #expect(lines.contains { $0.hasPrefix("set label '(b) gone'") })
    #expect(lines.contains { $0.hasPrefix("set label '(a) here'") })
    let spec = FigureSpec(name: "f", kind: "panels", parameters: try json(config))
    let parts = try missingParts(
      of: spec, tables: { $0 == "pca" ? .present(Self.points) : .missing("no \($0)") })
    #expect(parts == ["no loss"])
  }

  /// Text of a config can neither end its string, nor run a command, nor be taken for markup.
  @Test func textsAreOnlyText() throws {
    let title = #"it's `touch /tmp/x` \"a_b^{c}\" @m # ' ; !ls"#
    let lines = try Self.lines(
      #"{"kind": "scatter", "table": "pca", "title": "\#(title)"}"#, ["pca": Self.points])
    let constant = #""it\047s \140touch /tmp/x\140 \042a_b^\173c\175\042 \100m \043 \047 ; \041ls""#
    #expect(lines.contains { $0.hasPrefix("set label \(constant) at") })
    #expect(GnuplotCode(String("two\nlines\u{7}")).text == "'two lines\u{FFFD}'")
    #expect(GnuplotCode.comment("a\nb\\ `c` {d} @e").text == "# a b/ 'c' (d) ?e")
    // gnuplot cuts a mark after 49 bytes, be it within a character.
    let long = GnuplotCode.mark(String(repeating: "é", count: 40)).text
    #expect(long.utf8.count <= 51 && long.contains("é…"))
    #expect(GnuplotCode.mark("50% of `it`").text == #""50%% of \140it\140""#)
  }

  @Test(arguments: ["", ".", "..", "a/b", "a b", "é", "a'b"])
  func figuresNeedFileNames(name: String) throws {
    #expect(throws: FigureFailure.badName(name)) {
      try Self.script(#"{"kind": "scatter", "table": "pca"}"#, ["pca": Self.points], name: name)
    }
  }

  @Test func mistakesAreFailuresNotTraps() throws {
    for config in [
      #"{"kind": "pie"}"#, #"{"kind": "lines"}"#,
      #"{"kind": "lines", "table": "loss", "x": "no", "y": "loss"}"#,
      #"{"kind": "lines", "table": "loss", "x": "delta", "y": "loss"}"#,
      #"{"kind": "lines", "table": "loss", "x": "distance", "y": "loss", "series": "no"}"#,
      #"{"kind": "lines", "table": "loss", "x": "delta", "y": "loss", "series": "temperature", "xrange": [2, 1]}"#,
      #"{"kind": "scatter", "table": "loss"}"#, #"{"kind": "panels", "panels": [{"kind": "pie"}]}"#,
      #"{"kind": "histogram", "table": "loss"}"#,
      #"{"kind": "lines", "table": "loss", "x": "delta", "y": "loss", "references": [{"title": "r", "x": [1], "y": []}]}"#,
    ] {
      #expect("\(config)") {
        try Self.script(config, ["loss": Self.losses])
      } throws: {
        ($0 as? any Failure)?.message.isEmpty == false
      }
    }
  }

  @Test func oddTablesAreDrawnAllTheSame() throws {
    let odd = table(["x", "y"], [[0, .real(.infinity)], [1, .real(.nan)], [2, 5.0]])
    let lines = try Self.lines(#"{"kind": "lines", "table": "t", "x": "x", "y": "y"}"#, ["t": odd])
    #expect(lines.contains("0 NaN NaN NaN"))
    let one = table(["x", "y"], [[3, 5.0]])
    #expect(try !Self.lines(#"{"kind": "lines", "table": "t", "x": "x", "y": "y"}"#, ["t": one]).isEmpty)
  }

  @Test func aSeriesWithoutDataIsNamedInTheLegend() throws {
    let parameters = try json(
      #"{"table": "t", "x": "x", "y": "y", "series": "set", "order": ["here", "gone"]}"#)
    let found = FoundTable.present(
      table(["set", "x", "y"], [["here", 0, 1.0], ["here", 1, 2.0]]),
      absent: [AbsentRun(values: ["set": "gone"], reason: "no file")])
    let script = try figureScript(
      FigureSpec(name: "f", kind: "lines", parameters: parameters), tables: { _ in found },
      axes: RunAxes(["set"])
    ).text
    #expect(script.contains("set label 'gone: data missing'"))
    #expect(!script.contains("$data2"))
  }

  @Test func hugeNumbersInParametersDoNotTrap() throws {
    for config in [
      #"{"kind": "sphere", "pairs": 1e300, "spacing_degrees": 1e300, "view": [1e308, -1e308]}"#,
      #"{"kind": "panels", "columns": -1e300, "size": [1e300, 1e-300], "panels": [{"kind": "sphere"}]}"#,
      #"{"kind": "scatter", "table": "pca", "xrange": [-1.7e308, 1.7e308], "facet": "modality", "columns": 1e18}"#,
      #"{"kind": "scatter", "table": "pca", "size": [1, 1], "caption": "far too long for so small a picture"}"#,
    ] {
      #expect(try Self.script(config, ["pca": Self.points]).hasSuffix("reread\n"))
    }
  }

  @Test func aMillionPointsAreDrawnByDensity() throws {
    let count = 1_000_000
    let values = (0..<count).map { Double($0 % 1000) / 1000 }
    let table = Table([
      .init("modality", .texts((0..<count).map { $0 % 2 == 0 ? "x" : "y" })), .init("c1", .reals(values)),
      .init("c2", .reals(values.map { $0 * $0 })),
    ])
    let spec = FigureSpec(name: "f", kind: "scatter", parameters: try json(#"{"table": "t"}"#))
    let script = try figureScript(spec, tables: { _ in .present(table) })
    #expect(script.text.utf8.count < 2_000_000)
    let notes = try missingParts(of: spec, tables: { _ in .present(table) })
    #expect(notes == ["1000000 points, drawn as a density on 240 × 200 cells"])
    // Curves are not thinned out: the number is said.
    let curve = FigureSpec(
      name: "f", kind: "lines", parameters: try json(#"{"table": "t", "x": "n", "y": "n"}"#))
    let long = Table([.init("n", .integers(Array(0..<count)))])
    #expect(throws: FigureFailure.self) { try figureScript(curve, tables: { _ in .present(long) }) }
    let series = FigureSpec(
      name: "f", kind: "lines", parameters: try json(#"{"table": "t", "x": "n", "y": "n", "series": "n"}"#))
    #expect(throws: FigureFailure.tooManyValues(column: "n", count: count, most: 1000)) {
      try figureScript(series, tables: { _ in .present(long) })
    }
  }

  @Test func facetsMakeOnePanelEach() throws {
    let lines = try Self.lines(
      #"{"kind": "lines", "table": "loss", "x": "delta", "y": "loss", "facet": "temperature", "facet_titles": ["cold", "warm"]}"#,
      ["loss": Self.losses])
    #expect(lines.filter { $0 == "reset" }.count == 2)
    #expect(
      lines.contains { $0.hasPrefix("set label 'cold'") }
        && lines.contains { $0.hasPrefix("set label 'warm'") })
  }
}

@Suite("Layout")
struct LayoutTests {
  @Test(arguments: [
    (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (-0.5, 0.5, 2, ["-0.5", "0.0", "0.5"]),
    (0.9985, 0.9997, 3, ["0.9985", "0.9990", "0.9995"]), (0, 90000, 4, ["0", "25000", "50000", "75000"]),
  ])
  func ticks(low: Double, high: Double, count: Int, expected: [String]) {
    #expect(Ticks(low: low, high: high, count: count).labels == expected)
  }

  @Test(arguments: [
    (0.0, 0.0), (.nan, 1), (-1.7e308, 1.7e308), (1e17, 1e17 + 16), (0, .leastNonzeroMagnitude),
    (-1e-300, 1e-300),
  ])
  func oddRangesDoNotTrap(low: Double, high: Double) {
    #expect(Ticks(low: low, high: high, count: 5).labels.count <= 1001)
    #expect(Ticks(low: low, high: high, count: 0, isWhole: true).labels.count <= 1001)
    let around = range(around: [low, high])
    #expect(around.low.isFinite && around.high.isFinite && around.low < around.high)
  }

  @Test func wholeTicks() {
    #expect(Ticks(low: -1, high: 26, count: 10, isWhole: true).labels == ["0", "5", "10", "15", "20", "25"])
    #expect(Ticks(low: 0, high: 2, count: 8, isWhole: true).labels == ["0", "1", "2"])
  }

  @Test func textIsWrapped() {
    #expect(wrapped("one two three", size: 10, width: 50) == ["one two", "three"])
    #expect(wrapped("", size: 10, width: 50).isEmpty)
    #expect(wrapped("a \u{301}b", size: 10, width: 50) == ["a \u{301}b"])
    #expect(wrapped("abcdefghij", size: 10, width: 20).joined() == "abcdefghij")
    #expect(textWidth("WWW", size: 10) > textWidth("iii", size: 10))
  }

  @Test func legendsAvoidPoints() throws {
    var plot = Plot(x: .init(label: "", low: 0, high: 1), y: .init(label: "", low: 0, high: 1))
    plot.legend = [.init(title: "a", line: "lines")]
    let area = Rectangle(left: 0, bottom: 0, right: 400, top: 300)
    let free = try #require(LegendBox(plot).place(in: area, of: plot))
    #expect(free.x == 8 && free.y == 294)
    plot.occupied = [(0.05, 0.97)]
    let other = try #require(LegendBox(plot).place(in: area, of: plot))
    #expect(other.x > 300)
    plot.occupied = (0...50).flatMap { x in (0...50).map { (Double(x) / 50, Double($0) / 50) } }
    #expect(LegendBox(plot).place(in: area, of: plot) == nil)
  }

  @Test func rangesAreNeverEmpty() {
    #expect(range(around: []) == (0, 1))
    #expect(range(around: [5]) == (4.5, 5.5))
    #expect(range(around: [.nan, 0, 10], room: 0.1) == (-1, 11))
  }
}
