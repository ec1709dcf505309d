import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Kernels
import Processes
import Runner

/// Whether the program still keeps what it promises of every run: killed and resumed, with any number of threads, in any
/// order and with every OpenBLAS kernel it gives the same bytes.
struct SelfTests {
  /// What one of them found.
  struct Finding: Sendable, Equatable {
    let name: String
    /// Nil where all was as promised.
    let problem: String?
    let detail: String
  }

  let options: NightOptions
  let cancellation: Cancellation

  private var folder: String { "\(options.folder)/self-tests" }
  private static let kills = 3

  // MARK: - Killed and resumed

  /// Runs the canary's first seed undisturbed, and again with kills at moments that the date draws.
  func resume() throws -> [Finding] {
    let start = ContinuousClock.now
    let expected = try digests(run("undisturbed", []))
    let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
    try Scratch.remove("\(folder)/killed")
    var killed = 0
    for number in 0..<Self.kills {
      let share = Double(options.date.random("kill", "\(number)")) / 0x1p64
      let ending = try child("killed", [], seconds: max(0.05, seconds * (0.1 + 0.5 * share)))
      if case .status(0) = ending.ending { continue }
      killed += 1
    }
    let found = try digests(run("killed", [], fresh: false))
    let untested = killed == 0 ? "no run could be killed before its end" : nil
    return [
      Finding(
        name: "resume-test", problem: difference(expected, found) ?? untested,
        detail: "\(counted(found.count, "result")) after \(counted(killed, "kill"))")
    ]
  }

  // MARK: - Threads, order, kernels

  func invariance() throws -> [Finding] {
    let kernels = BLASKernel.runnable(cpuFlags: BLASKernel.cpuFlags)
    var findings: [Finding] = []
    for kernel in kernels {
      let expected = try digests(run("invariance-\(kernel)-1", ["--jobs", "1"], kernel: kernel))
      let ways = [
        ("2 threads", ["--jobs", "2"]),
        ("another order", ["--jobs", "2", "--order", "\(options.date.number)"]),
      ]
      for (name, words) in kernel == BLASKernel.coreType ? ways : [ways[0]] {
        let found = try digests(run("invariance-\(kernel)", words, kernel: kernel))
        findings.append(
          Finding(
            name: "\(kernel), \(name)", problem: difference(expected, found),
            detail: "\(counted(found.count, "result")) as with one thread"))
      }
    }
    return findings
  }

  // MARK: - Runs

  /// The folder of a run of the canary's first seeds, by a program of its own.
  private func run(_ name: String, _ words: [String], kernel: String? = nil, fresh: Bool = true) throws
    -> String
  {
    if fresh { try Scratch.remove("\(folder)/\(name)") }
    let ended = try child(name, words, kernel: kernel, seconds: 3600)
    guard case .status(0) = ended.ending else {
      throw SelfTestFailed(name: "self-test \(name)", ended)
    }
    return "\(folder)/\(name)"
  }

  private func child(_ name: String, _ words: [String], kernel: String? = nil, seconds: Double) throws
    -> ChildProgram.Ended
  {
    let arguments =
      ["run", Canary.config, "--results", "\(folder)/\(name)", "--no-figures", "--set", "matrix.seed=[0,1]"]
      + words
    return try OwnProgram(cancellation: cancellation).run(arguments, kernel: kernel, seconds: seconds)
  }

  private func digests(_ root: String) throws -> [String: String] {
    try Manifest.read(in: ResultsFolder(root: root, experiment: Canary.experiment)).results.mapValues(
      \.digest)
  }

  private func difference(_ expected: [String: String], _ found: [String: String]) -> String? {
    let tasks = Set(expected.keys).union(found.keys).sorted().filter { expected[$0] != found[$0] }
    guard let first = tasks.first else { return nil }
    return
      "\(counted(tasks.count, "result")) of \(expected.count) differ, the first is \(first): "
      + "\((expected[first] ?? "none").prefix(12)) and \((found[first] ?? "none").prefix(12))"
  }
}

/// A run of the self-tests that did not end well.
struct SelfTestFailed: Failure {
  let name: String
  let ending: String
  let errors: String

  init(name: String, _ ended: ChildProgram.Ended) {
    self.name = name
    ending = ended.ending.description
    errors = String(decoding: ended.errors.suffix(2000), as: UTF8.self)
  }

  var kind: FailureKind { .stage }
  var message: String { "the \(name) \(ending): \(errors)" }
}

/// Folders that the night makes and removes.
enum Scratch {
  /// - Throws: `FileFailure`.
  static func remove(_ path: String) throws {
    let folder = InnerFolder(root: PathBytes.folder(of: path))
    try folder.removeAll(InnerPath(component: PathBytes.name(of: path)))
  }
}
