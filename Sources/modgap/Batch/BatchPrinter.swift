import Claims
import Declarations
import Figures
import Foundation
import Runner

/// Tells how the runs of several configs ended: one table, one summary.
struct BatchPrinter {
  private let endings: [ConfigEnding]

  init(_ endings: [ConfigEnding]) { self.endings = endings }

  var text: String {
    let judged = endings.map(\.judged)
    let table = terminalTable(judged, color: Terminal.hasColor(Terminal.outputIsTerminal))
    let hasVerdicts = judged.contains { !$0.verdicts.isEmpty }
    return (hasVerdicts ? table + "\n" : "") + endings.map(line).joined()
  }

  private func line(_ ending: ConfigEnding) -> String {
    guard case .success(let summary) = ending.summary, let folder = ending.folder else {
      return "\(ending.run.config): cannot run\n"
    }
    return RunPrinter(summary, folder: folder, recipe: ending.run.recipe).summaryText
  }

  func tellFailures() {
    for ending in endings {
      guard case .success(let summary) = ending.summary, let folder = ending.folder else { continue }
      RunPrinter(summary, folder: folder, recipe: ending.run.recipe, label: "\(ending.run.name): ")
        .tellFailures()
    }
  }

  var exitStatus: Int32 {
    let summaries = endings.compactMap { try? $0.summary.get() }
    return runStatus(
      errors: endings.compactMap(\.error) + summaries.flatMap(\.errors),
      verdicts: endings.flatMap(\.verdicts))
  }

  func json(_ exitStatus: Int32) -> JSONValue {
    .object([
      "format": "modgap-batch", "version": 1, "exit_status": .number(Double(exitStatus)),
      "experiments": .array(endings.map(entry)),
    ])
  }

  private func entry(_ ending: ConfigEnding) -> JSONValue {
    guard case .success(let summary) = ending.summary, let folder = ending.folder else {
      return .object([
        "config": .string(ending.run.config), "experiment": .string(ending.run.name),
        "error": .string(ending.error.map(explain) ?? "stopped"),
      ])
    }
    return RunPrinter(summary, folder: folder, recipe: ending.run.recipe).json(summary.exitStatus)
  }
}
