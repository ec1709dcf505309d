import Contracts
import Files
import Foundation
import RunSupport
import Runner
import Storage
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct ExactNameProgramTests {
  private static let composed = "caf\u{e9}"
  private static let decomposed = "cafe\u{301}"

  private func l2m(_ x: [[Float]], _ y: [[Float]]) -> Double {
    func mean(_ rows: [[Float]]) -> [Double] {
      var sum = [Double](repeating: 0, count: rows[0].count)
      for row in rows {
        let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        for (column, value) in row.enumerated() { sum[column] += Double(value) / norm / Double(rows.count) }
      }
      return sum
    }
    return zip(mean(x), mean(y)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test func twoFilesOfCanonicallyEqualNamesAreTwoFiles() throws {
    let bench = try Workbench()
    let y = scatteredRows(6, 4, seed: 0, shift: 0)
    let (one, other) = (scatteredRows(6, 4, seed: 1, shift: 1), scatteredRows(6, 4, seed: 2, shift: -3))
    try bench.npy(y, to: "y.npy")
    try bench.npy(one, to: "\(Self.composed).npy")
    try bench.npy(other, to: "\(Self.decomposed).npy")
    let stage = { (id: String, file: String) in
      #"{ "id": "\#(id)", "stage": "init", "kind": "embeddings", "with": { "x": "\#(file).npy", "y": "y.npy" } }"#
    }
    try bench.write(
      """
      { "name": "c", "stages": [ \(stage("a", Self.composed)), \(stage("b", Self.decomposed)),
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": ["a", "b"] } ] }
      """, to: "c.json")
    let result = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(result.status == 0, "\(result.errors)")
    let found = try bench.column("l2m", of: "c/tables/g.csv")
    #expect(found.count == 2)
    for (found, right) in zip(found, [l2m(one, y), l2m(other, y)]) { #expect(abs(found - right) < 1e-6) }
  }

  @Test func diffTellsFilesColumnsAndCellsApart() throws {
    let bench = try Workbench()
    let (a, b) = (Self.composed, Self.decomposed)
    for (folder, first, second) in [("l", "1", "2"), ("r", "1", "3")] {
      try bench.write("v\n\(first)\n", to: "\(folder)/\(a).csv")
      try bench.write("v\n\(second)\n", to: "\(folder)/\(b).csv")
    }
    try bench.write("n,\(a)\n\(a),1\n", to: "l/t.csv")
    try bench.write("n,\(b)\n\(b),1\n", to: "r/t.csv")
    let difference = try ResultsDifference("\(bench.folder)/l", "\(bench.folder)/r")
    let differing = difference.columns.filter { !$0.isSame }
    #expect(difference.columns.count { $0.column == "v" } == 2)
    #expect(differing.count { $0.place.utf8.elementsEqual("\(b).csv".utf8) } == 1)
    #expect(differing.count { $0.place.utf8.elementsEqual("\(a).csv".utf8) } == 0)
    #expect(differing.contains { $0.column == "n" && $0.note != nil }, "the cells have other bytes")
    #expect(differing.count { $0.place == "t.csv" } == 3, "the columns, too, each on one side only")
  }

  @Test func keysThatReadAlikeAreRefused() throws {
    let bench = try Workbench()
    try bench.write(
      """
      { "name": "c", "data": { "\(Self.composed)": { "kind": "noise-images" }, "\(Self.decomposed)": { "kind": "shapes" } },
        "stages": [ { "id": "s", "stage": "init", "kind": "sphere" } ] }
      """, to: "c.json")
    let result = try Program(folder: bench.folder).run("validate", "c.json")
    #expect(result.status == 65)
    #expect(result.errors.contains("spelled with other bytes"), "\(result.errors)")
  }

  @Test func axisValuesThatReadAlikeAreTwo() throws {
    let bench = try Workbench()
    let y = scatteredRows(6, 4, seed: 0, shift: 0)
    try bench.npy(y, to: "y.npy")
    let rows = [scatteredRows(6, 4, seed: 1, shift: 1), scatteredRows(6, 4, seed: 2, shift: -3)]
    try bench.npy(rows[0], to: "\(Self.composed).npy")
    try bench.npy(rows[1], to: "\(Self.decomposed).npy")
    try bench.write(
      """
      { "name": "c", "matrix": { "file": ["\(Self.composed).npy", "\(Self.decomposed).npy"] }, "stages": [
        { "id": "e", "stage": "init", "kind": "embeddings", "with": { "x": "${file}", "y": "y.npy" } },
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": "e" } ],
        "claims": [
          { "id": "one", "source": "here", "says": "x", "table": "g", "where": { "file": "\(Self.decomposed).npy" },
            "check": { "value": { "of": "l2m", "equals": \(l2m(rows[1], y)), "within": 1e-6 } } } ] }
      """, to: "c.json")
    let result = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("1 pass"))
  }
}
