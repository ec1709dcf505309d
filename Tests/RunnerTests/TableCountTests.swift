import Contracts
import Declarations
import ExperimentPlan
import Files
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// What tables count, through a whole run.
@Suite(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
struct TableCountTests {
  private static let towers = """
    "x": {"architecture": "vit", "image": 8, "patch": 4, "width": 8, "layers": 1, "heads": 2},
    "y": {"architecture": "text", "vocabulary": 259, "context": 20, "width": 8, "layers": 1, "heads": 2},
    "embedding": 8, "data": {"kind": "shapes", "count": 12, "size": 8, "context": 20}
    """

  /// With items that are the same whatever the experiment's seed.
  private static let fixed = towers.replacing(#""count": 12"#, with: #""count": 12, "seed": 1"#)

  private func run(_ stages: String, _ more: String = "") throws -> (Workbench, Program.Result) {
    let bench = try Workbench()
    try bench.write(
      """
      {"name": "c", "matrix": {"seed": [0, 1, 2]}, "replicates": "seed", "stages": [\(stages)]\(more)}
      """, to: "c.json")
    for side in ["x", "y"] {
      let values = (0..<24).map { Float(($0 * 7 + (side == "x" ? 3 : 11)) % 13) - 4 }
      try Self.npy(values, columns: 4).write(to: URL(fileURLWithPath: "\(bench.folder)/\(side).npy"))
    }
    let program = Program(folder: bench.folder, bench: bench)
    return (bench, try program.run("run", "c.json", "--jobs", "1"))
  }

  private static func npy(_ values: [Float], columns: Int) -> Data {
    npy(values, shape: "(\(values.count / columns), \(columns))")
  }

  private static func npy(_ values: [Float], shape: String) -> Data {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 63 - (header.utf8.count + 10) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
    data += Array(header.utf8)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data += Array($0) } }
    return data
  }

  @Test func stagesWithDifferentCoordinatesHaveASummary() throws {
    let (bench, result) = try run(
      """
      {"id": "p", "stage": "init", "kind": "dual-encoder", "with": {\(Self.towers)}},
      {"id": "m", "stage": "shift", "kind": "gap", "from": "p", "with": {"delta": [-0.2, 0, 0.2]}},
      {"id": "k", "stage": "shift", "kind": "gap", "from": "p", "with": {"lambda": [0.1, 0.2]}},
      {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["p", "m"]},
      {"id": "h", "stage": "evaluate", "kind": "gap", "from": ["m", "k"]}
      """,
      """
      , "figures": [{"name": "f", "kind": "lines", "table": "g", "x": "count", "y": "l2i", "series": "delta"}]
      """)
    #expect(result.status == 3 || result.status == 0, "\(result.errors)")
    let table = try CSV.read("\(bench.results)/c/tables/g.csv")
    let summary = try CSV.read("\(bench.results)/c/tables/g.summary.csv")
    let own = try values(of: "l2m", in: table, where: "from", is: "p")
    let row = try #require(rows(of: summary, where: ["from": "p", "quantity": "l2m"]).first)
    #expect(try rows(of: summary, where: ["from": "p", "quantity": "l2m"]).count == 1 && own.count == 3)
    let mean = own.reduce(0, +) / 3
    let deviation = (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
    // t(.975, 2) = a·√(2/(1 − a²)) with a = .95.
    let t = 0.95 * (2 / (1 - 0.95 * 0.95)).squareRoot()
    let reach = t * deviation / 3.0.squareRoot()
    for (column, expected) in [
      ("n", 3), ("mean", mean), ("sd", deviation), ("ci95_low", mean - reach), ("ci95_high", mean + reach),
    ] {
      let found = try #require(summary[column]?.cell(row).number)
      #expect(abs(found - expected) < 1e-12, "\(column)")
    }
    let other = try CSV.read("\(bench.results)/c/tables/h.summary.csv")
    #expect(other.rowCount == 5 * 4)
    #expect((0..<other.rowCount).allSatisfy { other["n"]?.cell($0) == .integer(3) })
    let script = try bench.text("results/c/figures/f.gp")
    #expect(script.contains("# nan: x, y, low and high end"))
  }

  @Test func aFileBesideANetworkHasOneReplicate() throws {
    let check =
      #""check": {"equivalent": {"of": "l2m", "mean": 0.33, "interval": [0.32, 0.34], "runs": 3, "margin": 9}}"#
    let (bench, result) = try run(
      """
      {"id": "file", "stage": "init", "kind": "embeddings", "with": {"x": "x.npy", "y": "y.npy"}},
      {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {\(Self.towers)}},
      {"id": "both", "stage": "evaluate", "kind": "gap", "from": ["file", "net"]},
      {"id": "alone", "stage": "evaluate", "kind": "gap", "from": "file"}
      """,
      """
      , "claims": [
        {"id": "alone", "source": "s", "says": "a", "table": "alone", \(check)},
        {"id": "mixed", "source": "s", "says": "a", "table": "both", "where": {"from": "file"}, \(check)},
        {"id": "net", "source": "s", "says": "a", "table": "both", "where": {"from": "net"}, \(check)}]
      """)
    #expect(result.status == 0, "\(result.errors)")
    let verdicts = try CSV.read("\(bench.results)/c/verdicts.csv")
    #expect(verdicts["verdict"] == .texts(["pass", "pass", "pass"]))
    #expect(verdicts["n"] == .integers([1, 1, 3]))
    let summary = try CSV.read("\(bench.results)/c/tables/both.summary.csv")
    for (from, n) in [("file", 1), ("net", 3)] {
      for row in try rows(of: summary, where: ["from": from]) {
        #expect(summary["n"]?.cell(row) == .integer(n))
        #expect(summary["sd"]?.cell(row).number?.isNaN == (n == 1))
      }
    }
  }

  /// Samples of the pairs are no replicates of each other, and those of several networks are summed up nowhere.
  @Test func samplesOfThePairsHaveNoSummary() throws {
    let check = #""check": {"range": {"of": "loss_x_to_y", "low": 0, "over": "pairs"}}"#
    let (bench, result) = try run(
      """
      {"id": "file", "stage": "init", "kind": "embeddings", "with": {"x": "x.npy", "y": "y.npy",
        "pairing": {"kind": "grouped", "size": 2}}},
      {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {\(Self.towers)}},
      {"id": "of-file", "stage": "evaluate", "kind": "contrastive-loss", "from": "file",
        "with": {"temperature": [0.5, 1], "bootstrap": 20}},
      {"id": "of-net", "stage": "evaluate", "kind": "contrastive-loss", "from": "net",
        "with": {"temperature": 1, "bootstrap": 20}}
      """,
      """
      , "claims": [
        {"id": "file", "source": "s", "says": "a", "table": "of-file", "where": {"temperature": 1}, \(check)},
        {"id": "net", "source": "s", "says": "a", "table": "of-net", \(check)}]
      """)
    #expect(result.status == 2, "\(result)")
    let tables = "\(bench.results)/c/tables"
    #expect(try CSV.read("\(tables)/of-file.resamples.csv").rowCount == 3 * 2 * 20)
    for stage in ["of-file", "of-net"] {
      #expect(FileManager.default.fileExists(atPath: "\(tables)/\(stage).summary.csv"))
      #expect(!FileManager.default.fileExists(atPath: "\(tables)/\(stage).resamples.summary.csv"))
    }
    let verdicts = try CSV.read("\(bench.results)/c/verdicts.csv")
    #expect(verdicts["verdict"] == .texts(["pass", "error"]), "\(result.output)")
    #expect(verdicts["p"]?.cell(0).number?.isFinite == true, "the samples decide")
    #expect(result.output.contains("has 3 replicates (seed)"), "\(result.output)")
  }

  /// One random network is one draw, whatever is asked of it; what a file holds is exact.
  @Test func oneDrawDecidesNothing() throws {
    let value = #""check": {"range": {"of": "l2m", "low": 0, "high": 9}}"#
    let (bench, result) = try run(
      """
      {"id": "file", "stage": "init", "kind": "embeddings", "with": {"x": "x.npy", "y": "y.npy"}},
      {"id": "net", "stage": "init", "kind": "dual-encoder", "with": {\(Self.towers)}},
      {"id": "fixed", "stage": "init", "kind": "dual-encoder", "with": {"seed": 7, \(Self.fixed)}},
      {"id": "both", "stage": "evaluate", "kind": "gap", "from": ["file", "net", "fixed"]},
      {"id": "alone", "stage": "evaluate", "kind": "gap", "from": "net"}
      """,
      """
      , "claims": [
        {"id": "alone", "source": "s", "says": "a", "table": "alone", "where": {"seed": 0}, \(value)},
        {"id": "mixed", "source": "s", "says": "a", "table": "both", "where": {"from": "net", "seed": 0}, \(value)},
        {"id": "fixed", "source": "s", "says": "a", "table": "both", "where": {"from": "fixed"}, \(value)},
        {"id": "file", "source": "s", "says": "a", "table": "both", "where": {"from": "file"}, \(value)}]
      """)
    #expect(result.status == 0, "\(result.errors)")
    let verdicts = try CSV.read("\(bench.results)/c/verdicts.csv")
    #expect(verdicts["verdict"] == .texts(["inconclusive", "inconclusive", "inconclusive", "pass"]))
    // Other seeds of the experiment would change nothing where the stage has its own.
    let report = try bench.text("results/c/report.md")
    #expect(report.contains("is fixed in the config"), "\(report)")
  }

  /// A permutation of a file's items, or a sample of them, by the seed.
  @Test func otherOrdersOfOneFileAreOneReplicate() throws {
    func data(_ more: String) -> String {
      #"{"kind": "tensors", "images": "images.npy", "tokens": "tokens.npy", "seed": "${seed}"\#(more)}"#
    }
    let towers =
      #""x": {"architecture": "vit", "patch": 4, "width": 8, "layers": 1, "heads": 2}, "#
      + #""y": {"architecture": "text", "vocabulary": 9, "context": 5, "width": 8, "layers": 1, "heads": 2}, "embedding": 6"#
    func stage(_ id: String, _ more: String, _ data: String) -> String {
      #"{"id": "\#(id)", "stage": "init", "kind": "dual-encoder", "with": {\#(more)\#(towers), "data": \#(data)}}"#
    }
    let bench = try Workbench()
    try bench.write(
      """
      {"name": "c", "matrix": {"seed": [0, 1, 2]}, "replicates": "seed", "stages": [
        \(stage("all", "\"seed\": 3, ", data(""))), \(stage("some", "\"seed\": 3, ", data(", \"count\": 6"))),
        \(stage("free", "", data(""))),
        {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["all", "some", "free"]},
        {"id": "one", "stage": "evaluate", "kind": "gap", "from": "all"}],
       "claims": [\(["one", "g"].map { """
         {"id": "\($0)", "source": "s", "says": "t", "table": "\($0)"\($0 == "g" ? ", \"where\": {\"from\": \"all\"}" : ""),
          "check": {"equivalent": {"of": "l2m", "mean": 1, "interval": [0, 9]}}}
         """ }.joined(separator: ","))]}
      """, to: "c.json")
    let images: [Float] = (0..<1920).map { (index: Int) -> Float in Float((index * 7 + 3) % 13) - 6 }
    let tokens: [Float] = (0..<50).map { (index: Int) -> Float in Float((index * 5 + index / 7) % 9) }
    try Self.npy(images, shape: "(10, 3, 8, 8)").write(to: URL(fileURLWithPath: "\(bench.folder)/images.npy"))
    try Self.npy(tokens, shape: "(10, 5)").write(to: URL(fileURLWithPath: "\(bench.folder)/tokens.npy"))
    let result = try Program(folder: bench.folder).run("run", "c.json", "--jobs", "1", "--no-figures")
    #expect(result.status == 0 || result.status == 3, "\(result.errors)")
    #expect(
      result.errors.contains("all: the axis `seed` changes only the order of the items of `data`")
        && result.errors.contains("some: the axis `seed` changes only which 6 items of the same files")
        && !result.errors.contains("free: the axis"), "\(result.errors)")
    let open = result.output.split(separator: "\n").filter { $0.hasPrefix("inconclusive") }
    #expect(open.count == 2, "\(result.output)")
    #expect(try CSV.read("\(bench.results)/c/tables/g.csv").rowCount == 9, "each run has its row")
    let summary = try CSV.read("\(bench.results)/c/tables/g.summary.csv")
    for (from, n) in [("all", 1), ("some", 1), ("free", 3)] {
      let rows = try rows(of: summary, where: ["from": from])
      #expect(rows.count == 4)
      for row in rows {
        #expect(summary["n"]?.cell(row) == .integer(n), "\(from)")
        #expect(summary["sd"]?.cell(row).number?.isNaN == (n == 1))
      }
    }
    let alone = try CSV.read("\(bench.results)/c/tables/one.summary.csv")
    #expect((0..<alone.rowCount).allSatisfy { alone["n"]?.cell($0) == .integer(1) } && alone.rowCount == 4)
  }

  private func rows(of table: Table, where wanted: [String: String]) throws -> [Int] {
    (0..<table.rowCount).filter { row in wanted.allSatisfy { table[$0.key]?.cell(row).plain == $0.value } }
  }

  private func values(of column: String, in table: Table, where key: String, is value: String) throws
    -> [Double]
  {
    try rows(of: table, where: [key: value]).compactMap { table[column]?.cell($0).number }
  }
}

