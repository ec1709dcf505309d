import Declarations

/// Figures beside and below each other with captions (a), (b), …; panels may hold panels.
enum Panels {
  static let variant = FigureVariant(
    signature: FigureSignature(
      kind: "panels", summary: "a grid of figures",
      parameters: [
        .required("panels", .figures, "the figures, in reading order; each has its kind's parameters"),
        .optional(
          "columns", .integer(1...100),
          "the number of columns of the grid; by default \(usualColumns)"),
        .optional("widths", .list(.positive, most: 100), "relative widths of the columns"),
        .optional("heights", .list(.positive, most: 100), "relative heights of the rows"),
        .optional("column_titles", .list(.string, most: 100), "texts above the columns"),
        .optional("row_titles", .list(.string, most: 100), "texts beside the rows"),
        .defaulted("letters", .boolean, .bool(true), "writes (a), (b), … before the captions"),
      ] + Parameter.common),
    picture: picture,
    size: { parameters in
      let (columns, rows) = try shape(parameters)
      return (Double(columns) * 400 + 20, Double(rows) * 320 + 20)
    }, sizesGrid: true)

  private static let usualColumns = 2

  static func shape(_ parameters: FigureParameters) throws -> (columns: Int, rows: Int) {
    let count = max(parameters.values("panels").count, 1)
    let columns = min(try parameters.optionalInteger("columns", in: 1...100) ?? usualColumns, count)
    return (columns, (count + columns - 1) / columns)
  }

  static func picture(_ parameters: FigureParameters, _ context: FigureContext) throws -> Picture {
    let panels = parameters.objects("panels")
    let letters = try parameters.flag("letters") ? letters(for: panels) : []
    let cells = try panels.enumerated().map { index, panel in
      let (variant, panel) = try context.catalog.figure(panel.string("kind"), panel.json)
      let caption = panel.optionalString("caption").map { text in
        letters.indices.contains(index) ? letters[index] + text : text
      }
      return try variant.picture(panel.with(["caption": caption.map(JSONValue.string)]), context)
    }
    return .grid(
      PictureGrid(
        columns: try shape(parameters).columns, cells: cells, widths: parameters.numbers("widths"),
        heights: parameters.numbers("heights"), columnTitles: parameters.strings("column_titles"),
        rowTitles: parameters.strings("row_titles"), caption: parameters.optionalString("caption"),
        title: parameters.optionalString("title")))
  }

  /// `(a) `, `(b) ` and so on for the panels that have a caption; nothing before the others.
  private static func letters(for panels: [FigureParameters]) -> [String] {
    var next = 0
    return panels.map { panel in
      guard panel.optionalString("caption") != nil, next < 26 else { return "" }
      next += 1
      return "(\(Character(UnicodeScalar(UInt8(96 + next))))) "
    }
  }
}
