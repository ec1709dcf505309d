import Declarations

/// What an image holds under one path.
package struct HDF5StoredValue {
  package enum Content {
    case floats([Float])
    case doubles([Double])
    case integers([Int])
    case texts([String])
    /// Where a link leads: a path, or a file and a path in it.
    case link(String)
    /// What it is that was not read.
    case notRead(String)
  }

  package let path: ExactString
  package let shape: [Int]
  package let content: Content
}

extension HDF5StoredGroup {
  /// Everything in the whole image that is no group, in no order.
  package var values: [HDF5StoredValue] {
    contents.objects.compactMap { path, entry in
      Self.content(of: entry).map { HDF5StoredValue(path: path, shape: entry.shape, content: $0) }
    }
  }

  static func content(of entry: HDF5Contents.Entry) -> HDF5StoredValue.Content? {
    switch entry.kind {
    case .group, .integerAttribute, .textAttribute: nil
    case .floats: .floats(values(entry.payload, of: Float.self))
    case .doubles: .doubles(values(entry.payload, of: Double.self))
    case .integers: .integers(values(entry.payload, of: Int64.self).map { Int($0) })
    case .texts: texts(entry.payload)
    case .link, .elsewhere: .link(String(decoding: entry.payload, as: UTF8.self))
    case .refused: .notRead("it " + String(decoding: entry.payload, as: UTF8.self))
    }
  }

  /// Each ends with a zero byte.
  private static func texts(_ bytes: UnsafeRawBufferPointer) -> HDF5StoredValue.Content {
    var texts: [String] = []
    for part in bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
      guard let text = String(validating: part, as: UTF8.self) else {
        return .notRead("it is text that is not UTF-8")
      }
      texts.append(text)
    }
    return .texts(texts)
  }
}
