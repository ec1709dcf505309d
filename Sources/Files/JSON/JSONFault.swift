/// Where a text ceases to be JSON.
package struct JSONFault: Error, Equatable {
  /// In bytes, from 0.
  package let offset: Int
  package let found: String
  package let expected: String
  /// The key of an object that it is behind, before its value has begun.
  package var key: String?

  package init(offset: Int, found: String, expected: String) {
    self.offset = offset
    self.found = found
    self.expected = expected
  }

  static func tooDeep(offset: Int, deepest: Int) -> JSONFault {
    JSONFault(
      offset: offset, found: "lists and objects nested more than \(deepest) deep",
      expected: "at most \(deepest) levels")
  }
}

extension JSONReader {
  /// What stands here in the place of what was expected.
  package func fault(_ expected: String) -> JSONFault {
    JSONFault(offset: index, found: described, expected: expected)
  }

  /// What stands here, up to the next space or punctuation.
  var token: ArraySlice<UInt8> {
    bytes[min(index, bytes.count)...].prefix { $0 > 0x20 && !Self.punctuation.contains($0) }
  }

  private static let punctuation = Array(",:{}[]".utf8)

  private var described: String {
    guard let first = peek else { return "the end of the file" }
    let text = String(decoding: token.isEmpty ? [first] : token.prefix(100), as: UTF8.self)
    guard !text.hasPrefix("\u{fffd}"), first > 0x20 else {
      return "the byte 0x" + (first < 16 ? "0" : "") + String(first, radix: 16)
    }
    return text.count > 24 ? text.prefix(24) + "…" : text
  }
}
