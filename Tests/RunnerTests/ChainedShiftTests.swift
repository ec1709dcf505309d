import Contracts
import Files
import Foundation
import HDF5
import Kernels
import RunSupport
import Storage
import Testing

/// `embeddings.h5`, read as its description says, gives the embeddings whose gaps the tables have.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct ChainedShiftTests {
  private typealias Rows = [[Double]]

  private static func stages(keepsFirst: Bool, keepsCentred: Bool) -> String {
    """
    { "name": "c", "stages": [
      { "id": "e", "stage": "init", "kind": "embeddings", "keep": \(keepsFirst),
        "with": { "x": "x.npy", "y": "y.npy", "normalize": false } },
      { "id": "centred", "stage": "shift", "kind": "centre", "from": "e", "keep": \(keepsCentred) },
      { "id": "moved", "stage": "shift", "kind": "gap", "from": "centred",
        "with": { "delta": [0.3, 0.6], "direction": "e" } },
      { "id": "turned", "stage": "shift", "kind": "procrustes", "from": "moved" },
      { "id": "again", "stage": "shift", "kind": "gap", "from": "turned",
        "with": { "lambda": [0.1, -0.4, 2], "sides": "x", "renormalize": false } },
      { "id": "last", "stage": "shift", "kind": "centre", "from": "again" },
      { "id": "one", "stage": "shift", "kind": "gap", "from": "e", "with": { "delta": 0.2 } },
      { "id": "g", "stage": "evaluate", "kind": "gap",
        "from": ["centred", "moved", "turned", "again", "last", "one"] } ] }
    """
  }

  private static let sphere = """
    { "name": "c", "stages": [
      { "id": "points", "stage": "init", "kind": "sphere" },
      { "id": "turned", "stage": "shift", "kind": "rotation", "from": "points", "with": { "degrees": [80, 30, -10] } },
      { "id": "moved", "stage": "shift", "kind": "gap", "from": "turned", "with": { "delta": [0.1, -0.5] } },
      { "id": "g", "stage": "evaluate", "kind": "gap", "from": ["turned", "moved"] } ] }
    """

  @Test(arguments: [true, false], [true, false])
  func everyChainOfShiftsReadsAsItWasEvaluated(keepsFirst: Bool, keepsCentred: Bool) throws {
    let bench = try Workbench()
    try bench.npy(scatteredRows(40, 6, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(40, 6, seed: 4, shift: -1), to: "y.npy")
    try check(
      bench, Self.stages(keepsFirst: keepsFirst, keepsCentred: keepsCentred),
      stages: (keepsCentred ? ["centred"] : []) + ["moved", "turned", "again", "last", "one"])
  }

  private static let interventions = """
    { "name": "c", "stages": [
      { "id": "e", "stage": "init", "kind": "embeddings", "with": { "x": "x.npy", "y": "y.npy" } },
      { "id": "projected", "stage": "shift", "kind": "project-out", "from": "e",
        "with": { "components": [1, 2], "alpha": [0.5, 1] } },
      { "id": "realigned", "stage": "shift", "kind": "realign", "from": "projected", "with": { "side": "x" } },
      { "id": "whitened", "stage": "shift", "kind": "whiten", "from": "realigned", "with": { "epsilon": 0.01 } },
      { "id": "ablated", "stage": "shift", "kind": "ablate", "from": "whitened", "with": { "dimensions": 2 } },
      { "id": "standardized", "stage": "shift", "kind": "standardize", "from": "ablated" },
      { "id": "held", "stage": "shift", "kind": "whiten", "from": "standardized",
        "with": { "epsilon": 0.1, "renormalize": false, "held_out": 9, "held_out_seed": 4 } },
      { "id": "g", "stage": "evaluate", "kind": "gap",
        "from": ["projected", "realigned", "whitened", "ablated", "standardized", "held"] } ] }
    """

  @Test func soDoInterventions() throws {
    let bench = try Workbench()
    try bench.npy(scatteredRows(40, 6, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(40, 6, seed: 4, shift: -1), to: "y.npy")
    try check(
      bench, Self.interventions,
      stages: ["projected", "realigned", "whitened", "ablated", "standardized", "held"])
  }

  @Test func soDoTurnsOfTheSphere() throws {
    try check(try Workbench(), Self.sphere, stages: ["turned", "moved"])
  }

  /// Longer than moves are kept as such, with moves among them that leave rows of other lengths.
  @Test func soDoesALongChain() throws {
    let bench = try Workbench()
    try bench.npy(scatteredRows(12, 5, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(12, 5, seed: 4, shift: -1), to: "y.npy")
    var stages = [
      #"{ "id": "s0", "stage": "init", "kind": "embeddings", "with": { "x": "x.npy", "y": "y.npy" } }"#
    ]
    for index in 1...90 {
      let kind =
        switch index {
        case 1: #""gap", "with": { "delta": [0.1, -0.3] }"#
        case 31...36: #""gap", "with": { "delta": 0.05, "renormalize": false }"#
        case _ where index % 10 == 0: #""procrustes", "with": { "held_out": 0 }"#
        case _ where index % 7 == 0: #""centre""#
        default:
          #""gap", "with": { "lambda": \#(index % 2 == 0 ? 0.02 : -0.015), "sides": "\#(index % 3 == 0 ? "x" : "both")" }"#
        }
      stages.append(#"{ "id": "s\#(index)", "stage": "shift", "from": "s\#(index - 1)", "kind": \#(kind) }"#)
    }
    let looked = [20, 32, 33, 36, 37, 38, 60, 70, 90].map { "s\($0)" }
    let from = looked.map { "\"\($0)\"" }.joined(separator: ", ")
    stages.append(#"{ "id": "g", "stage": "evaluate", "kind": "gap", "from": [\#(from)] }"#)
    try check(
      bench, #"{ "name": "c", "stages": [\#(stages.joined(separator: ",\n"))] }"#, stages: looked, keeps: 37)
  }

  /// - Parameter keeps: no member has more moves than these.
  private func check(_ bench: Workbench, _ config: String, stages: [String], keeps: Int = .max) throws {
    try bench.write(config, to: "c.json")
    let result = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(result.status == 0, "\(result.errors)")
    let table = try CSV.read("\(bench.results)/c/tables/g.csv")
    let bytes = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: "\(bench.results)/c/runs/single/embeddings.h5")))
    for stage in stages {
      let rows = (0..<table.rowCount).filter { table["from"]?.cell($0) == .text(stage) }
      let members = try HDF5Image.read(bytes) { root in
        try root.open(stage) { group in
          let isLong = try group.contains("moves") && group.open("moves") { $0.contains("\(keeps)") }
          #expect(!isLong, "\(stage)")
          // A short chain begins from the embeddings of the one before all, and has one layer only.
          #expect(keeps < .max || !group.contains("base_index"), "\(stage): there is one layer only")
          return try Self.members(group, of: root)
        }
      }
      #expect(members.count == rows.count, "\(stage)")
      for (member, row) in zip(members, rows) {
        for (name, found) in [("l2m", Self.l2m(member)), ("l2i", Self.l2i(member))] {
          let right = table[name]?.cell(row).number ?? .nan
          #expect(abs(found - right) < 2e-6 * max(1, right), "\(stage) \(row) \(name): \(found), \(right)")
        }
      }
    }
  }

  // MARK: - A reader

  private static func members(_ group: HDF5StoredGroup, of root: HDF5StoredGroup) throws -> [(
    x: Rows, y: Rows
  )] {
    guard group.contains("moves") else { return [try matrices(group)] }
    let count = try group.integerAttribute("count")
    let layers = group.contains("base_index") ? try group.doubles("base_index").map { Int($0) } : nil
    return try (0..<count).map { member in
      // A link to another stage's group stands where that has the matrices.
      let base =
        if let target = group.target(of: "base") { try root.open(target.droppingBytes(1), matrices) } else {
          try group.open("base") { try matrices($0, layer: layers?[member]) }
        }
      var (x, y) = (base.x.map(unit), base.y.map(unit))
      try group.open("moves") { moves in
        var step = 0
        while moves.contains("\(step)") {
          try moves.open("\(step)") { try apply($0, member, count, &x, &y) }
          step += 1
        }
      }
      return (x, y)
    }
  }

  private static func apply(
    _ move: HDF5StoredGroup, _ member: Int, _ count: Int, _ x: inout Rows, _ y: inout Rows
  ) throws {
    func number(_ name: String) throws -> Double { try move.doubles(name)[member] }
    func vector(_ name: String, _ length: Int) throws -> [Double] {
      let all = try move.doubles(name)
      return all.count == length ? all : Array(all[member * length..<(member + 1) * length])
    }
    let columns = x[0].count
    switch try move.textAttribute("kind") {
    case "along":
      let gap = try vector("gap", columns)
      let (a, b) = (try number("amount_x"), try number("amount_y"))
      x = x.map { zip($0, gap).map { $0 - a * $1 } }
      y = y.map { zip($0, gap).map { $0 + b * $1 } }
      if try number("renormalize") == 1 { (x, y) = (x.map(unit), y.map(unit)) }
    case "subtract":
      let (a, b) = (try vector("subtract_x", columns), try vector("subtract_y", columns))
      x = x.map { unit(zip($0, a).map { $0 - $1 }) }
      y = y.map { unit(zip($0, b).map { $0 - $1 }) }
    case "rotate-y":
      let w = try vector("rotation", columns * columns)
      y = y.map { row in
        (0..<columns).map { out in (0..<columns).reduce(0) { $0 + row[$1] * w[out * columns + $1] } }
      }
    case "elevation":
      let angle = try number("degrees") * .pi / 180
      y = y.map { row in
        let azimuth = atan2(row[1], row[0])
        return [cos(angle) * cos(azimuth), cos(angle) * sin(azimuth), sin(angle)]
      }
    case "whiten":
      func map(_ rows: Rows, _ side: String) throws -> Rows {
        let mean = try vector("mean_\(side)", columns)
        let w = try vector("map_\(side)", columns * columns)
        return rows.map { row in
          (0..<columns).map { out in
            (0..<columns).reduce(0) { $0 + (row[$1] - mean[$1]) * w[out * columns + $1] }
          }
        }
      }
      (x, y) = (try map(x, "x"), try map(y, "y"))
      if try number("renormalize") == 1 { (x, y) = (x.map(unit), y.map(unit)) }
    case "standardize":
      func scaled(_ rows: Rows, _ side: String) throws -> Rows {
        let (mean, scale) = (try vector("mean_\(side)", columns), try vector("scale_\(side)", columns))
        return rows.map { row in (0..<columns).map { (row[$0] - mean[$0]) * scale[$0] } }
      }
      (x, y) = (try scaled(x, "x"), try scaled(y, "y"))
      if try number("renormalize") == 1 { (x, y) = (x.map(unit), y.map(unit)) }
    case "ablate":
      let keep = try vector("keep", columns)
      func ablated(_ row: [Double]) -> [Double] { unit(zip(row, keep).map { $0 * $1 }) }
      (x, y) = (x.map(ablated), y.map(ablated))
    case "realign":
      let (from, to) = (try vector("from", columns), try vector("to", columns))
      let (scale, centre) = (try number("scale"), try vector("centre", columns))
      func moved(_ row: [Double]) -> [Double] {
        let half = unit((0..<columns).map { to[$0] + scale * (row[$0] - from[$0]) })
        return unit((0..<columns).map { half[$0] - centre[$0] + to[$0] })
      }
      if try number("moves_x") == 1 { x = x.map(moved) } else { y = y.map(moved) }
    case let kind: Issue.record("an unknown kind \(kind)")
    }
  }

  private static func matrices(_ group: HDF5StoredGroup) throws -> (x: Rows, y: Rows) {
    try matrices(group, layer: nil)
  }

  private static func matrices(_ group: HDF5StoredGroup, layer: Int?) throws -> (x: Rows, y: Rows) {
    func rows(_ name: String) throws -> Rows {
      let matrix =
        try layer.map { layer in try group.open(name) { try $0.matrix("layer0\(layer)") } }
        ?? group.matrix(name)
      return (0..<matrix.rows).map { row in matrix.row(row).map(Double.init) }
    }
    return (try rows("x"), try rows("y"))
  }

  private static func unit(_ row: [Double]) -> [Double] {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / norm }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private static func l2m(_ pair: (x: Rows, y: Rows)) -> Double {
    func mean(_ rows: Rows) -> [Double] {
      (0..<rows[0].count).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
    }
    return distance(mean(pair.x), mean(pair.y))
  }

  private static func l2i(_ pair: (x: Rows, y: Rows)) -> Double {
    zip(pair.x, pair.y).reduce(0) { $0 + distance($1.0, $1.1) } / Double(pair.x.count)
  }
}
