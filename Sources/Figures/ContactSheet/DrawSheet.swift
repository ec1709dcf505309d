import Declarations
import Kernels

/// Why a contact sheet could not be drawn.
package enum SheetFailure: Failure, Equatable {
  case noGnuplot

  package var kind: FailureKind { .stage }

  package var message: String {
    switch self {
    case .noGnuplot:
      "gnuplot is not installed, but it is needed to draw the contact sheet; apt-get install gnuplot-nox"
    }
  }
}

extension ContactSheet {
  /// The sheet as a PNG.
  ///
  /// - Throws: `SheetFailure`, `FigureFailure`.
  package func png() throws -> [UInt8] {
    guard let gnuplot = Gnuplot.find() else { throw SheetFailure.noGnuplot }
    let drawn = try gnuplot.draw(script(), beside: ["sheet.rgb": raster()])
    guard let picture = drawn.pictures.first else { throw SheetFailure.noGnuplot }
    return picture.bytes
  }
}
