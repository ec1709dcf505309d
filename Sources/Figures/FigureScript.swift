import Claims
import Contracts
import Declarations
import ExperimentConfig

/// A script that this process wrote; gnuplot is given nothing else.
package struct GnuplotScript: Sendable, Equatable {
  /// What the pictures are called, without their endings.
  package let name: String
  let code: GnuplotCode
  package var formats: [PictureFormat]

  package var text: String { code.text }
}

/// More than gnuplot draws, and a viewer shows, in a bearable time.
let mostLinesOfAScript = 400_000

/// The gnuplot script of a figure, data inline. The same spec and tables give the same bytes.
///
/// A table whose optional data are missing leaves a grey box that says so in its place.
/// - Throws: `FigureFailure` or `RowFailure` where the tables do not hold what the figure asks for.
package func figureScript(
  _ spec: FigureSpec, tables: @escaping (String) -> FoundTable, axes: RunAxes = RunAxes(),
  catalog: FigureCatalog = figureCatalog
) throws -> GnuplotScript {
  guard isFileName(spec.name) else { throw FigureFailure.badName(spec.name) }
  let (variant, parameters) = try catalog.figure(spec.kind, spec.parameters)
  let picture = try variant.picture(
    parameters, FigureContext(tables: tables, axes: axes, catalog: catalog))
  let size = try size(parameters, picture, variant)
  var page = Page(name: spec.name, width: size.width, height: size.height)
  page.draw(
    picture, in: Rectangle(left: 8, bottom: 8, right: size.width - 8, top: size.height - 4))
  guard page.lineCount <= mostLinesOfAScript else {
    throw FigureFailure.tooManyPoints(count: page.lineCount, most: mostLinesOfAScript)
  }
  return GnuplotScript(name: spec.name, code: page.script, formats: PictureFormat.allCases)
}

/// The reasons of the places that had to be left grey, and what else could not be drawn; empty for a whole figure.
package func missingParts(
  of spec: FigureSpec, tables: @escaping (String) -> FoundTable, axes: RunAxes = RunAxes(),
  catalog: FigureCatalog = figureCatalog
) throws -> [String] {
  let (variant, parameters) = try catalog.figure(spec.kind, spec.parameters)
  let context = FigureContext(tables: tables, axes: axes, catalog: catalog)
  var seen: Set<ExactString> = []
  return reasons(try variant.picture(parameters, context))
    .filter { seen.insert(ExactString($0)).inserted }
}

private func reasons(_ picture: Picture) -> [String] {
  switch picture {
  case .plot(let plot): plot.notes
  case .missing(let reason, _, _): [reason]
  case .grid(let grid): grid.cells.flatMap(reasons)
  }
}

private func isFileName(_ name: String) -> Bool {
  let allowed = name.unicodeScalars.allSatisfy { scalar in
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "-_.".unicodeScalars.contains(scalar))
  }
  return allowed && !name.isEmpty && name != "." && name != ".."
}

private func size(
  _ parameters: FigureParameters, _ picture: Picture, _ variant: FigureVariant
) throws -> (width: Double, height: Double) {
  let given = parameters.numbers("size")
  if given.count == 2 { return (clamped(given[0]), clamped(given[1])) }
  let usual = try variant.size(parameters)
  guard case .grid(let grid) = picture, !variant.sizesGrid else { return usual }
  return (
    clamped(Double(grid.columns) * usual.width * 0.8), clamped(Double(grid.rowCount) * usual.height * 0.8)
  )
}

private func clamped(_ pixels: Double) -> Double { min(max(pixels.rounded(), 100), 8000) }
