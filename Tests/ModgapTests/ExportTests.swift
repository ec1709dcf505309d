import Datasets
import Files
import Foundation
import RunSupport
import Testing

/// `modgap export`, run as a user runs it.
@Suite(.enabled(if: Program.isBuilt, "\(Program.missing)"))
struct ExportTests {
  private static let config = """
    { "name": "e", "stages": [
      { "id": "pairs", "stage": "init", "kind": "embeddings", "with": { "x": "x.npy", "y": "y.npy" } },
      { "id": "centred", "stage": "shift", "kind": "centre", "from": "pairs" },
      { "id": "moved", "stage": "shift", "kind": "gap", "from": "centred", "with": { "delta": [0, 0.5] } },
      { "id": "passing", "stage": "shift", "kind": "centre", "from": "moved", "keep": false },
      { "id": "g", "stage": "evaluate", "kind": "gap", "from": "passing" } ] }
    """

  private func program(runs: Bool = true) throws -> Program {
    let bench = try Workbench()
    try bench.npy(scatteredRows(20, 5, seed: 1, shift: 2), to: "x.npy")
    try bench.npy(scatteredRows(20, 5, seed: 4, shift: -1), to: "y.npy")
    try bench.write(Self.config, to: "e.json")
    let program = Program(folder: bench.folder, bench: bench)
    if runs {
      let result = try program.run(["run", "e.json", "--no-figures"])
      try #require(result.status == 3 || result.status == 0, "\(result.errors)")
    }
    return program
  }

  @Test func arraysAreTheEmbeddingsAsTheShiftLeavesThem() throws {
    let program = try program()
    let result = try program.run(["export", "e.json", "centred", "--npy", "out"])
    #expect(result.status == 0 && result.output == "out/x.npy\nout/y.npy\n", "\(result.errors)")
    let stored = "\(program.folder)/results/e/runs/single/embeddings.h5"
    for side in ["x", "y"] {
      let array = try TensorFile.load("\(program.folder)/out/\(side).npy")
      let expected = try TensorFile.load("\(stored):/centred/\(side)")
      #expect(array.shape == [20, 5] && array.values == expected.values)
    }
  }

  @Test func oneOfASweepIsChosen() throws {
    let program = try program()
    let refused = try program.run(["export", "e.json", "moved", "--h5ad", "m.h5ad"])
    #expect(
      refused.status == 64 && refused.errors.contains("0 (delta 0.0), 1 (delta 0.5)"), "\(refused.errors)")
    let beyond = try program.run(["export", "e.json", "moved", "--h5ad", "m.h5ad", "--member", "2"])
    #expect(beyond.status == 64 && beyond.errors.contains("`--member` is 2"))
    let result = try program.run(["export", "e.json", "moved", "--h5ad", "m.h5ad", "--member", "1"])
    #expect(result.status == 0 && result.output == "m.h5ad\n", "\(result.errors)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(program.folder)/m.h5ad"))
    #expect(bytes.prefix(4) == Data([0x89, 0x48, 0x44, 0x46]))
  }

  @Test(arguments: [
    (["g", "--npy", "o"], "gives tables"), (["passing", "--npy", "o", "--member", "0"], "`keep` false"),
    (["centre", "--npy", "o"], "centred"), (["centred"], "one of --npy DIR and --h5ad FILE"),
    (["centred", "--npy", "o", "--h5ad", "f"], "one of --npy DIR and --h5ad FILE"),
    (["centred", "--npy", "o", "--run", "other"], "there is no run `other`"),
    ([], "a config and one of its stages"),
  ])
  func whatCannotBeExportedIsSaid(_ arguments: [String], _ message: String) throws {
    let result = try program().run(["export", "e.json"] + arguments)
    #expect(result.status != 0 && result.errors.contains(message), "\(result.errors)")
  }

  @Test func whatWasNotComputedNamesTheCommand() throws {
    let result = try program(runs: false).run(["export", "e.json", "centred", "--npy", "out"])
    #expect(
      result.status == 65 && result.errors.contains("modgap run e.json --only centred"), "\(result.errors)")
  }
}
