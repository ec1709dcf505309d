import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Runner

/// Runs configs again each time that one of them, or their data, changes: `run --watch`.
struct Watch {
  /// Seconds between two looks, and for how long a file must be as it is: an editor writes it in pieces, or removes it
  /// for a moment.
  private static let pause = 0.2

  private let arguments: Arguments
  private let options: RunOptions
  private let root: String

  init(_ arguments: Arguments, _ options: RunOptions, _ root: String) {
    var options = options
    options.isWatched = true
    (self.arguments, self.options, self.root) = (arguments, options, root)
  }

  /// Until it is interrupted.
  ///
  /// - Parameter run: executes configs and tells how they ended.
  func run(_ interruption: Interruption, _ run: ([ConfigRun]) throws -> Int32) throws -> Int32 {
    var seen: [String: FileStamp?] = [:]
    var known: [String: Plan] = [:]
    while !interruption.cancellation.isRaised {
      let runs = try current(&seen)
      let able = runs.filter { run in
        guard let plan = try? run.ready.get().plan else { return false }
        return plan != known[run.config]
      }
      for run in able where known[run.config] != nil { tellCost(run) }
      for run in able { known[run.config] = try? run.ready.get().plan }
      if !able.isEmpty {
        _ = try run(able)
      } else if runs.allSatisfy({ $0.failure == nil }) {
        Terminal.err("the edit changes no result")
      }
      if interruption.cancellation.isRaised { break }
      Terminal.err("watching \(counted(seen.count, "file")); Ctrl-C ends it")
      waitForChange(of: seen, interruption.cancellation)
    }
    for (config, plan) in known.sorted(by: { $0.key < $1.key }) { leave(config, plan) }
    return interruption.exitStatus ?? 0
  }

  /// The report looks for no newer one any more; where it cannot be written, it stays as it is.
  private func leave(_ config: String, _ plan: Plan) {
    let results = try? StoredResults(plan, resultsRoot: root, recipe: arguments.recipe(config))
    _ = try? results?.writeReports(timeout: 1) { Terminal.err($0) }
  }

  /// The configs as they are now. One that is broken is told, and its last results stay.
  private func current(_ seen: inout [String: FileStamp?]) throws -> [ConfigRun] {
    var files = Set(seen.keys)
    // The stamps are older than what is read, so that no change is missed.
    let configs = try arguments.configs()
    files.formUnion(configs)
    var stamps = Self.stamps(files)
    let runs = configs.map { config in
      ConfigRun(
        config: config, recipe: arguments.recipe(config),
        ready: Result { try arguments.ready(config, options, tells: false) })
    }
    for run in runs {
      if let failure = run.failure {
        arguments.tellBroken(run, failure)
        Terminal.err("the results of the last run that worked stay")
      }
    }
    let more = Set(runs.flatMap { (try? $0.ready.get())?.files ?? [] }).subtracting(files)
    stamps.merge(Self.stamps(more)) { old, _ in old }
    seen = stamps
    return try arguments.selected(runs)
  }

  private static func stamps(_ files: Set<String>) -> [String: FileStamp?] {
    Dictionary(uniqueKeysWithValues: files.map { ($0, try? FileStamp(of: $0)) })
  }

  /// Returns when something changed and then stayed as it is for a moment, or the user ends it.
  private func waitForChange(of seen: [String: FileStamp?], _ cancellation: Cancellation) {
    let files = Set(seen.keys)
    var last = seen
    while !cancellation.isRaised {
      Thread.sleep(forTimeInterval: Self.pause)
      let configs = (try? arguments.configs()) ?? []
      let now = Self.stamps(files.union(configs))
      if now != seen, now == last { return }
      last = now
    }
  }

  /// What the edit invalidates, by stage, and how long that takes.
  private func tellCost(_ run: ConfigRun) {
    guard let plan = try? run.ready.get().plan, let status = try? PlanStatus(plan, resultsRoot: root) else {
      return
    }
    Terminal.errLines(PlanPrinter(status, jobs: options.jobs).invalidated)
  }
}
