/// Texts of a contact sheet: what can be drawn, in lines of one width.
package struct SheetText {
  /// Font size in points, and what a character of DejaVu Sans Mono takes at it, in pixels.
  static let size = 9
  static let advance = 7.25
  static let lineHeight = 16

  package let coverage: FontCoverage
  /// Characters that no font has, shown by their number.
  package private(set) var missing: Set<Unicode.Scalar> = []

  package init(_ coverage: FontCoverage) { self.coverage = coverage }

  /// The text in at most `lines` lines of `width` pixels; the last says how much is left out.
  mutating func wrapped(_ text: String, width: Int, lines most: Int) -> [String] {
    let cells = max(8, Int(Double(width) / Self.advance))
    let shown = visible(text)
    var lines: [String] = []
    var rest = shown[...]
    while !rest.isEmpty {
      if lines.count == most - 1, Self.cells(rest) > cells {
        let room = cells - " … \(rest.count) more".count
        let last = Self.prefix(rest, cells: max(1, room))
        return lines + ["\(last) … \(rest.count - last.count) more"]
      }
      let line = Self.line(rest, cells: cells)
      rest = rest.dropFirst(line.count)
      lines.append(String(line))
      while rest.first == " " { rest = rest.dropFirst() }
    }
    return lines
  }

  /// As much as fits, up to the last space where there is one; at least one character.
  private static func line(_ text: Substring, cells: Int) -> Substring {
    let whole = prefix(text, cells: cells)
    guard whole.endIndex < text.endIndex, text[whole.endIndex] != " ",
      let space = whole.lastIndex(of: " "), space > whole.startIndex
    else { return whole }
    return whole[..<space]
  }

  private static func prefix(_ text: Substring, cells: Int) -> Substring {
    var room = Double(cells)
    var end = text.startIndex
    while end < text.endIndex {
      room -= Self.cells(text[end])
      if room < 0, end > text.startIndex { break }
      end = text.index(after: end)
      if room <= 0 { break }
    }
    return text[..<end]
  }

  private static func cells(_ text: Substring) -> Int {
    Int(text.reduce(0) { $0 + Self.cells($1) }.rounded(.up))
  }

  /// How many places of a letter a character takes; a generous guess for scripts of other fonts.
  private static func cells(_ character: Character) -> Double {
    let value = character.unicodeScalars.first?.value ?? 0
    return value < 0x530 ? 1 : value < 0x1100 ? 1.3 : 2
  }

  /// Controls as their symbols, white space as spaces, and what no font has as `<1F600>`.
  private mutating func visible(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        out.append(contentsOf: "↵ ".unicodeScalars.filter(coverage.has))
      } else if scalar.properties.isWhitespace {
        out.append(" ")
      } else if isDrawn(scalar) {
        out.append(scalar)
      } else {
        if !Self.isControl(scalar) { missing.insert(scalar) }
        out.append(contentsOf: FontCoverage.number(of: scalar).unicodeScalars)
      }
    }
    return String(out)
  }

  /// Marks that turn the direction of a text would turn what stands behind them, too.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    let category = scalar.properties.generalCategory
    return category == .control || category == .format || category == .surrogate
      || category == .lineSeparator || category == .paragraphSeparator
  }

  private func isDrawn(_ scalar: Unicode.Scalar) -> Bool {
    // Joiners shape the letters beside them.
    let isJoiner = scalar == "\u{200C}" || scalar == "\u{200D}"
    return (isJoiner || !Self.isControl(scalar)) && coverage.has(scalar)
  }
}
