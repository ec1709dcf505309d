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
    usage: "CONFIG|FOLDER… [options] | --manifest FILE [--task ID]",
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
        "modgap run configs",
        "all configs of a folder as one plan: what several have is computed once, and one that fails stops no other"
      ),
      ("modgap run --failed configs", "only what failed when they last ran"),
      (
        "modgap run --watch configs/figure3.json",
        "runs it again each time that it is saved; an open report shows the new results"
      ),
      (
        "modgap run --manifest results/figure3/manifest.json --task loss",
        "one task of a frozen plan, for example in a cluster job"
      ),
    ],
    options: [
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
      .flag("--fail-fast", "start no more stages after the first failure (default: continue)"),
      .flag("--failed", "only what failed when the experiments last ran, and what depends on it"),
      .flag(
        "--watch", "stay, and run again what an edit of a config or of its data invalidates, until Ctrl-C"),
      CommonOptions.junit, CommonOptions.markdown,
      .value("--only", "STAGE", "only this stage and what it needs (repeatable)", repeats: true),
      .value("--force", "STAGE", "compute this stage even if it is cached (repeatable)", repeats: true),
      .value("--manifest", "FILE", "execute a frozen plan instead of a config"),
      .value("--task", "ID", "run only this task of the manifest; its inputs must be in the store"),
      .value("--lease-timeout", "SECONDS", "how long to wait for another process's stage (default: a day)"),
      .value("--order", "SEED", "start stages in an order that SEED draws; the bytes are the same"),
      .flag("--no-figures", "write tables and verdicts, but draw no figures"),
    ]
  ) { arguments in
    try RunCommand(arguments).run()
  }
}

private struct RunCommand {
  private let arguments: Arguments
  private let options: RunOptions

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    var options = RunOptions(jobs: try arguments.jobs())
    options.failFast = arguments.has("--fail-fast")
    options.only = Set(arguments.all("--only"))
    options.forced = Set(arguments.all("--force"))
    options.task = arguments.value("--task")
    options.drawsFigures = !arguments.has("--no-figures")
    options.order = try arguments.integer("--order", in: 0...Int.max).map(UInt64.init)
    if let seconds = try arguments.number("--lease-timeout", in: 0...1e9) { options.leaseTimeout = seconds }
    self.options = options
    try refuseWithManifest()
  }

  /// A frozen plan is one, and as it is.
  private func refuseWithManifest() throws {
    guard arguments.value("--manifest") != nil else {
      guard arguments.has("--task") else { return }
      throw UsageError.missingValue(
        option: "--manifest", value: "FILE (--task names one of its tasks)", command: "run")
    }
    let others = ["--watch", "--failed"].filter(arguments.has)
    guard arguments.positional.isEmpty, arguments.all("--set").isEmpty, others.isEmpty else {
      throw UsageError.wrongCount(
        found: arguments.positional.count,
        expected:
          "neither a config nor --set, --failed or --watch together with --manifest, because its plan is frozen",
        command: "run")
    }
  }

  func run() throws -> Int32 {
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let interruption = Interruption(resumeCommand: ShellCommand(CommandLine.arguments))
    let runs = try runs(tells: !arguments.has("--watch"))
    guard arguments.has("--watch") else { return try run(runs, interruption) }
    return try Watch(arguments, options, resultsRoot).run(interruption) { try run($0, interruption) }
  }

  private func runs(tells: Bool) throws -> [ConfigRun] {
    if let manifest = arguments.value("--manifest") { return [try frozen(manifest)] }
    let runs = try arguments.configRuns(options, tells: tells)
    return arguments.has("--failed") ? runs.compactMap { $0.onlyFailed(in: resultsRoot) } : runs
  }

  private func frozen(_ manifest: String) throws -> ConfigRun {
    var options = options
    let recipe = RunRecipe(manifest: manifest, results: arguments.value("--results"))
    options.recipe = recipe
    let plan = try Manifest.read(manifest).executablePlan(from: manifest)
    return ConfigRun(
      config: manifest, recipe: recipe,
      ready: .success(ConfigRun.Ready(plan: plan, digests: FileDigests(), options: options, files: [])))
  }

  private func run(_ runs: [ConfigRun], _ interruption: Interruption) throws -> Int32 {
    guard !runs.isEmpty else {
      Terminal.err("nothing failed when these experiments last ran")
      return 0
    }
    let batch = ConfigBatch(
      runs: runs, root: resultsRoot, jobs: options.jobs, isSeveral: arguments.namesSeveral)
    let endings: [ConfigEnding]
    do {
      endings = try batch.run(interruption.cancellation)
    } catch is Cancelled {
      // While it waited for another run.
      interruption.tellHowToResume()
      return interruption.exitStatus ?? FailureKind.leaseTimeout.rawValue
    }
    return try tell(endings, interruption)
  }

  private func tell(_ endings: [ConfigEnding], _ interruption: Interruption) throws -> Int32 {
    let summaries = endings.compactMap { try? $0.summary.get() }
    let signalled = summaries.contains(where: \.wasInterrupted) ? interruption.exitStatus : nil
    let batch = BatchPrinter(endings)
    let status = signalled ?? batch.exitStatus
    let single = arguments.namesSeveral ? nil : endings.first.flatMap(printer)
    let isWritten = Result {
      if arguments.has("--json") {
        try Terminal.out(single?.json(status) ?? batch.json(status))
      } else {
        try Terminal.out(single?.text ?? batch.text)
      }
    }
    if let single { single.tellFailures() } else { batch.tellFailures() }
    if signalled != nil {
      interruption.tellHowToResume()
      return status
    }
    try isWritten.get()
    try arguments.writeReports(endings.map(\.report))
    return status
  }

  private func printer(_ ending: ConfigEnding) -> RunPrinter? {
    guard case .success(let summary) = ending.summary, let folder = ending.folder else { return nil }
    return RunPrinter(summary, folder: folder, recipe: ending.run.recipe)
  }

  /// With a manifest the results are where the manifest is, unless said otherwise.
  private var resultsRoot: String {
    guard arguments.value("--results") == nil, let manifest = arguments.value("--manifest") else {
      return arguments.resultsRoot
    }
    let folder = URL(fileURLWithPath: manifest).standardizedFileURL.deletingLastPathComponent()
    return folder.deletingLastPathComponent().path
  }
}
