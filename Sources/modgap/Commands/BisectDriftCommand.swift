import Declarations
import Execution
import Files
import Foundation
import Runner

extension Command {
  static let bisectDrift = Command(
    name: "bisect-drift",
    summary:
      "says which change since the reference explains the numbers that moved: it restores one at a time and reruns",
    usage: "[CONFIG|FOLDER…] [--restore WHAT]… [options]",
    examples: [
      (
        "modgap bisect-drift configs/figure3.json",
        "restores what changed and can be restored here: config values, OpenBLAS's kernel, the number of jobs"
      ),
      ("modgap bisect-drift configs/figure3.json --restore kernel", "only OpenBLAS's kernel"),
      (
        "modgap bisect-drift figure3 --restore stages[1].with.batch",
        "only this value of the config, by the path that the night prints"
      ),
    ],
    options: [
      CommonOptions.env, CommonOptions.set, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
      CommonOptions.reference,
      .value(
        "--restore", "WHAT",
        "only this: kernel, jobs, or the path of a value of the config (repeatable; default: all that changed)",
        repeats: true),
      .value(
        "--numbers", "DIR",
        "compare nothing: only write the numbers of one config, with what --restore names, as a reference"),
    ]
  ) { arguments in
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let interruption = Interruption(resumeCommand: ShellCommand(CommandLine.arguments))
    do {
      return try BisectDriftCommand(arguments, interruption.cancellation).run()
    } catch is Cancelled {
      interruption.tellHowToResume()
      return interruption.exitStatus ?? FailureKind.leaseTimeout.rawValue
    }
  }
}

private struct BisectDriftCommand {
  private let arguments: Arguments
  private let reference: ReferenceFolder
  private let jobs: Int
  private let cancellation: Cancellation

  init(_ arguments: Arguments, _ cancellation: Cancellation) throws {
    (self.arguments, self.cancellation) = (arguments, cancellation)
    reference = arguments.reference
    jobs = try arguments.jobs()
  }

  func run() throws -> Int32 {
    let runs = try Night.configs(arguments, jobs: jobs, tells: false)
    if let folder = arguments.value("--numbers") { return try writeNumbers(runs, to: folder) }
    let folder = "\(arguments.resultsRoot)/.nightly/bisect-drift"
    let lock = try lock(beside: folder)
    defer { withExtendedLifetime(lock) { try? Scratch.remove(folder) } }
    let printer = try bisect(runs, folder)
    if arguments.has("--json") { try Terminal.out(printer.json) } else { try Terminal.out(printer.text) }
    for (experiment, error) in printer.errors { Terminal.err("\(experiment): \(explain(error))") }
    return printer.exitStatus
  }

  /// Two at a time would take each other's folder.
  private func lock(beside folder: String) throws -> FileLock {
    let parent = InnerFolder(root: PathBytes.folder(of: folder))
    try parent.makeFolder()
    guard let lock = try FileLock(InnerPath(fixed: "bisect-drift.lock"), in: parent) else {
      throw AnotherBisection(folder: folder)
    }
    return lock
  }

  private func bisect(_ runs: [ConfigRun], _ folder: String) throws -> DriftPrinter {
    var (results, unknown) = ([DriftBisection.Result](), [String]())
    var errors: [(String, any Error)] = []
    for run in runs {
      do {
        _ = try run.ready.get()
        if let bisection = try bisection(run, folder) {
          results.append(try bisection.result())
        } else {
          unknown.append(run.name)
        }
      } catch let failure as any Failure where runs.count > 1 && failure.kind != .usage {
        errors.append((run.name, failure))
      }
    }
    return DriftPrinter(results: results, unknown: unknown, reference: reference.path, errors: errors)
  }

  /// Nil where nothing of it was accepted.
  private func bisection(_ run: ConfigRun, _ folder: String) throws -> DriftBisection? {
    guard let numbers = try reference.numbers(of: run.name),
      let manifest = try reference.manifest(of: run.name)
    else { return nil }
    // What a killed one left behind is none of this one's results.
    try Scratch.remove(folder)
    return DriftBisection(
      run: driftRun(run, folder), numbers: numbers, manifest: manifest, wanted: arguments.all("--restore"))
  }

  private func driftRun(_ run: ConfigRun, _ folder: String) -> DriftRun {
    DriftRun(
      arguments: arguments, config: run.config, experiment: run.name, reference: reference, jobs: jobs,
      folder: folder, cancellation: cancellation)
  }

  private func writeNumbers(_ runs: [ConfigRun], to folder: String) throws -> Int32 {
    guard runs.count == 1 else {
      throw UsageError.wrongCount(
        found: runs.count, expected: "one config beside --numbers", command: arguments.command)
    }
    _ = try runs[0].ready.get()
    let made = try driftRun(runs[0], folder).numbers(
      restoring: arguments.all("--restore"), jobs: jobs, root: arguments.resultsRoot)
    try ReferenceFolder(folder).write(made, made.numbers)
    return 0
  }
}

private struct AnotherBisection: Failure {
  let folder: String
  var kind: FailureKind { .leaseTimeout }
  var message: String {
    "another modgap bisect-drift is running in \(folder); wait for it, or name other --results"
  }
}
