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

  /// - Throws: a `Failure` where a figure asks for what its tables do not hold, or gnuplot fails.
  func write(observe: RunObserver) throws -> [Report.Figure] {
    let found: @Sendable (String) -> FoundTable = { [tables] in tables.found($0) }
    var figures: [Report.Figure] = []
    var isMissing = false
    for spec in engine.plan.experiment.figures {
      let notes = try missingParts(of: spec, tables: found, axes: tables.axes)
      let drawn = try write(spec, found, &isMissing, observe)
      figures.append(
        Report.Figure(name: spec.name, title: spec.parameters["title"]?.string, isDrawn: drawn, notes: notes))
      for note in notes { observe(.notice("figure \(spec.name) is not whole: \(note)")) }
    }
    return figures
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
