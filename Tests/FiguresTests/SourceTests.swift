import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Statistics
import Testing

@testable import Figures

/// Which rows are replicates is decided by what they were computed from.
@Suite("Sources of rows")
struct SourceTests {
  /// Rows of a file, the same for each seed, beside rows of a network, which differ.
  static let mixed = table(
    ["seed", "from", "delta", "l2m"],
    (0..<3).flatMap { seed -> [[Cell]] in
      [
        [.integer(seed), "file", .real(.nan), 0.33],
        [.integer(seed), "net", .real(.nan), .real(0.3 + 0.01 * Double(seed))],
        [.integer(seed), "net", -0.0, .real(0.5 + 0.01 * Double(seed))],
      ]
    })
  static let sources = RowSources(common: ["seed"], byStage: ["file": [], "net": ["seed"]])

  private func judge(_ selection: String) throws -> Verdict {
    let claim = ClaimSpec(
      id: "c", source: "s", says: "t", table: "t", selection: Claims.selection(try json(selection)),
      check: "equivalent",
      parameters: try json(
        #"{"of": "l2m", "mean": 0.33, "interval": [0.32, 0.34], "runs": 3, "margin": 0.5}"#))
    return evaluate(claim, table: .present(Self.mixed, sources: Self.sources), axes: seeds)
  }

  @Test func aNumberFromAFileIsOneWhateverStandsBesideIt() throws {
    let file = try judge(#"{"from": "file"}"#)
    #expect(file.count == 1 && file.outcome.word == "pass")
    // The published runs alone have a spread: .01·√3/t(.975, 2), over 3 runs.
    let reach = StudentT.quantile(0.95, degrees: 2) * 0.01 / StudentT.quantile(0.975, degrees: 2)
    #expect(abs(try #require(file.interval).high - reach) < 1e-12)
    let net = try judge(#"{"from": "net", "delta": "nan"}"#)
    #expect(net.count == 3 && net.outcome.word == "pass")
  }

  @Test func summariesCountAsClaimsDo() throws {
    let summary = try #require(summaryTable(Self.mixed, axes: seeds, sources: Self.sources))
    #expect(summary["from"] == .texts(["file", "net", "net"]))
    #expect(summary["n"] == .integers([1, 3, 3]))
    guard case .reals(let means)? = summary["mean"], case .reals(let deviations)? = summary["sd"],
      case .reals(let low)? = summary["ci95_low"]
    else {
      Issue.record("no numbers")
      return
    }
    #expect(zip(means, [0.33, 0.31, 0.51]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(deviations[0].isNaN && abs(deviations[1] - 0.01) < 1e-12 && abs(deviations[2] - 0.01) < 1e-12)
    #expect(low[0].isNaN && low[1].isFinite && low[2].isFinite)
  }

  /// Two seeds: half of the rows are then of the file, which must not look like rows that no two replicates share.
  @Test func twoSeedsHaveASummary() throws {
    let two = table(
      ["seed", "from", "l2m"],
      [[0, "file", 1.0], [0, "net", 2.0], [1, "file", 1.0], [1, "net", 3.0]])
    #expect(summaryTable(two, axes: seeds, sources: Self.sources)?["n"] == .integers([1, 2]))
  }

  /// Seeds that agree are replicates all the same: five networks of recall 1 are five.
  @Test func equalNumbersOfDifferentSourcesAreReplicates() throws {
    let equal = table(["seed", "recall"], (0..<5).map { [.integer($0), 1.0] })
    let reached = FoundTable.present(equal, sources: RowSources(common: ["seed"]))
    let rows = try SelectedRows(of: reached, named: "t", where: [:], axes: seeds)
    #expect(try rows.sample(of: "recall").summary.count == 5)
    let single = FoundTable.present(equal, sources: RowSources(common: []))
    #expect(
      try SelectedRows(of: single, named: "t", where: [:], axes: seeds).sample(of: "recall").summary.count
        == 1)
  }

  /// Items in another order give other numbers in their last digits, and other batches other losses.
  @Test func otherOrdersOfTheSameItemsAreOne() throws {
    let places = RepeatedRuns.Places(
      axes: ["data", "seed"], values: [["made", "read"], [0, 1, 2]], replicates: "seed")
    let sources = RowSources(
      common: ["data", "seed"], repeats: RepeatedRuns(places: places, common: [4: 3, 5: 3]))
    let rows = ["made", "read"].flatMap { data in
      (0..<3).map { [.text(data), .integer($0), .real(0.5 + 0.01 * Double($0))] as [Cell] }
    }
    let axes = RunAxes(["data", "seed"], replicates: "seed")
    let numbers = table(["data", "seed", "l2m"], rows)
    func sample(_ selection: String) throws -> Sample {
      try SelectedRows(
        of: .present(numbers, sources: sources), named: "t", where: Claims.selection(try json(selection)),
        axes: axes
      ).sample(of: "l2m")
    }
    #expect(try sample(#"{"data": "read"}"#).values == [0.5])
    #expect(try sample(#"{"data": "made"}"#).values.count == 3)
    // What a selection asks for is there, whichever it is.
    #expect(try sample(#"{"data": "read", "seed": 2}"#).values == [0.52])
    #expect(try sample(#"{"data": "read", "seed": [1, 2]}"#).values == [0.51])
    let summary = try #require(summaryTable(numbers, axes: axes, sources: sources))
    #expect(summary["data"] == .texts(["made", "read"]) && summary["n"] == .integers([3, 1]))
    guard case .reals(let deviations)? = summary["sd"] else {
      Issue.record("no deviations")
      return
    }
    #expect(abs(deviations[0] - 0.01) < 1e-12 && deviations[1].isNaN)
  }

  /// Two replicates of one group, and one of the other: the rows are still such as replicates share.
  @Test func aGroupOfOneDoesNotHideTheSummary() throws {
    let places = RepeatedRuns.Places(
      axes: ["data", "seed"], values: [["made", "read"], [0, 1]], replicates: "seed")
    let sources = RowSources(
      common: ["data", "seed"], repeats: RepeatedRuns(places: places, common: [3: 2]))
    let numbers = table(
      ["data", "seed", "l2m"], [["made", 0, 1.0], ["made", 1, 2.0], ["read", 0, 3.0], ["read", 1, 3.0]])
    let axes = RunAxes(["data", "seed"], replicates: "seed")
    #expect(summaryTable(numbers, axes: axes, sources: sources)?["n"] == .integers([2, 1]))
  }

  @Test func figuresCountAsClaimsDo() throws {
    let parameters = try json(
      #"{"kind": "intervals", "table": "t", "x": "delta", "y": "l2m", "places": ["nan"], "series": "from", "order": ["file", "net"]}"#
    )
    let script = try figureScript(
      FigureSpec(name: "f", kind: "intervals", parameters: parameters),
      tables: { _ in .present(Self.mixed, sources: Self.sources) }, axes: seeds)
    let lines = script.text.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasSuffix(" 0.33 0.33 0.33") }, "a mark without an interval")
    let net = try #require(lines.first { $0.contains(" 0.31 ") })
    #expect(!net.hasSuffix(" 0.31 0.31 0.31"))
  }
}

@Suite("Rows whose coordinates are no numbers")
struct NaNTests {
  @Test func cellsEqualThemselves() {
    #expect(Cell.real(.nan) == .real(-.nan) && Cell.real(-0.0) == .real(0) && Cell.integer(1) == .real(1))
    #expect(
      Cell.integer(0) == .real(-0.0) && Cell.text("1") != .integer(1) && Cell.text("nan") != .real(.nan))
    #expect(Cell.text("é") != .text("e\u{301}"))
    #expect(Cell.integer(9_007_199_254_740_993) != .real(9_007_199_254_740_992))
    let cells: [Cell] = [
      .real(.nan), .real(-.nan), .real(-0.0), .integer(0), .real(0), .integer(1), .real(1),
    ]
    #expect(Set(cells).count == 3)
  }

