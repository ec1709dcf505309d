/// Text told apart by its bytes, for keys of sets and dictionaries, and for sorting.
///
/// To Swift, texts that are canonically equal in Unicode are one string: `é` and `e` with a combining accent.
/// To a file system, an HDF5 file or a CSV they are two, so that names of files, tensors and cells must not be
/// compared as `String`.
package struct ExactString: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (a: ExactString, b: ExactString) -> Bool { a.text.isExactly(b.text) }

  package static func < (a: ExactString, b: ExactString) -> Bool { a.text.isExactlyBefore(b.text) }

  /// Equal bytes are equal strings, so the string's own hash will do.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  package var description: String { text }
}

extension StringProtocol {
  /// Whether both have the same bytes.
  package func isExactly(_ other: some StringProtocol) -> Bool {
    // Strings of one form, as most are, are compared fast.
    self == other && utf8.elementsEqual(other.utf8)
  }

  /// In the order of the bytes, which is that of the code points.
  package func isExactlyBefore(_ other: some StringProtocol) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  /// Whether it begins with these bytes: `/` and a combining accent are one character to `hasPrefix`.
  package func hasBytes(first prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }

  package func hasBytes(last suffix: some StringProtocol) -> Bool {
    utf8.reversed().starts(with: suffix.utf8.reversed())
  }

  /// What stands behind the first so many bytes, which must be whole code points.
  package func droppingBytes(_ count: Int) -> String {
    String(decoding: utf8.dropFirst(count), as: UTF8.self)
  }
}

extension String {
  /// The text with every place that has these bytes, whole code points of them, replaced: Foundation and the
  /// standard library go by Character, and miss a letter with a combining mark behind it.
  package func replacingBytes(_ part: String, with other: String) -> String {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard !part.isEmpty, text.count >= part.count else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if text[place...].starts(with: part) {
        result += other.utf8
        place += part.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension Sequence where Element == String {
  /// In the order of their bytes, so that canonically equal names have an order, too.
  package func sortedByBytes() -> [String] { sorted { $0.isExactlyBefore($1) } }

  package func containsExactly(_ text: some StringProtocol) -> Bool { contains { $0.isExactly(text) } }
}

/// The parts of a path, told apart at the byte `/`.
package enum PathBytes {
  /// The folder that holds `path`: `.` for a bare name, `/` for what lies in it.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(decoding: path.utf8[..<slash], as: UTF8.self)
  }

  /// The last part: the name of the file or the folder itself.
  package static func name(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(decoding: path.utf8[slash...].dropFirst(), as: UTF8.self)
  }
}
