/// Whether a file is a whole SVG picture that does nothing: well-formed, and without a script or an address outside
/// of it.
struct SVGCheck {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What is wrong; nil where nothing is.
  var flaw: String? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return "it is not UTF-8" }
    if let bad = bytes.firstIndex(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }) {
      return "it has a control character at byte \(bad)"
    }
    var scan = Scan(bytes: bytes)
    while scan.place < bytes.count {
      if let flaw = scan.step() { return "\(flaw) at byte \(scan.place)" }
    }
    return scan.isWhole ? nil : "it ends at byte \(bytes.count), before its end"
  }

  private struct Scan {
    let bytes: [UInt8]
    var place = 0
    private var open: [ArraySlice<UInt8>] = []
    private var hasRoot = false

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isWhole: Bool { hasRoot && open.isEmpty }

    /// Text, a comment, an instruction or a tag.
    mutating func step() -> String? {
      guard bytes[place] == UInt8(ascii: "<") else { return text() }
      if starts("<!--") { return skip(to: "-->") }
      if starts("<?") { return skip(to: "?>") }
      if starts("<!") { return "it has a declaration" }
      return starts("</") ? close() : tag()
    }

    private func starts(_ text: StaticString) -> Bool {
      bytes[place...].starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func skip(to end: StaticString) -> String? {
      while place < bytes.count, !starts(end) { place += 1 }
      guard place < bytes.count else { return "it ends" }
      place += end.utf8CodeUnitCount
      return nil
    }

    private mutating func text() -> String? {
      while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
        if open.isEmpty, !isSpace(bytes[place]) { return "it has text outside of the picture" }
        if starts("]]>") { return "it has a bare ]]>" }
        if bytes[place] == UInt8(ascii: "&"), !isEntity(at: place) { return "it has a bare &" }
        place += 1
      }
      return nil
    }

    private func isEntity(at start: Int) -> Bool {
      guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return false }
      let name = bytes[start + 1..<end]
      return name.first == UInt8(ascii: "#")
        || ["amp", "lt", "gt", "quot", "apos"].contains(String(decoding: name, as: UTF8.self))
    }

    private func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private mutating func skipSpace() { while place < bytes.count, isSpace(bytes[place]) { place += 1 } }

    private mutating func name() -> ArraySlice<UInt8> {
      let start = place
      while place < bytes.count, !isSpace(bytes[place]), !"<>/='\"".utf8.contains(bytes[place]) { place += 1 }
      return bytes[start..<place]
    }

    private mutating func close() -> String? {
      place += 2
      let name = name()
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: ">"), let last = open.popLast(), last == name
      else {
        return "a tag is closed that is not open"
      }
      place += 1
      return nil
    }

    private mutating func tag() -> String? {
      place += 1
      let name = name()
      let word = String(decoding: name, as: UTF8.self)
      if open.isEmpty {
        guard !hasRoot, word == "svg" else { return "it is no svg" }
        hasRoot = true
      }
      if Self.active.contains(word.lowercased()) { return "it has an element \(word), which may do things" }
      while true {
        skipSpace()
        guard place < bytes.count else { return "it ends within a tag" }
        if bytes[place] == UInt8(ascii: ">") {
          open.append(name)
          place += 1
          return nil
        }
        if starts("/>") {
          place += 2
          return nil
        }
        if let flaw = attribute() { return flaw }
      }
    }

    private mutating func attribute() -> String? {
      let name = String(decoding: name(), as: UTF8.self).lowercased()
      skipSpace()
      guard !name.isEmpty, starts("=") else { return "a tag is malformed" }
      place += 1
      skipSpace()
      guard starts("'") || starts("\"") else { return "a tag is malformed" }
      let quote = bytes[place]
      let start = place + 1
      guard let end = bytes[start...].firstIndex(of: quote), !bytes[start..<end].contains(UInt8(ascii: "<"))
      else {
        return "an attribute does not end"
      }
      place = end + 1
      if name.hasPrefix("on") { return "it has an attribute \(name), which may do things" }
      let isAddress = name == "href" || name.hasSuffix(":href") || name == "src"
      if isAddress, bytes[start..<end].first != UInt8(ascii: "#") { return "it has an address outside of it" }
      return nil
    }

    /// In lower case.
    private static let active: Set<String> = [
      "script", "foreignobject", "iframe", "object", "embed", "set", "animate", "animatetransform",
      "animatemotion",
      "handler", "listener", "style",
    ]
  }
}
