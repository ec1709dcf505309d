import Claims
import Declarations
import Figures
import Foundation
import Runner

/// Tells how a run ended.
struct RunPrinter {
  private let summary: RunSummary
  private let folder: ResultsFolder
  private let recipe: RunRecipe
  /// What the names of tasks and figures are told with.
  private let label: String

  init(_ summary: RunSummary, folder: ResultsFolder, recipe: RunRecipe, label: String = "") {
    self.label = label
    self.summary = summary
    self.folder = folder
    self.recipe = recipe
  }

  var text: String {
    var text = ""
    if !summary.verdicts.isEmpty {
      text += terminalTable(
        summary.verdicts, color: Terminal.hasColor(Terminal.outputIsTerminal),
        command: ReportWriter.command(recipe))
      text += "\n"
    }
    return text + summaryText
  }

  /// Without the verdicts.
  var summaryText: String {
    var text = "\(summary.plan.experiment.name): \(counts)\n"
    for (reason, count) in summary.notRun {
      text += "not run: \(counted(count, "stage")): \(reason)\n"
    }
    return summary.reportIsWritten ? text + "results: \(folder.path)/report.html\n" : text
  }

  private var counts: String {
    var parts = ["\(summary.computedCount) computed", "\(summary.cachedCount) cached"]
    if !summary.failures.isEmpty { parts.append("\(summary.failures.count) failed") }
    if !summary.blocked.isEmpty { parts.append("\(summary.blocked.count) blocked") }
    if !summary.verdicts.isEmpty { parts.append("claims: \(VerdictCounts(summary.verdicts).summary)") }
    return parts.joined(separator: ", ")
  }

  /// Causes and logs last, where a reader of a long output looks first.
  func tellFailures() {
    for broken in summary.irreproducible {
      Terminal.err(Terminal.styled("not reproducible: ", .red, onError: true) + broken.message)
    }
    for (task, by) in summary.blocked { Terminal.err("\(label)\(task): not run, because \(by) failed") }
    for failure in summary.figureFailures {
      Terminal.err(
        Terminal.styled("\(label)figure \(failure.figure) was not drawn: ", .red, onError: true)
          + explain(failure.error))
    }
    for failure in summary.failures {
      Terminal.err(
        Terminal.styled("\(label)\(failure.task) failed: ", .red, onError: true) + explain(failure.error))
      for line in failure.log { Terminal.err("    \(line)") }
    }
  }

  /// - Parameter exitStatus: which the program is about to end with.
  func json(_ exitStatus: Int32) -> JSONValue {
    .object([
      "format": "modgap-run", "version": 1, "experiment": .string(summary.plan.experiment.name),
      "results": .string(folder.path), "interrupted": .bool(summary.wasInterrupted),
      "exit_status": .number(Double(exitStatus)),
      "irreproducible": .array(summary.irreproducible.map { .string($0.message) }),
      "tasks": .array(zip(summary.plan.tasks, summary.outcomes).map { Self.task($0.id, $1) }),
      "verdicts": verdictsJSON(summary.verdicts, command: ReportWriter.command(recipe)),
    ])
  }

  private static func task(_ id: String, _ outcome: TaskOutcome?) -> JSONValue {
    var members: [String: JSONValue] = ["id": .string(id)]
    switch outcome {
    case .done(let record, let wasCached):
      members["state"] = wasCached ? "cached" : "computed"
      members["key"] = .string(record.key)
      members["digest"] = .string(record.digest.hex)
    case .failed(let error):
      members["state"] = "failed"
      members["error"] = .string(explain(error))
    case .blocked(let cause):
      members["state"] = "blocked"
      members["by"] = .string(cause)
    case .notRun(let reason):
      members["state"] = "not-run"
      members["reason"] = .string(reason)
    case .interrupted, nil: members["state"] = "interrupted"
    }
    return .object(members)
  }
}
