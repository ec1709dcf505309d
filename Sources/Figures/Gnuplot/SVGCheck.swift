import Contracts

/// Whether a file is a whole SVG picture that does nothing: well-formed, of no elements and attributes but those that
/// gnuplot's terminal writes, and without an address outside of it.
struct SVGCheck {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What is wrong; nil where nothing is.
  var flaw: String? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return "it is not UTF-8" }
    if let bad = bytes.firstIndex(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }) {
      return "it has a control character at byte \(bad)"
    }
    if let bad = (0..<max(0, bytes.count - 2)).first(where: {
      bytes[$0] == 0xEF && bytes[$0 + 1] == 0xBF && bytes[$0 + 2] >= 0xBE
    }) {
      return "it has a character that XML forbids at byte \(bad)"
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
      if starts("<!--") { return comment() }
      if starts("<?") {
        // An instruction may name a style sheet, which is read from anywhere.
        guard place == 0, starts("<?xml ") else { return "it has an instruction" }
        return skip(to: "?>")
      }
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

    private mutating func comment() -> String? {
      place += 4
      if let flaw = skip(to: "--") { return flaw }
      guard place < bytes.count, bytes[place] == UInt8(ascii: ">") else { return "a comment has a --" }
      place += 1
      return nil
    }

    private mutating func text() -> String? {
      while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
        if open.isEmpty, !isSpace(bytes[place]) { return "it has text outside of the svg element" }
        if starts("]]>") { return "it has a bare ]]>" }
        if bytes[place] == UInt8(ascii: "&"), !isEntity(at: place) {
          return "it has a bare &, or an invalid character reference"
        }
        place += 1
      }
      return nil
    }

    private func isEntity(at start: Int) -> Bool {
      guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return false }
      let name = String(decoding: bytes[start + 1..<end], as: UTF8.self)
      guard name.hasBytes(first: "#") else { return ["amp", "lt", "gt", "quot", "apos"].contains(name) }
      let isHexadecimal = name.hasBytes(first: "#x")
      let digits = name.droppingBytes(isHexadecimal ? 2 : 1)
      guard digits.utf8.first != UInt8(ascii: "+"),
        let scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init)
      else { return false }
      return !isForbidden(scalar) || scalar == "\t" || scalar == "\n" || scalar == "\r"
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
        return "it closes a tag that is not open"
      }
      place += 1
      return nil
    }

    private mutating func tag() -> String? {
      place += 1
      let name = name()
      let word = String(decoding: name, as: UTF8.self)
      if open.isEmpty {
        guard !hasRoot, word == "svg" else { return "its root element is not svg" }
        hasRoot = true
      }
      guard Self.elements.contains(word) else {
        return "it has an element \(word), which gnuplot does not write"
      }
      var names: Set<String> = []
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
        if let flaw = attribute(&names) { return flaw }
      }
    }

    private mutating func attribute(_ names: inout Set<String>) -> String? {
      let name = String(decoding: name(), as: UTF8.self)
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
      guard names.insert(name).inserted else { return "an attribute is given twice" }
      guard isHarmless(name, bytes[start..<end]) else {
        return "it has an attribute \(name) that gnuplot does not write"
      }
      return nil
    }

    /// Whether gnuplot writes such an attribute, and its value leads nowhere and hides nothing in entities or escapes.
    private func isHarmless(_ name: String, _ value: ArraySlice<UInt8>) -> Bool {
      if let space = Self.spaces[name] { return value.elementsEqual(space.utf8) }
      guard !value.contains(where: { "&\\".utf8.contains($0) }) else { return false }
      if name == "xlink:href" { return value.first == UInt8(ascii: "#") }
      guard Self.attributes.contains(name) else { return false }
      // An address in a value is `url(#name)`; with none of these characters there is no other one.
      var rest = String(decoding: value, as: UTF8.self)[...]
      while let open = rest.firstIndex(of: "(") {
        let word = rest[..<open].utf8.reversed().prefix {
          !" ,;:".utf8.contains($0) && $0 != UInt8(ascii: ")")
        }
        let function = String(decoding: word.reversed(), as: UTF8.self)
        rest = rest[rest.index(after: open)...]
        guard Self.functions.contains(function) || (function == "url" && rest.hasBytes(first: "#")) else {
          return false
        }
      }
      return !value.contains { ":@".utf8.contains($0) }
        || (name == "style" && value.elementsEqual("filter:url(#textbox)".utf8))
    }

    private static let elements: Set<String> = [
      "svg", "title", "desc", "defs", "g", "path", "circle", "rect", "polygon", "use", "text", "tspan",
      "filter", "feFlood", "feComposite", "pattern",
    ]

    /// Names of languages, each with its value.
    private static let spaces = [
      "xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink",
      "xml:space": "preserve",
    ]

    private static let attributes: Set<String> = [
      "id", "class", "width", "height", "viewBox", "x", "y", "dx", "dy", "cx", "cy", "r", "d", "points",
      "transform",
      "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
      "stroke-dasharray", "color", "opacity", "shape-rendering", "style", "font-family", "font-size",
      "font-weight",
      "font-style", "text-anchor", "filterUnits", "patternUnits", "in", "in2", "operator", "result",
      "flood-color", "flood-opacity",
    ]

    private static let functions: Set<String> = ["rgb", "translate", "scale", "rotate"]
  }
}
