import Foundation

/// What is outside of the repository, where it is there: reference data, other programs.
package enum Outside {
  package static let shared: String? = {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      environment["MODGAP_SHARED"]
      ?? package.deletingLastPathComponent().appendingPathComponent("shared").path
    return FileManager.default.fileExists(atPath: path + "/golden") ? path : nil
  }()

  package static let python: String? = {
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    let answer = run(python, ["-c", "import h5py, numpy, pandas"])
    return answer?.status == 0 ? python : nil
  }()

  package static let hasH5dump = run("h5dump", ["--version"])?.status == 0

  /// Runs a program and gives its status and what it printed; nil where it cannot be started.
  package static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
