import Contracts
import Digests
import ExperimentConfig
import Figures
import Foundation
import Storage

/// Draws the figures whose scripts changed: script, SVG, PNG and PDF side by side.
struct FigureWriter {
  let engine: Engine
  let ledger: OutputLedger
  let tables: ResultTables

  /// A figure that asks for what its tables do not hold, or that gnuplot cannot draw, does not keep the
  /// others and the verdicts from being written.
  /// - Throws: `FileFailure` where the folder cannot be written.
  func write(
    draws: Bool, observe: RunObserver
  ) throws -> (figures: [Report.Figure], failures: [RunSummary.FigureFailed]) {
    let found = tables.drawable
    guard draws else { return ([], []) }
    var figures: [Report.Figure] = []
    var failures: [RunSummary.FigureFailed] = []
    var isMissing = false
    for spec in engine.plan.experiment.figures {
      let title = spec.parameters["title"]?.string
      do {
        let notes = try missingParts(of: spec, tables: found, axes: tables.axes)
        let drawn = try write(spec, found, &isMissing, observe)
        figures.append(Report.Figure(name: spec.name, title: title, isDrawn: drawn, notes: notes))
        for note in notes { observe(.notice("figure \(spec.name) is not whole: \(note)")) }
      } catch let failure as FileFailure {
        throw failure
      } catch {
        failures.append(RunSummary.FigureFailed(figure: spec.name, error: error))
        figures.append(Report.Figure(name: spec.name, title: title, isDrawn: false, notes: [explain(error)]))
      }
    }
    return (figures, failures)
  }

  private func write(
    _ spec: FigureSpec, _ found: @escaping @Sendable (String) -> FoundTable, _ isMissing: inout Bool,
    _ observe: RunObserver
  ) throws -> Bool {
    let text = try figureScript(spec, tables: found, axes: tables.axes)
    let source = Digest(of: text).hex
    let script = "figures/\(spec.name).gp"
    let pictures = ["svg", "png", "pdf"].map { "figures/\(spec.name).\($0)" }
    if ledger.keep([script] + pictures, from: source) { return true }
    try ledger.write(script, from: source) { [UInt8](text.utf8) }
    guard engine.options.drawsFigures else { return false }
    try ledger.clearTheWay(for: pictures)
    switch try draw(URL(fileURLWithPath: ledger.absolute(script))) {
    case .drawn(_, let warnings):
      if !warnings.isEmpty { observe(.notice("gnuplot, on \(spec.name): \(warnings)")) }
      ledger.record(pictures, from: source)
      return true
    case .gnuplotMissing(let sentence):
      if !isMissing { observe(.notice(sentence)) }
      isMissing = true
      return false
    }
  }
}
