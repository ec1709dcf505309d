import Contracts
import Foundation

/// Why a contact sheet could not be drawn.
package enum SheetFailure: Failure, Equatable {
  case noGnuplot
  case noScratch(folder: String, reason: String)
  /// What gnuplot left is no whole picture.
  case notWhole(message: String)

  package var kind: FailureKind {
    switch self {
    case .noScratch: .io
    case .noGnuplot, .notWhole: .stage
    }
  }

  package var sentence: String {
    switch self {
    case .noGnuplot: "gnuplot is not installed, and it draws the contact sheet; apt-get install gnuplot-nox"
    case .noScratch(let folder, let reason):
      "\(folder): could not write the contact sheet's parts there: \(reason); TMPDIR names another folder"
    case .notWhole(let message):
      "gnuplot did not draw the whole contact sheet\(message.isEmpty ? "" : ": \(message)"); is the disk of the "
        + "temporary folder full?"
    }
  }
}

extension ContactSheet {
  /// The sheet as a PNG, drawn in a temporary folder.
  ///
  /// - Throws: `SheetFailure`, `FigureFailure`.
  package func png() throws -> [UInt8] {
    guard let gnuplot = Gnuplot.find() else { throw SheetFailure.noGnuplot }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "modgap-show-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("sheet.gp")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data(raster()).write(to: folder.appendingPathComponent("sheet.rgb"))
      try Data(self.script().utf8).write(to: script)
    } catch {
      throw SheetFailure.noScratch(folder: folder.path, reason: error.localizedDescription)
    }
    let warnings = try gnuplot.run(script)
    let bytes = [UInt8]((try? Data(contentsOf: folder.appendingPathComponent("sheet.png"))) ?? Data())
    guard bytes.suffix(8).starts(with: "IEND".utf8) else { throw SheetFailure.notWhole(message: warnings) }
    return bytes
  }
}
