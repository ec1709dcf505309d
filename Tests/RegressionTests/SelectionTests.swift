import Declarations
import Files
import Foundation
import Regression
import Statistics
import Testing

@Suite("The numbers of an experiment that are stored")
struct SelectionTests {
  static let distance = TableColumn("distance", .quantity, .real, "Distance between the centroids")
  static let similarity = TableColumn("mean", .quantity, .real, "Average cosine similarity")

  private func short() -> ResultTable {
    let table = Table([
      Table.NamedColumn("seed", .integers([1, 2])),
      Table.NamedColumn("modality", .texts(["x", "y"]), TableColumn("modality", .label, .text, "Modality")),
      Table.NamedColumn("mean", .reals([0.99, 0.5]), Self.similarity),
      Table.NamedColumn("pairs", .integers([7, 8]), TableColumn("pairs", .quantity, .integer, "Pairs")),
    ])
    return ResultTable("cosine", table, axes: RunAxes(["seed"], replicates: "seed"))
  }

  /// A loss in two groups over `count` shifts, whose minimum is at the shift 3.
  private func long(_ count: Int = 300, groups: Int = 2, isTrained: Bool = false) -> ResultTable {
    let rows = (0..<groups).flatMap { group in (0..<count).map { (group, $0) } }
    let table = Table([
      Table.NamedColumn(
        "temperature", .reals(rows.map { Double($0.0 + 1) }), TableColumn("temperature", .key, .real, "τ")),
      Table.NamedColumn(
        "delta", .reals(rows.map { Double($0.1) / 10 }), TableColumn("delta", .coordinate, .real, "δ")),
      Table.NamedColumn(
        "loss", .reals(rows.map { pow(Double($0.1) / 10 - 3, 2) + Double($0.0) }),
        TableColumn("loss", .quantity, .real, "Loss")),
    ])
    return ResultTable("loss", table, isTrained: isTrained)
  }

