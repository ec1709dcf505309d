import Declarations
import Execution
import ExperimentPlan
import Foundation
import Runner

/// A bar with an ETA on a terminal; one plain line an event elsewhere.
final class ProgressReporter: Sendable {
  private struct State {
    var settled = 0
    var running: [String: Double] = [:]
    var remainingSeconds: Double
    var lastDrawn = ContinuousClock.now
    let start = ContinuousClock.now
    var isBarShown = false
    var quietCached = 0
    /// The last line of each running task's log, and when one was last written out.
    var lines: [String: String] = [:]
    var lastWritten: [String: ContinuousClock.Instant] = [:]
  }

  private let total: Int
  private let jobs: Int
  private let predictions: [String: Double]
  private let state: Mutex<State>
  private let isBar = Terminal.errorIsTerminal

  /// - Parameter plans: of several, each with the words that its tasks are told by.
  init(plans: [(label: String, plan: Plan)], resultsRoot: String, jobs: Int) {
    let timings = StageTimings(resultsFolder: resultsRoot)
    total = plans.reduce(0) { $0 + $1.plan.tasks.count }
    self.jobs = jobs
    var predictions: [String: Double] = [:]
    var known: Set<String> = []
    for (label, plan) in plans {
      // What several plans have is computed once.
      let identities = plans.count > 1 ? plan.taskIdentities : plan.tasks.map(\.id)
      for (index, task) in plan.tasks.enumerated() where known.insert(identities[index]).inserted {
        predictions[label + task.id] = timings.prediction(of: index, in: plan)
      }
    }
    self.predictions = predictions
    state = Mutex(State(remainingSeconds: predictions.values.reduce(0, +)))
  }

  /// - Parameter label: the plan's.
  func observer(_ label: String) -> RunObserver { { [self] event in receive(event, label) } }

  private func receive(_ event: RunEvent, _ label: String) {
    state.withLock { state in
      switch event {
      case .started(let task):
        state.running[label + task] = 0
        if !isBar { Terminal.err("\(label)\(task): started") }
      case .progress(let task, let fraction): state.running[label + task] = fraction
      case .log(let task, let line, isNews: true): say("\(label)\(task): \(line)", &state)
      case .log(let task, let line, _): logged(label + task, line, &state)
      case .cacheRejected(let task, let reason):
        say("\(label)\(task): stored result not used: \(reason)", &state)
      case .notice(let text): say(label + text, &state)
      case .finished(let task, let outcome, let seconds): finished(label + task, outcome, seconds, &state)
      }
      draw(&state)
    }
  }

  /// The bar shows the last line of a task's log; without a bar one is written at most every ten seconds.
  private func logged(_ task: String, _ line: String, _ state: inout State) {
    state.lines[task] = line
    let now = ContinuousClock.now
    guard !isBar, now - (state.lastWritten[task] ?? state.start) > .seconds(10) else { return }
    state.lastWritten[task] = now
    Terminal.err("\(task): \(line)")
  }

  private func finished(_ task: String, _ outcome: TaskOutcome, _ seconds: Double, _ state: inout State) {
    state.running[task] = nil
    state.lines[task] = nil
    state.settled += 1
    state.remainingSeconds -= predictions[task] ?? 0
    switch outcome {
    case .done(_, wasCached: true): state.quietCached += 1
    case .done(_, wasCached: false):
      if !isBar { Terminal.err("\(task): finished in \(Duration.seconds(seconds).brief)") }
    case .failed(let error): say("\(task): failed: \(explain(error))", &state)
    case .blocked(let cause): say("\(task): blocked by \(cause)", &state)
    case .notRun, .interrupted: break
    }
  }

  private func say(_ text: String, _ state: inout State) {
    clear(&state)
    Terminal.err(text)
  }

  private func clear(_ state: inout State) {
    guard state.isBarShown else { return }
    Terminal.errRaw("\r\u{1b}[K")
    state.isBarShown = false
  }

  private func draw(_ state: inout State) {
    guard isBar, ContinuousClock.now - state.lastDrawn > .milliseconds(80) else { return }
    state.lastDrawn = .now
    let done = Double(state.settled) + state.running.values.reduce(0, +)
    let fraction = total == 0 ? 1 : min(1, done / Double(total))
    let filled = Int(fraction * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    let names = state.running.keys.sorted().prefix(2).map { task in
      state.lines[task].map { "\(task) \($0)" } ?? task
    }.joined(separator: ", ")
    let eta = eta(state).map { ", \(Duration.seconds($0).brief) left" } ?? ""
    let line = PlainText.escaped("\(bar) \(state.settled)/\(total)\(eta)  \(names)")
    Terminal.errRaw("\r\u{1b}[K\(line.prefix(Terminal.width - 1))")
    state.isBarShown = true
  }

  /// From earlier runs of the same stages; nil where they never ran here.
  private func eta(_ state: State) -> Double? {
    let begun = state.running.reduce(0) { $0 + $1.value * (predictions[$1.key] ?? 0) }
    let seconds = (state.remainingSeconds - begun) / Double(max(1, jobs))
    return seconds > 0.5 ? seconds : nil
  }

  func finish() {
    state.withLock { state in
      clear(&state)
      if !isBar, state.quietCached > 0 {
        let verb = state.quietCached == 1 ? "was" : "were"
        Terminal.err("\(state.quietCached) of \(counted(total, "stage")) \(verb) cached")
      }
    }
  }
}