/// Which axes reach which rows, read off a plan.
@Suite struct RowSourceTests {
  @Test func ofSeveralStages() throws {
    let bench = try Workbench()
    let config = """
      {"name": "toy", "matrix": {"by": [1, 2], "plus": [0, 5], "idle": [1, 2, 3]}, "stages": [
        {"id": "a", "stage": "init", "kind": "source", "with": {"value": 1}},
        {"id": "b", "stage": "shift", "kind": "scale", "from": "a", "with": {"by": "${by}"}},
        {"id": "t", "stage": "evaluate", "kind": "total", "from": ["a", "b"], "with": {"plus": "${plus}"}},
        {"id": "u", "stage": "evaluate", "kind": "total", "from": "b"},
        {"id": "o", "stage": "evaluate", "kind": "total", "from": ["a", "b"], "over": "by"}]}
      """
    let plan = try bench.run(config).plan
    #expect(
      plan.rowSources(ofStage: 2)
        == RowSources(common: ["by", "plus"], byStage: ["a": ["plus"], "b": ["by", "plus"]]))
    #expect(plan.rowSources(ofStage: 3) == RowSources(common: ["by"]))
    #expect(plan.rowSources(ofStage: 4) == RowSources(common: [], byStage: ["a": [], "b": ["by"]]))
  }
}