  /// Rows of stages that bring different coordinates lack one another's.
  @Test func theyGroupInSummaries() throws {
    let rows = (0..<3).flatMap { seed -> [[Cell]] in
      [
        [.integer(seed), -0.2, .real(.nan), .real(Double(seed))], [.integer(seed), 0.0, .real(.nan), 2.0],
        [.integer(seed), .real(.nan), 0.1, 3.0],
      ]
    }
    for sources in [nil, RowSources(common: ["seed"])] {
      let summary = try #require(
        summaryTable(table(["seed", "delta", "lambda", "l2m"], rows), axes: seeds, sources: sources))
      #expect(summary["n"] == .integers([3, 3, 3]))
      #expect(summary["mean"] == .reals([1, 2, 3]) && summary["sd"] == .reals([1, 0, 0]))
    }
  }

  /// `delta_2` is a coordinate as `delta` is.
  @Test func aSecondShiftsCoordinateIsAKey() throws {
    let rows = (0..<2).flatMap { seed in
      [0.0, 1].map { [.integer(seed), 0.5, .real($0), .real(Double(seed))] as [Cell] }
    }
    let summary = try #require(summaryTable(table(["seed", "delta", "delta_2", "l2m"], rows), axes: seeds))
    #expect(summary["n"] == .integers([2, 2]) && summary["delta_2"] == .reals([0, 1]))
  }

  @Test func aSeriesOfThemIsDrawn() throws {
    let table = table(
      ["delta", "x", "loss"],
      [[.real(.nan), 0.0, 1.0], [.real(.nan), 1.0, 2.0], [0.5, 0.0, 3.0], [0.5, 1.0, 4.0]])
    let script = try ScriptTests.script(
      #"{"kind": "lines", "table": "t", "x": "x", "y": "loss", "series": "delta"}"#, ["t": table])
    #expect(script.contains("# nan: x, y") && script.contains("\n0 1 1 1\n1 2 2 2\nEOD"))
    let faceted = try ScriptTests.script(
      #"{"kind": "lines", "table": "t", "x": "x", "y": "loss", "facet": "delta"}"#, ["t": table])
    #expect(faceted.contains("delta = nan") && !faceted.contains("missing:"))
  }
}

@Suite("Figures without numbers")
struct NothingToDrawTests {
  static let empty = table(
    ["modality", "index", "x", "y", "bin_low", "bin_high", "pairs"],
    ["x", "y"].flatMap { side in
      (0..<2).map {
        [.text(side), .integer($0), .real(Double($0)), .real(.nan), .real(.nan), .real(.nan), .real(.nan)]
          as [Cell]
      }
    })

  @Test(arguments: [
    #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "where": {"modality": "x"}}"#,
    #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "series": "modality"}"#,
    #"{"kind": "lines", "table": "t", "x": "y", "y": "x", "where": {"modality": "x"}}"#,
    #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "facet": "modality"}"#,
    #"{"kind": "intervals", "table": "t", "x": "x", "y": "y", "places": [0, 1], "series": "modality", "order": ["x", "y"]}"#,
    #"{"kind": "intervals", "table": "t", "x": "x", "y": "y", "places": [0], "series": "modality", "order": ["x"], "published": [{"title": "p", "y": [1], "half_width": [1]}]}"#,
    #"{"kind": "scatter", "table": "t", "x": "x", "y": "y"}"#,
    #"{"kind": "arrows", "table": "t", "x": "x", "y": "y"}"#,
    #"{"kind": "histogram", "table": "t", "where": {"modality": "x"}}"#,
    #"{"kind": "panels", "panels": [{"kind": "scatter", "table": "t", "x": "x", "y": "y"}]}"#,
  ])
  func saySo(figure: String) throws {
    let script = try ScriptTests.script(figure, ["t": Self.empty])
    #expect(script.contains("# missing: there is nothing to draw: none of the "))
    #expect(!script.contains("set xtics"), "bare axes")
    let parameters = try json(figure)
    let notes = try missingParts(
      of: FigureSpec(name: "f", kind: parameters["kind"]?.string ?? "", parameters: parameters),
      tables: { _ in .present(Self.empty) })
    #expect(!notes.isEmpty && notes.allSatisfy { $0.hasPrefix("there is nothing to draw: none of the ") })
  }

  /// Nor are axes drawn that reach where nothing is.
  @Test(arguments: [
    #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "xrange": [5, 6]}"#,
    #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "yrange": [-6, -5]}"#,
    #"{"kind": "scatter", "table": "t", "x": "x", "y": "y", "colour": "modality", "yrange": [5, 6]}"#,
    #"{"kind": "scatter", "table": "t", "x": "x", "y": "y", "colour": "modality", "xrange": [0.4, 0.6]}"#,
    #"{"kind": "intervals", "table": "t", "x": "x", "y": "y", "places": [0, 1], "series": "modality", "order": ["x"], "yrange": [5, 6]}"#,
  ])
  func saySoOfAxesThatReachElsewhere(figure: String) throws {
    let points = table(["modality", "x", "y"], [["x", 0, 0.0], ["x", 1, 1.0]])
    let script = try ScriptTests.script(figure, ["t": points])
    #expect(
      script.contains("# missing: there is nothing to draw: none of the 2 points is within the axes"),
      "\(script)")
    #expect(!script.contains("set xtics"), "bare axes")
    // A bar reaches from one end of its bin to the other.
    let bins = table(["bin_low", "bin_high", "pairs"], [[-0.17, 0.94, 5.0]])
    func histogram(_ ends: String) throws -> String {
      try ScriptTests.script(#"{"kind": "histogram", "table": "h", "xrange": \#(ends)}"#, ["h": bins])
    }
    #expect(try !histogram("[0.6, 0.9]").contains("there is nothing to draw"))
    #expect(try histogram("[1, 2]").contains("there is nothing to draw"))
    // A line from one point to another passes where neither is.
    let line = try ScriptTests.script(
      #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "xrange": [0.4, 0.6]}"#, ["t": points])
    #expect(line.contains("set xtics"))
  }

  @Test func aLineAcrossWithoutANumberIsSaid() throws {
    let parameters = try json(
      #"{"kind": "lines", "table": "t", "x": "x", "y": "y", "vertical": [{"table": "u", "column": "z"}]}"#)
    let tables = [
      "t": table(["x", "y"], [[0, 0.0], [1, 1.0]]), "u": table(["z"], [[.real(.nan)]]),
    ]
    let notes = try missingParts(
      of: FigureSpec(name: "f", kind: "lines", parameters: parameters),
      tables: { name in tables[name].map { .present($0) } ?? .missing("none") })
    #expect(notes == ["the line at z: it has no finite position"])
  }

  /// Where something can be drawn, what cannot is said.
  @Test(arguments: [
    (#"{"kind": "lines", "table": "t", "x": "x", "y": "y", "series": "modality"}"#, "x: no finite number"),
    (#"{"kind": "scatter", "table": "t", "x": "x", "y": "y"}"#, "x: 2 of 2 points have no finite x and y"),
    (#"{"kind": "arrows", "table": "t", "x": "x", "y": "y"}"#, "x: 2 of 2 points have no finite x and y"),
    (
      #"{"kind": "intervals", "table": "t", "x": "x", "y": "y", "places": [0, 1], "series": "modality", "order": ["x", "y"]}"#,
      "x: none of 2 rows has a finite number"
    ),
  ])
  func partsAreNoted(figure: String, expected: String) throws {
    let half = table(
      ["modality", "index", "x", "y"],
      [["x", 0, 0.0, .real(.nan)], ["x", 1, 1.0, .real(.nan)], ["y", 0, 0.0, 1.0], ["y", 1, 1.0, 2.0]])
    let parameters = try json(figure)
    let notes = try missingParts(
      of: FigureSpec(name: "f", kind: parameters["kind"]?.string ?? "", parameters: parameters),
      tables: { _ in .present(half) })
    #expect(notes.count == 1 && notes[0].hasPrefix(expected), "\(notes)")
    #expect(try !ScriptTests.script(figure, ["t": half]).contains("missing:"))
  }
}
