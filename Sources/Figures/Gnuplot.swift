import Contracts
import Dispatch
import Foundation

/// What became of a script.
package enum Drawing: Sendable, Equatable {
  /// The pictures are there; `warnings` is what gnuplot printed, usually nothing.
  case drawn(files: [String], warnings: String)
  /// There is no gnuplot; the sentence says so and what to do.
  case gnuplotMissing(String)
}

/// The gnuplot program.
package struct Gnuplot: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  package static let missingSentence =
    "gnuplot is not installed, so figures stay scripts (.gp); apt-get install gnuplot-nox, then run "
    + "gnuplot on them"

  /// The first `gnuplot` that `PATH` leads to.
  package static func find(environment: [String: String] = ProcessInfo.processInfo.environment) -> Gnuplot? {
    (environment["PATH"] ?? "").split(separator: ":").lazy
      .map { "\($0)/gnuplot" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
      .map(Gnuplot.init)
  }

  /// Runs a script in its own folder, where it leaves its SVG, PNG and PDF.
  ///
  /// - Returns: what gnuplot printed on standard error.
  /// - Throws: `FigureFailure` where it fails, or does not finish within `timeout` seconds.
  package func run(_ script: URL, timeout: Double = 120) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [script.lastPathComponent]
    process.currentDirectoryURL = script.deletingLastPathComponent()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    let message = try finish(process, errors, script.lastPathComponent, timeout)
    guard process.terminationStatus == 0 else {
      throw FigureFailure.gnuplotFailed(
        script: script.lastPathComponent, status: process.terminationStatus, message: message)
    }
    return message
  }

  /// Starts the process and collects its standard error until it ends.
  private func finish(
    _ process: Process, _ errors: Pipe, _ script: String, _ timeout: Double
  ) throws -> String {
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      throw FigureFailure.gnuplotNotStarted(path: path, reason: error.localizedDescription)
    }
    let output = Collected()
    let isRead = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      output.set((try? errors.fileHandleForReading.readToEnd()) ?? Data())
      isRead.signal()
    }
    guard ended.wait(timeout: .now() + timeout) == .success else {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      throw FigureFailure.gnuplotTooSlow(script: script, seconds: timeout)
    }
    isRead.wait()
    return String(decoding: output.data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Data handed from the reading queue to the waiting one.
  private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var stored = Data()
    func set(_ data: Data) { lock.withLock { stored = data } }
    var data: Data { lock.withLock { stored } }
  }
}

/// Makes the pictures of a script, if there is a gnuplot to make them.
package func draw(
  _ script: URL, timeout: Double = 120,
  environment: [String: String] = ProcessInfo.processInfo.environment
) throws -> Drawing {
  guard let gnuplot = Gnuplot.find(environment: environment) else {
    return .gnuplotMissing(Gnuplot.missingSentence)
  }
  let warnings = try gnuplot.run(script, timeout: timeout)
  let stem = script.deletingPathExtension().lastPathComponent
  return .drawn(files: ["svg", "png", "pdf"].map { "\(stem).\($0)" }, warnings: warnings)
}
