/// A picture of gnuplot's as a part of an HTML page: every id has a prefix, since gnuplot gives the same ids to all
/// pictures, and what only a file of its own needs is left out.
package struct InlineSVG: Sendable, Equatable {
  /// Without the root element.
  let body: String
  let viewBox: String

  /// Nil where the file is not a whole picture that does nothing: it may be somebody else's.
  package init?(_ bytes: [UInt8], prefix: String) {
    guard SVGCheck(bytes).flaw == nil else { return nil }
    var scan = InlineScan(bytes: bytes, prefix: Array(prefix.utf8))
    guard scan.run(), let viewBox = scan.viewBox else { return nil }
    body = String(decoding: scan.output, as: UTF8.self)
    self.viewBox = viewBox
  }

  /// Of the canvas, at which its text has the size that it was drawn for.
  var width: Int {
    let size = viewBox.split(separator: " ").dropFirst(2).first.flatMap { Double($0) } ?? 0
    return (1...10_000).contains(size) ? Int(size) : 800
  }

  package var byteCount: Int { body.utf8.count }
}

/// Reads what `SVGCheck` accepts, so it need not look for flaws again.
private struct InlineScan {
  let bytes: [UInt8]
  let prefix: [UInt8]
  var output: [UInt8] = []
  var viewBox: String?
  private var place = 0
  /// Where in the output each open element began, and where its content did.
  private var open: [(start: Int, content: Int, isGroup: Bool)] = []

  init(bytes: [UInt8], prefix: [UInt8]) {
    (self.bytes, self.prefix) = (bytes, prefix)
    output.reserveCapacity(bytes.count)
  }

  /// - Returns: false where a picture lies in the picture, which gnuplot does not make.
  mutating func run() -> Bool {
    while place < bytes.count {
      if bytes[place] != UInt8(ascii: "<") {
        text()
      } else if starts("<?") {
        skip(past: "?>")
      } else if starts("<!--") {
        skip(past: "-->")
      } else if starts("<title") || starts("<desc") {
        skip(past: starts("<title") ? "</title>" : "</desc>")
      } else if starts("</") {
        close()
      } else if !tag() {
        return false
      }
    }
    return true
  }

  private func starts(_ text: StaticString) -> Bool {
    bytes[place...].starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func skip(past end: StaticString) {
    while place < bytes.count, !starts(end) { place += 1 }
    place = min(bytes.count, place + end.utf8CodeUnitCount)
  }

  /// White space with a line break is gnuplot's layout of the file; other white space may be shown.
  private mutating func text() {
    let end = bytes[place...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    let text = bytes[place..<end]
    let isLayout = text.allSatisfy(Self.isSpace) && text.contains(0x0A)
    if !isLayout, !open.isEmpty { output += text }
    place = end
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private mutating func close() {
    let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count - 1
    if let element = open.popLast(), !open.isEmpty {
      if element.isGroup, output.count == element.content {
        output.removeSubrange(element.start...)
      } else {
        output += bytes[place...end]
      }
    }
    place = end + 1
  }

  private mutating func tag() -> Bool {
    place += 1
    let name = word()
    let isRoot = open.isEmpty
    if isRoot != name.elementsEqual("svg".utf8) { return false }
    let start = output.count
    if !isRoot { output += [UInt8(ascii: "<")] + name }
    while true {
      while Self.isSpace(bytes[place]) { place += 1 }
      if bytes[place] == UInt8(ascii: ">") { break }
      if starts("/>") {
        if !isRoot { output += "/>".utf8 }
        place += 2
        return true
      }
      attribute(isRoot: isRoot)
    }
    place += 1
    if !isRoot { output.append(UInt8(ascii: ">")) }
    open.append((start, output.count, name.elementsEqual("g".utf8)))
    return true
  }

  private mutating func word() -> ArraySlice<UInt8> {
    let start = place
    while !Self.isSpace(bytes[place]), !"<>/='\"".utf8.contains(bytes[place]) { place += 1 }
    return bytes[start..<place]
  }

  private mutating func attribute(isRoot: Bool) {
    let name = String(decoding: word(), as: UTF8.self)
    while bytes[place] != UInt8(ascii: "'"), bytes[place] != UInt8(ascii: "\"") { place += 1 }
    let quote = bytes[place]
    let end = bytes[(place + 1)...].firstIndex(of: quote) ?? bytes.count - 1
    let value = bytes[(place + 1)..<end]
    place = end + 1
    if isRoot {
      if name.isExactly("viewBox") { viewBox = String(decoding: value, as: UTF8.self) }
      return
    }
    if name.hasBytes(first: "xmlns") || name.isExactly("class") { return }
    let isReference = name.isExactly("xlink:href")
    output += " \(isReference ? "href" : name)=".utf8
    output.append(quote)
    if name.isExactly("id") { output += prefix }
    output += isReference ? [UInt8(ascii: "#")] + prefix + value.dropFirst() : prefixed(value)
    output.append(quote)
  }

  /// `url(#name)` with the prefix before the name.
  private func prefixed(_ value: ArraySlice<UInt8>) -> [UInt8] {
    let mark = Array("url(#".utf8)
    var (result, rest) = ([UInt8](), value)
    while let byte = rest.first {
      if rest.starts(with: mark) {
        result += mark + prefix
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
