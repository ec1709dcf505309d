import Foundation

/// The built program, run as a user runs it.
package struct Program {
  package struct Result {
    package let status: Int32
    package let output: String
    package let errors: String

    package init(status: Int32, output: String, errors: String) {
      (self.status, self.output, self.errors) = (status, output, errors)
    }
  }

  /// Beside the test bundle, where the package manager builds it.
  package static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("modgap").path
  }()

  package static let isBuilt = FileManager.default.isExecutableFile(atPath: path)
  package static let hasGnuplot = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/gnuplot") }
  package static let missing = "the program is not built beside the tests"

  package let folder: String
  /// Keeps the folder alive as long as somebody runs programs in it.
  package var bench: Workbench?
  package var environment: [String: String] = [:]
  /// What starts the program, with it and its arguments behind: `/usr/bin/env --default-signal=HUP`.
  package var launcher: [String] = []

  package init(
    folder: String, bench: Workbench? = nil, environment: [String: String] = [:], launcher: [String] = []
  ) {
    self.folder = folder
    self.bench = bench
    self.environment = environment
    self.launcher = launcher
  }

  /// Started by a line of shell, in which `"$0" "$@"` is the program with its arguments.
  package func through(shell line: String) -> Program {
    var program = self
    program.launcher = ["/bin/sh", "-c", line]
    return program
  }

  private func process(_ arguments: [String]) -> Process {
    let words = launcher + [Self.path] + arguments
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // The user's own key is left alone.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["XDG_STATE_HOME": folder + "/.state-home"].merging(environment) { $1 }) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  package func start(_ arguments: [String], output: URL? = nil) throws -> Process {
    let process = process(arguments)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    if let output {
      try Data().write(to: output)
      process.standardError = try FileHandle(forWritingTo: output)
    }
    try process.run()
    return process
  }

  package func run(_ arguments: String...) throws -> Result { try run(arguments) }

  package func run(_ arguments: [String]) throws -> Result {
    let process = process(arguments)
    let errorFile = URL(fileURLWithPath: folder + "/.stderr-\(UUID().uuidString)")
    try Data().write(to: errorFile)
    defer { try? FileManager.default.removeItem(at: errorFile) }
    process.standardError = try FileHandle(forWritingTo: errorFile)
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "")
  }
}

/// Experiments that need no data, small enough for tests and long enough to be interrupted.
package enum Experiments {
  package static let depth = """
    { "name": "depth", "matrix": { "activation": ["relu", "tanh"], "seed": [0, 1, 2, 3] }, "replicates": "seed",
      "stages": [
        { "id": "mlp", "stage": "init", "kind": "mlp",
          "with": { "width": 96, "depth": 6, "activation": "${activation}", "inputs": { "kind": "gaussian", "count": 160 } } },
        { "id": "cosine", "stage": "evaluate", "kind": "cosine-similarity", "from": "mlp" } ],
      "claims": [
        { "id": "cone", "source": "Fig. 2(b)", "says": "ReLU narrows the cone with depth", "table": "cosine",
          "where": { "activation": "relu" }, "check": { "monotone": { "of": "mean", "over": "layer", "direction": "increasing" } } } ] }
    """

  package static let sphere = """
    { "name": "sphere", "stages": [
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "turned", "stage": "shift", "kind": "rotation", "from": "points", "with": { "degrees": { "from": 90, "to": -90, "by": -5 } } },
        { "id": "loss", "stage": "evaluate", "kind": "contrastive-loss", "from": "turned", "with": { "temperature": [0.01, 1], "batch": 0 } },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "turned" } ],
      "figures": [ { "name": "loss", "kind": "lines", "table": "loss", "x": "degrees", "y": "loss", "series": "temperature" } ],
      "claims": [
        { "id": "closed", "source": "Sec. 4.3", "says": "At temperature 1 the closed gap is best", "table": "loss",
          "where": { "temperature": 1 }, "check": { "argmin": { "of": "loss", "over": "degrees", "equals": 0 } } } ] }
    """
}
