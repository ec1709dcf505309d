/// The title and keywords that an SVG file states of itself, as the Open Clip Art Library wrote them.
struct ClipartMetadata: Equatable {
  var title = ""
  var keywords: [String] = []

  /// Reads the first title that is not a person's, and the items of the subject; whatever is broken is
  /// left out.
  init(_ bytes: [UInt8]) {
    guard let start = Self.find("<dc:", in: bytes[...]) else { return }
    var rest = bytes[start...]
    while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
      rest = rest[open...]
      if let after = Self.skipPerson(rest) {
        rest = after
      } else if let (text, after) = Self.element("dc:title", rest) {
        if title.isEmpty { title = text }
        rest = after
      } else if let (text, after) = Self.element("rdf:li", rest) {
        if !text.isEmpty { keywords.append(text) }
        rest = after
      } else if Self.begins(rest, with: "</rdf:RDF") {
        return
      } else {
        rest = rest.dropFirst()
      }
    }
  }

  /// Behind the element, where one begins that holds names of people.
  private static func skipPerson(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    for name in ["dc:creator", "dc:publisher", "dc:rights", "dc:contributor"]
    where begins(bytes, with: "<\(name)>") {
      return find("</\(name)", in: bytes).map { bytes[$0...].dropFirst() } ?? []
    }
    return nil
  }

  /// The text of an element that begins here and holds only text.
  private static func element(_ name: String, _ bytes: ArraySlice<UInt8>) -> (String, ArraySlice<UInt8>)? {
    guard begins(bytes, with: "<\(name)"), let close = bytes.firstIndex(of: UInt8(ascii: ">")),
      let end = bytes[(close + 1)...].firstIndex(of: UInt8(ascii: "<"))
    else { return nil }
    let text = HTMLEntities.unescape(String(decoding: bytes[(close + 1)..<end], as: UTF8.self))
    return (text.split(whereSeparator: \.isWhitespace).joined(separator: " "), bytes[end...])
  }

  private static func begins(_ bytes: ArraySlice<UInt8>, with text: String) -> Bool {
    bytes.starts(with: text.utf8)
  }

  private static func find(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = text.utf8.first else { return nil }
    var rest = bytes
    while let place = rest.firstIndex(of: first) {
      rest = rest[place...]
      if begins(rest, with: text) { return place }
      rest = rest.dropFirst()
    }
    return nil
  }
}
