import Declarations
import ExperimentPlan
import Foundation
import Runner

/// Plans that are executed as one.
extension PlanPrinter {
  static func json(_ printers: [PlanPrinter]) -> JSONValue {
    .object([
      "format": "modgap-plans", "version": 1, "plans": .array(printers.map(\.json)),
      "predicted_seconds": .number(seconds(printers)),
    ])
  }

  /// What several have is counted, and computed, once.
  static func total(_ printers: [PlanPrinter]) -> String {
    let tasks = distinct(printers)
    let open = tasks.count { $0.printer.isOpen($0.index) }
    let all = printers.reduce(0) { $0 + $1.status.plan.tasks.count }
    let shared = all - tasks.count
    let twice = shared == 0 ? "" : ", \(shared) more in several of them"
    let time = seconds(printers)
    return
      "together: \(counted(printers.count, "experiment")), \(counted(tasks.count, "stage"))\(twice): \(open) to run"
      + (time > 0 ? ", about \(Duration.seconds(time).brief)" : "") + "\n"
  }

  private static func seconds(_ printers: [PlanPrinter]) -> Double {
    let open = distinct(printers).filter { $0.printer.isOpen($0.index) }
    let all = open.compactMap { $0.printer.status.predictions[$0.index] }.reduce(0, +)
    return all / Double(max(1, min(printers.first?.jobs ?? 1, open.count)))
  }

  private static func distinct(_ printers: [PlanPrinter]) -> [(printer: PlanPrinter, index: Int)] {
    var known: Set<String> = []
    return printers.flatMap { printer in
      printer.status.plan.taskIdentities.enumerated().filter { known.insert($0.element).inserted }
        .map { (printer, $0.offset) }
    }
  }

  private func isOpen(_ index: Int) -> Bool {
    switch status.states[index] {
    case .toRun, .afterUpstream: true
    case .cached, .notRun: false
    }
  }

  /// What is to be computed, a line a stage, and why: for somebody who has just edited the config.
  var invalidated: String {
    let plan = status.plan
    let lines = plan.experiment.stages.compactMap { stage -> String? in
      let tasks = plan.tasks.indices.filter { plan.tasks[$0].stage.isExactly(stage.id) }
      let open = tasks.filter(isOpen)
      guard let first = open.first else { return nil }
      let seconds = open.compactMap { status.predictions[$0] }.reduce(0, +)
      let time = seconds > 0 ? ", about \(Duration.seconds(seconds).brief)" : ""
      return "  \(stage.id): \(open.count) of \(tasks.count) to run\(time): \(reason(first))"
    }
    guard !lines.isEmpty else { return "\(name): the edit invalidates no stage" }
    let seconds = status.predictedSeconds(jobs: jobs)
    let time = seconds > 0 ? ", about \(Duration.seconds(seconds).brief)" : ""
    return "\(name): the edit invalidates \(counted(lines.count, "stage"))\(time)\n"
      + lines.joined(separator: "\n")
  }

  private func reason(_ index: Int) -> String {
    switch status.states[index] {
    case .toRun(let reason): reason
    case .afterUpstream(let id): "waits for \(id)"
    case .cached, .notRun: ""
    }
  }
}
