import Datasets
import Foundation
import HDF5
import RunSupport
import Runner
import Testing

/// Ids and labels from a config to tables, files, figures and exports, as a user runs them.
@Suite(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
struct AnnotatedRunTests {
  private static let config = """
    { "name": "own", "matrix": { "delta": [0, 0.5] },
      "stages": [
        { "id": "pairs", "stage": "init", "kind": "embeddings",
          "with": { "x": "x.npy", "y": "y.npy", "ids": "ids.csv", "labels": { "path": "table.csv", "column": "what" } } },
        { "id": "moved", "stage": "shift", "kind": "gap", "from": "pairs", "with": { "delta": ["${delta}"] } },
        { "id": "map", "stage": "evaluate", "kind": "projection", "from": "moved" },
        { "id": "score", "stage": "evaluate", "kind": "zero-shot", "from": "moved",
          "with": { "prototypes": "means", "k": [1] } } ],
      "figures": [ { "name": "map", "kind": "scatter", "table": "map", "where": { "delta": 0 }, "colour": "label" } ],
      "claims": [ { "id": "a", "source": "s", "says": "the first point is there", "table": "map",
        "where": { "delta": 0, "modality": "x", "id": "item 0", "label": "a, \\"b\\"" },
        "check": { "range": { "of": "c1", "low": -100 } }, "basis": "derived", "bound_from": "oracle-error" } ] }
    """

  private static let labels = (0..<12).map { $0 % 3 == 0 ? "a, \"b\"" : "c\nd" }

  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.npy(scatteredRows(12, 5, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(12, 5, seed: 4, shift: -1), to: "y.npy")
    try bench.write((0..<12).map { "item \($0)\n" }.joined(), to: "ids.csv")
    let rows = Self.labels.map {
      "1,\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"\n"
    }
    try bench.write("n,what\n" + rows.joined(), to: "table.csv")
    try bench.write(Self.config, to: "e.json")
    return bench
  }

  @Test func fromAConfigToTablesFilesAndExports() throws {
    let bench = try bench()
    let program = Program(folder: bench.folder, bench: bench)
    let first = try program.run("run", "e.json")
    #expect(first.status == 0 && first.output.contains("1 pass"), "\(first.output)\(first.errors)")
    let table = try bench.text("results/own/tables/map.csv").split(separator: "\n")
    #expect(table[0] == "delta,modality,index,id,label,c1,c2")
    #expect(table[1].hasPrefix("0.0,x,0,item 0,\"a, \"\"b\"\"\","), "\(table[1])")
    #expect(
      try bench.text("results/own/tables/score.predictions.csv").hasPrefix(
        "delta,item,id,label,predicted,rank\n0.0,0,item 0,0,"))
    let stored = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: "\(bench.results)/own/runs/delta=0/embeddings.h5")))
    try HDF5Image.read(stored) { root in
      let labels = try root.open("pairs") { try $0.texts("label") }
      let ids = try root.open("moved") { try $0.texts("id") }
      #expect(labels == Self.labels && ids == (0..<12).map { "item \($0)" })
    }
    #expect(FileManager.default.fileExists(atPath: "\(bench.results)/own/figures/map.gp"))
    for (stage, more) in [("pairs", []), ("moved", ["--run", "delta=0.5"])] {
      let exported = try program.run(["export", "e.json", stage, "--npy", "out-\(stage)"] + more)
      #expect(exported.status == 0, "\(exported.errors)")
      let path = "\(bench.folder)/out-\(stage)"
      let ids = try #require(ItemTextFile(.string("\(path)/ids.npy"))).load(.id, count: 12)
      #expect(ids == (0..<12).map { "item \($0)" })
      #expect(
        try #require(ItemTextFile(.string("\(path)/labels.npy"))).load(.label, count: 12) == Self.labels)
    }
    let again = try program.run("run", "e.json")
    #expect(again.status == 0 && again.output.contains("cached"), "\(again.output)")
  }

  @Test func anotherFileIsAnotherResult() throws {
    let bench = try bench()
    let program = Program(folder: bench.folder, bench: bench)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let before = try bench.digests("own")
    try bench.write((0..<12).map { "other \($0)\n" }.joined(), to: "ids.csv")
    let why = try program.run("why", "e.json", "pairs")
    #expect(why.output.contains("the content of its data file changed"), "\(why.output)\(why.errors)")
    _ = try program.run("run", "e.json", "--no-figures")
    let after = try bench.digests("own")
    #expect(before["pairs"] != after["pairs"] && before["map@delta=0"] != after["map@delta=0"])
    #expect(try bench.text("results/own/tables/map.csv").contains("other 11"))
    // The same texts from an array are the same result.
    let moved = try program.run(["export", "e.json", "pairs", "--npy", "out"])
    #expect(moved.status == 0)
    let set = [
      "--set", "stages.pairs.with.ids=out/ids.npy", "--set", "stages.pairs.with.labels=out/labels.npy",
    ]
    _ = try program.run(["run", "e.json", "--no-figures"] + set)
    #expect(try bench.digests("own")["pairs"] == after["pairs"])
  }

  @Test(arguments: [
    ("stages.map.from=bare", #"claims[0].where.id: found an unknown column"#),
    ("stages.pairs.with.labels=nowhere.csv", "nowhere.csv"),
    (#"stages.pairs.with.labels={"path": "table.csv"}"#, "column"),
    ("stages.pairs.with.labels=3", "stages[0].with.labels"),
    (#"stages.score.with.prompt="a [class]""#, "this key together with prototypes"),
  ])
  func whatIsWrongIsSaidBeforeAnythingRuns(set: String, says: String) throws {
    let bench = try bench()
    let bare =
      #"stages+={"id": "bare", "stage": "init", "kind": "embeddings", "with": {"x": "x.npy", "y": "y.npy"}}"#
    let result = try Program(folder: bench.folder, bench: bench).run([
      "validate", "e.json", "--set", bare, "--set", set,
    ])
    #expect(result.status == 65 && result.errors.contains(says), "\(result.errors)")
  }

  @Test func aMisfitIsSaidInOneSentence() throws {
    let bench = try bench()
    try bench.write("a\nb\n", to: "ids.csv")
    let result = try Program(folder: bench.folder, bench: bench).run("run", "e.json", "--no-figures")
    #expect(result.status == 65 || result.status == 1 || result.status == 2)
    #expect(
      (result.output + result.errors).contains("ids.csv: found 2 ids, but there are 12 items"), "\(result)")
  }

  /// Data with labels through an encoder, its training and pairs of towers.
  @Test func labelsOfDataStayWithTheEmbeddings() throws {
    let bench = try Workbench()
    try bench.write(
      """
      { "name": "towers", "data": { "d": { "kind": "shapes", "count": 40, "objects": 1, "size": 16, "context": 24, "seed": 3,
          "labels": "colour" } },
        "stages": [
          { "id": "clip", "stage": "init", "kind": "clip", "with": {
            "vision": { "image": 16, "patch": 8, "width": 12, "layers": 1, "heads": 3 },
            "text": { "vocabulary": 259, "context": 24, "width": 12, "layers": 1, "heads": 3 }, "embedding": 10, "data": "d" } },
          { "id": "trained", "stage": "train", "kind": "contrastive", "from": "clip",
            "with": { "temperature": 0.1, "batch": 10, "steps": 2, "held_out": 10, "embed": "held-out" } },
          { "id": "tower", "stage": "init", "kind": "encoder",
            "with": { "architecture": "vit", "image": 16, "patch": 8, "width": 12, "layers": 1, "heads": 3, "embedding": 10, "data": "d" } },
          { "id": "both", "stage": "init", "kind": "pair", "with": { "x": "tower", "y": "tower" } },
          { "id": "map", "stage": "evaluate", "kind": "projection", "from": ["clip", "trained", "both"] },
          { "id": "score", "stage": "evaluate", "kind": "zero-shot", "from": "trained",
            "with": { "prototypes": "means", "k": [1] } } ] }
      """, to: "e.json")
    let program = Program(folder: bench.folder, bench: bench)
    let result = try program.run("run", "e.json", "--no-figures")
    #expect(
      result.status == 0, "\(result)")
    let table = try CSVTable(bench, "results/towers/tables/map.csv")
    let whole = table.labels(from: "clip", modality: "x")
    #expect(whole.count == 40 && Set(whole).count > 2)
    #expect(
      table.labels(from: "clip", modality: "y") == whole && table.labels(from: "both", modality: "y") == whole
    )
    #expect(table.labels(from: "trained", modality: "x") == Array(whole.suffix(10)))
  }

  /// The columns `from`, `modality` and `label` of a projection, whose texts have no quotes.
  private struct CSVTable {
    private let rows: [[String]]

    init(_ bench: Workbench, _ path: String) throws {
      rows = try bench.text(path).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    }

    func labels(from stage: String, modality: String) -> [String] {
      rows.filter { $0[0] == stage && $0[1] == modality }.map { $0[3] }
    }
  }
}
