/// The lines of a CSV file, to which nothing can be added but cells: a text is quoted where it needs to be.
struct CSVLines {
  private(set) var bytes: [UInt8] = []
  /// The only cell of a line, where an empty one needs quotes to be seen.
  private let isAlone: Bool
  private var isAtStart = true

  init(columns: Int, capacity: Int) {
    isAlone = columns == 1
    bytes.reserveCapacity(capacity)
  }

  mutating func endLine() {
    bytes.append(CSV.lineFeed)
    isAtStart = true
  }

  mutating func append(_ value: Int) {
    startCell()
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func append(_ value: Double) {
    startCell()
    // Swift spells NaNs with their sign and kind; a table has one NaN.
    var text = value.isNaN ? "nan" : value.description
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  /// The text's own bytes: what a spreadsheet would take for a formula is not changed, for a table is data.
  mutating func append(_ text: String) {
    startCell()
    let needsQuotes =
      text.utf8.contains {
        $0 == CSV.comma || $0 == CSV.quote || $0 == CSV.lineFeed || $0 == CSV.carriageReturn
      } || (isAlone && text.isEmpty)
    guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(CSV.quote)
    for byte in text.utf8 {
      if byte == CSV.quote { bytes.append(CSV.quote) }
      bytes.append(byte)
    }
    bytes.append(CSV.quote)
  }

  private mutating func startCell() {
    if !isAtStart { bytes.append(CSV.comma) }
    isAtStart = false
  }
}
