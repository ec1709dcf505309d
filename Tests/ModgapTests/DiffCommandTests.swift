import Foundation
import RunSupport
import Testing

@Suite struct DiffCommandTests {
  @Test(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
  func tolerancesAreNumbersOrNamedColumns() throws {
    let bench = try Workbench()
    try bench.write("gap,loss\n1.0,2.0\n", to: "a.csv")
    try bench.write("gap,loss\n1.001,2.1\n", to: "b.csv")
    let program = Program(folder: bench.folder, bench: bench)
    for (arguments, status) in [
      ([], 0), (["--tolerance", "0.1"], 0), (["--tolerance", "0.01"], 2), (["--absolute", "0.11"], 0),
      (["--absolute", "0.09"], 2), (["--tolerance", "0.01", "--tolerance", "loss=0.1"], 0),
      (["--tolerance=loss=0.1"], 0), (["--absolute", "loss=0.11", "--tolerance", "1e-3"], 0),
      (["--absolute", "loss=0.09", "--tolerance", "1e-2"], 2), (["--tolerance", "los=1"], 65),
      (["--tolerance", "loss="], 64), (["--tolerance", "x"], 64), (["--absolute", "-1"], 64),
    ] as [([String], Int32)] {
      let result = try program.run(["diff", "a.csv", "b.csv"] + arguments)
      #expect(result.status == status, "\(arguments): \(result.errors)")
    }
  }
}
