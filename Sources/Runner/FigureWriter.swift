import Contracts
import Declarations
import Execution
import ExperimentConfig
import Figures
import Files
import Foundation
import Storage

/// Draws the figures whose scripts changed: script, SVG, PNG and PDF side by side.
struct FigureWriter {
  let engine: Engine
  let ledger: OutputLedger
  let tables: ResultTables

  struct Written {
    var figures: [Report.Figure] = []
    var failures: [RunSummary.FigureFailed] = []
    /// Somebody interrupted the drawing: the rest is not there.
    var wasInterrupted = false
  }

  /// A figure that asks for what its tables do not hold, or that gnuplot cannot draw, does not keep the
  /// others and the verdicts from being written.
  /// - Throws: `FileFailure` where the folder cannot be written.
  func write(draws: Bool, observe: RunObserver) throws -> Written {
    let found = tables.drawable
    guard draws else { return Written() }
    var written = Written()
    var isMissing = false
    for spec in engine.plan.experiment.figures {
      let title = spec.parameters["title"]?.string
      do {
        if written.wasInterrupted { throw Cancelled() }
        let notes = try missingParts(of: spec, tables: found, axes: tables.axes)
        let drawn = try write(spec, found, &isMissing, observe)
        written.figures.append(Report.Figure(name: spec.name, title: title, isDrawn: drawn, notes: notes))
        for note in notes { observe(.notice("figure \(spec.name): \(note)")) }
      } catch let failure as FileFailure {
        throw failure
      } catch is Cancelled {
        written.wasInterrupted = true
        written.figures.append(
          Report.Figure(name: spec.name, title: title, isDrawn: false, notes: ["the run was interrupted"]))
      } catch {
        written.failures.append(RunSummary.FigureFailed(figure: spec.name, error: error))
        written.figures.append(
          Report.Figure(name: spec.name, title: title, isDrawn: false, notes: [explain(error)]))
      }
    }
    return written
  }

  /// gnuplot is given the script as it was made here, never a file that lies in the results: that one, and the ledger
  /// that vouches for it, may be somebody else's.
  private func write(
    _ spec: FigureSpec, _ found: @escaping @Sendable (String) -> FoundTable, _ isMissing: inout Bool,
    _ observe: RunObserver
  ) throws -> Bool {
    let script = try figureScript(spec, tables: found, axes: tables.axes)
    let source = Digest(of: script.text).hex
    try ledger.put("figures/\(spec.name).gp", from: source, [UInt8](script.text.utf8))
    let pictures = PictureFormat.allCases.map { (format: $0, path: "figures/\(spec.name).\($0.rawValue)") }
    if ledger.keep(pictures.map(\.path), from: source), pictures.allSatisfy({ isWhole($0.path, $0.format) }) {
      return true
    }
    guard engine.options.drawsFigures else { return false }
    switch try draw(script, cancellation: engine.cancellation) {
    case .drawn(let pictures, let warnings):
      if !warnings.isEmpty { observe(.notice("gnuplot, on \(spec.name): \(warnings)")) }
      for picture in pictures { try ledger.put("figures/\(picture.file)", from: source, picture.bytes) }
      return true
    case .gnuplotMissing(let sentence):
      if !isMissing { observe(.notice(sentence)) }
      isMissing = true
      return false
    }
  }

  /// An earlier version kept what a full disk had cut off.
  private func isWhole(_ path: String, _ format: PictureFormat) -> Bool {
    guard let bytes = try? ledger.read(path) else { return false }
    return format.flaw(bytes) == nil
  }
}
