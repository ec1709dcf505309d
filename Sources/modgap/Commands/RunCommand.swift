import Declarations
import Execution
import ExperimentPlan
import Foundation
import Runner

extension Command {
  static let run = Command(
    name: "run",
    summary:
      "computes what is not cached, writes tables, embeddings, figures and verdicts; run it again to resume",
    usage: "CONFIG [options] | --manifest FILE [--task ID]",
    examples: [
      ("modgap run configs/figure3.json", "into results/figure3/"),
      ("modgap run configs/figure2b.json --jobs 1", "on one thread; the bytes are the same"),
      (
        "modgap run configs/figure3.json --set stages.loss.with.batch=100",
        "change one value; only what depends on it is recomputed"
      ),
      (
        "modgap run configs/figure3.json --only loss --force loss",
        "only this stage and what it needs; this stage is computed again"
      ),
      (
        "modgap run --manifest results/figure3/manifest.json --task loss",
        "one task of a frozen plan, for example in a cluster job"
      ),
    ],
    options: [
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
      .flag("--fail-fast", "start no more stages after the first failure (default: continue)"),
      .value("--only", "STAGE", "only this stage and what it needs (repeatable)", repeats: true),
      .value("--force", "STAGE", "compute this stage even if it is cached (repeatable)", repeats: true),
      .value("--manifest", "FILE", "execute a frozen plan instead of a config"),
      .value("--task", "ID", "run only this task of the manifest; its inputs must be in the store"),
      .value("--lease-timeout", "SECONDS", "how long to wait for another process's stage (default: a day)"),
      .flag("--no-figures", "write tables and verdicts, but draw no figures"),
    ]
  ) { arguments in
    try RunCommand(arguments).run()
  }
}

private struct RunCommand {
  private let arguments: Arguments
  private let plan: Plan
  private let digests: FileDigests
  private let options: RunOptions

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    var options = RunOptions(jobs: try arguments.jobs())
    options.failFast = arguments.has("--fail-fast")
    options.only = Set(arguments.all("--only"))
    options.forced = Set(arguments.all("--force"))
    options.task = arguments.value("--task")
    options.drawsFigures = !arguments.has("--no-figures")
    if let seconds = try arguments.number("--lease-timeout", in: 0...1e9) { options.leaseTimeout = seconds }
    (plan, digests) = try Self.plan(arguments, &options)
    self.options = options
  }

  private static func plan(_ arguments: Arguments, _ options: inout RunOptions) throws
    -> (Plan, FileDigests)
  {
    guard let manifest = arguments.value("--manifest") else {
      if arguments.has("--task") {
        throw UsageError.missingValue(
          option: "--manifest", value: "FILE (--task names one of its tasks)", command: "run")
      }
      let loaded = try arguments.loadOrTell(toRun: true)
      options.recipe = arguments.recipe(loaded.config)
      return (loaded.plan, loaded.digests)
    }
    guard arguments.positional.isEmpty, arguments.all("--set").isEmpty else {
      throw UsageError.wrongCount(
        found: arguments.positional.count,
        expected: "neither a config nor --set together with --manifest, because its plan is frozen",
        command: "run")
    }
    options.recipe = RunRecipe(manifest: manifest, results: arguments.value("--results"))
    return (try Manifest.read(manifest).executablePlan(from: manifest), FileDigests())
  }

  private func running(_ engine: Engine) throws -> RunSummary {
    do {
      return try engine.run()
    } catch let failure as any Failure
      where failure.kind != .usage && failure.kind != .leaseTimeout && options.task == nil
    {
      // Who only waited has nothing to say of results that another run has just written.
      let told = CannotRun(failure, recipe: options.recipe(for: plan)).tell(in: engine.folder)
      for line in told { Terminal.err(line) }
      throw failure
    }
  }

  func run() throws -> Int32 {
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let interruption = Interruption(resumeCommand: resumeCommand)
    let progress = ProgressReporter(plan: plan, resultsRoot: resultsRoot, jobs: options.jobs)
    let engine = Engine(
      plan: plan, resultsRoot: resultsRoot, options: options, digests: digests,
      cancellation: interruption.cancellation, observe: progress.observe)
    let summary: RunSummary
    do {
      summary = try running(engine)
    } catch is Cancelled {
      // While it waited for another run.
      progress.finish()
      interruption.tellHowToResume()
      return interruption.exitStatus ?? FailureKind.leaseTimeout.rawValue
    }
    progress.finish()
    let signalled = summary.wasInterrupted ? interruption.exitStatus : nil
    let status = signalled ?? summary.exitStatus
    let printer = RunPrinter(summary, folder: engine.folder, recipe: options.recipe(for: plan))
    let isWritten = Result {
      if arguments.has("--json") {
        try Terminal.out(printer.json(status))
      } else {
        try Terminal.out(printer.text)
      }
    }
    printer.tellFailures()
    if signalled != nil {
      interruption.tellHowToResume()
      return status
    }
    try isWritten.get()
    return status
  }

  /// With a manifest the results are where the manifest is, unless said otherwise.
  private var resultsRoot: String {
    guard arguments.value("--results") == nil, let manifest = arguments.value("--manifest") else {
      return arguments.resultsRoot
    }
    let folder = URL(fileURLWithPath: manifest).standardizedFileURL.deletingLastPathComponent()
    return folder.deletingLastPathComponent().path
  }

  private var resumeCommand: ShellCommand { ShellCommand(CommandLine.arguments) }
}