/// How long stages of networks are expected to take.
@Suite struct TimingTests {
  private func plan(_ stages: String) throws -> Plan {
    let bench = try Workbench()
    return try bench.plan(#"{"name": "t", "stages": [\#(stages)]}"#)
  }

  private func encoder(_ with: String) throws -> Plan {
    try plan(#"{"id": "e", "stage": "init", "kind": "encoder", "with": {\#(with)}}"#)
  }

  /// From a run of another network of the kind: by the operations, here of ViT-B/32 and ViT-B/16, whose published
  /// numbers are 8.7 and 33.7 GFLOP with two to a multiply-add; of a sixteenth of the items; of what ran, itself.
  @Test func scalesWithTheArchitecture() throws {
    let bench = try Workbench()
    let timings = StageTimings(resultsFolder: bench.results)
    let large = #""architecture": "vit", "preset": "ViT-B-16", "data": {"kind": "shapes", "count": 160}"#
    let small = #""architecture": "vit", "preset": "ViT-B-32", "data": {"kind": "shapes", "count": 160}"#
    let few = #""architecture": "vit", "preset": "ViT-B-16", "data": {"kind": "shapes", "count": 10}"#
    let first = try encoder(large)
    #expect(try #require(timings.prediction(of: 0, in: first)) > 0, "of a usual machine")
    timings.note(0, in: first, seconds: 100)
    #expect(timings.prediction(of: 0, in: first) == 100)
    let ratio = try #require(timings.prediction(of: 0, in: try encoder(small))) / 100
    #expect(abs(ratio - 8.7 / 33.7) < 0.02, "\(ratio)")
    let sixteenth = try #require(timings.prediction(of: 0, in: try encoder(few)))
    #expect(abs(sixteenth - 100.0 / 16) < 1e-9)
  }

  @Test func ofTrainingsByTheirSteps() throws {
    let bench = try Workbench()
    let timings = StageTimings(resultsFolder: bench.results)
    func training(_ steps: Int) throws -> Plan {
      try plan(
        """
        {"id": "c", "stage": "init", "kind": "clip",
         "with": {"preset": "mini", "data": {"kind": "shapes", "count": 64, "size": 32}}},
        {"id": "m", "stage": "train", "kind": "contrastive", "from": "c",
         "with": {"temperature": 0.1, "batch": 32, "steps": \(steps)}}
        """)
    }
    let short = try training(10)
    timings.note(1, in: short, seconds: 10)
    let long = try #require(timings.prediction(of: 1, in: try training(1000)))
    // Three passes a step of 32 pairs, and 64 pairs embedded at the end.
    #expect(abs(long / 10 - Double(3 * 32 * 1000 + 64) / Double(3 * 32 * 10 + 64)) < 1e-9)
  }
}