  @Test("every quantity of a short table, by the cells that say which it is")
  func shortTable() throws {
    let found = try NumberSelection(experiment: "e", tables: [short()], digests: [("cosine", "abc")])
    #expect(
      found.numbers.map(\.id) == [
        "digest/cosine", "cosine/mean/seed=1,modality=x", "cosine/pairs/seed=1,modality=x",
        "cosine/mean/seed=2,modality=y", "cosine/pairs/seed=2,modality=y",
      ])
    #expect(found.numbers.map(\.kind) == [.digest, .cosine, .count, .real, .count])
    #expect(found.leftOut.isEmpty)
  }

  @Test("of a summary: mean, sd and n; what is trained as one number with its replicates")
  func summary() throws {
    let summary = Table([
      Table.NamedColumn("modality", .texts(["x"])), Table.NamedColumn("quantity", .texts(["mean"])),
      Table.NamedColumn("n", .integers([5])), Table.NamedColumn("mean", .reals([0.4])),
      Table.NamedColumn("sd", .reals([0.1])), Table.NamedColumn("ci95_low", .reals([0.3])),
    ])
    let raw = short()
    let plain = ResultTable("cosine", raw.table, summary: summary)
    let numbers = try NumberSelection(experiment: "e", tables: [plain]).numbers
    #expect(
      numbers.map(\.id) == [
        "cosine/mean/modality=x", "cosine/mean/modality=x/sd", "cosine/mean/modality=x/n",
      ])
    #expect(numbers.map(\.value) == [.real(0.4), .real(0.1), .real(5)])
    let trained = ResultTable("cosine", raw.table, summary: summary, isTrained: true)
    let own = try NumberSelection(experiment: "e", tables: [trained]).numbers
    #expect(own.map(\.kind) == [.trained])
    #expect(own.first?.count == 5 && own.first?.deviation == 0.1)
  }

  @Test("of a long table: count, mean, extremes with places and margins, and points evenly")
  func longTable() throws {
    let found = try NumberSelection(experiment: "e", tables: [long()]).numbers
    let byID = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    #expect(byID["loss/loss/count"]?.value == .real(600))
    #expect(byID["loss/loss/minimum"]?.value == .real(0))
    let place = try #require(byID["loss/loss/temperature=2.0/minimum-at(delta)"])
    #expect(place.value == .real(3) && place.kind == .place)
    // The second best is 0.1 away: 0.01 more than 1.
    #expect(abs(try #require(place.margin) - 0.01 / 2) < 1e-12)
    let points = found.filter { $0.id.hasPrefix("loss/loss/temperature=1.0,delta=") }
    #expect(points.count == 200)
    #expect(points.first?.id.hasSuffix("delta=0.0") == true)
    #expect(points.last?.id.hasSuffix("delta=29.9") == true)
    #expect(Set(found.map(\.id)).count == found.count)
  }

  @Test("a trained network's curves are points alone: its extremes are the claims' matter")
  func trainedCurves() throws {
    let found = try NumberSelection(experiment: "e", tables: [long(isTrained: true)]).numbers
    #expect(!found.contains { $0.kind == .place || $0.kind == .real })
    #expect(found.contains { $0.kind == .trained })
  }

  @Test("a file stays below its limit, and says what it leaves out", arguments: [20_000, 60_000, 100_000])
  func limit(bytes: Int) throws {
    let found = try NumberSelection(experiment: "e", tables: [long(400, groups: 12)], limit: bytes)
    let calibrated = try EnsembleTolerance.calibrated(
      found.numbers, by: [found.numbers])
    #expect(ReferenceTable.csv(calibrated).count <= bytes)
    #expect(!found.leftOut.isEmpty)
    #expect(found.numbers.count { $0.kind == .place } == 24)
  }

  @Test("a table of many short curves leaves room for the points of one of few", arguments: [false, true])
  func room(isFirst: Bool) throws {
    let many = ResultTable("resamples", long(45, groups: 40).table)
    let tables = isFirst ? [many, long(300)] : [long(300), many]
    let found = try NumberSelection(experiment: "e", tables: tables)
    for group in ["1.0", "2.0"] {
      #expect(found.numbers.count { $0.id.hasPrefix("loss/loss/temperature=\(group),delta=") } == 200)
    }
    #expect(
      ReferenceTable.csv(try EnsembleTolerance.calibrated(found.numbers, by: [found.numbers])).count
        <= 100_000)
    #expect(
      found.leftOut.count == 1 && found.leftOut[0].contains("points of each curve of the table resamples"))
  }

  /// Else a night could lack numbers because it rounds otherwise.
  @Test("which numbers are kept does not depend on their digits")
  func digits() throws {
    let one = long(400, groups: 12)
    var other = one.table
    if case .reals(let values) = one.table.columns[2].values {
      other.columns[2].values = .reals(values.map { ($0 * 8).rounded() / 8 })
    }
    let ids = try [one, ResultTable("loss", other)].map {
      try NumberSelection(experiment: "e", tables: [$0]).numbers.map(\.id)
    }
    #expect(ids[0] == ids[1])
  }

  @Test("rows of equal keys are told apart by their order; so are bins, whose borders are computed")
  func equalKeys() throws {
    let table = Table([
      Table.NamedColumn(
        "bin_low", .reals([0.1, 0.2]), TableColumn("bin_low", .key, .real, "Cosine similarity")),
      Table.NamedColumn("pairs", .integers([1, 2]), TableColumn("pairs", .quantity, .integer, "Pairs")),
    ])
    let found = try NumberSelection(experiment: "e", tables: [ResultTable("bins", table)]).numbers
    #expect(
      found.map(\.id) == [
        "bins/bin_low/row=1", "bins/pairs/row=1", "bins/bin_low/row=2", "bins/pairs/row=2",
      ])
  }

  @Test("two tables of one name are an error")
  func repeated() {
    #expect(throws: RegressionFailure.self) {
      try NumberSelection(experiment: "e", tables: [short(), short()])
    }
  }

  @Test("numbers and their file are the same, whatever is in the texts")
  func roundTrip() throws {
    var place = number(.place, "a/b/c,\"d\"=1", .real(-0.1))
    (place.margin, place.change, place.tolerance, place.toleranceSource) = (
      .infinity, .infinity, 1e-9, "ensemble-34"
    )
    let claim = ReferenceNumber(
      experiment: "e", claim: "c", verdict: "pass", count: 5, interval: Interval(low: -1, high: 1.5),
      level: 0.95)
    let numbers = [
      place, claim, number(.digest, "digest/x", .text("00ff")), number(.text, "t", .text("12, é\n\"q\"")),
      number(.text, "empty", .text("")), number(.real, "nan", .real(.nan)), real("inf", -.infinity),
      ReferenceNumber(
        experiment: "f", id: "a", trained: Summary(count: 3, mean: 0.1 + 0.2, standardDeviation: 1e-20)),
    ]
    #expect(try ReferenceTable.numbers(csv: ReferenceTable.csv(numbers), path: "r.csv") == numbers)
  }

  @Test(
    "a file that somebody changed is an error with its row",
    arguments: [
      "e,a,reel,1,,,,,,,,,", "e,a,real,one,,,,,,,,,", "e,a,real,1,-1,,,,,,,,", "e,a,real,1,nan,,,,,,,,",
      "e,a,real,1,,,,,1.5,,,,", "e,a,real,1,,,,,,,,,2", "e,a,real,0x10,,,,,,,,,", "e,a,real,,,,,,,,,,",
      "e,a,real,1,,,,,,,,,\ne,a,real,2,,,,,,,,,", "e,a,real",
    ])
  func broken(row: String) {
    let head = "experiment,id,kind,value,tolerance,tolerance_from,margin,change,n,sd,low,high,level\n"
    #expect(throws: (any Error).self) {
      try ReferenceTable.numbers(csv: Array((head + row + "\n").utf8), path: "r.csv")
    }
  }
}
