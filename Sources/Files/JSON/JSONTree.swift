import Declarations

/// A JSON text with the place of each of its parts, as bytes from its beginning. Keys are in the text's order, and may
/// be there twice.
package indirect enum JSONTree: Sendable {
  case scalar(JSONValue, at: Int)
  case array([JSONTree], at: Int)
  case object([Member], at: Int)

  package struct Member: Sendable {
    package let key: String
    /// Where the key's quotes open.
    package let keyOffset: Int
    package let value: JSONTree
  }

  /// A step from a part to one inside it.
  package enum Step: Sendable, Equatable {
    case key(String)
    case index(Int)
  }

  /// A text that is no JSON, and inside what it ceases to be it.
  package struct Broken: Error {
    package let fault: JSONFault
    package let path: [Step]
    /// Keys that were read a second time before.
    package let repeated: [Repeated]
  }

  /// A key that its object has already, in the same bytes or in others that read alike.
  package struct Repeated: Sendable {
    package let offset: Int
    package let path: [Step]
    package let isExact: Bool
  }

  /// Reads the one value that the bytes are.
  /// - Throws: `Broken`.
  package static func read(_ bytes: [UInt8], deepest: Int) throws -> (tree: JSONTree, repeated: [Repeated]) {
    var builder = Builder()
    var reader = JSONReader(bytes, deepest: deepest)
    do {
      let tree = try builder.tree(&reader)
      try reader.end()
      return (tree, builder.repeated)
    } catch let fault as JSONFault {
      let path = builder.path + (fault.key.map { [.key($0)] } ?? [])
      throw Broken(fault: fault, path: path, repeated: builder.repeated)
    }
  }

  private struct Builder {
    var path: [Step] = []
    var repeated: [Repeated] = []

    mutating func tree(_ reader: inout JSONReader) throws -> JSONTree {
      let next = reader.next()
      let start = reader.index
      switch next {
      case .object: return .object(try members(&reader), at: start)
      case .array: return .array(try items(&reader), at: start)
      case .scalar: return .scalar(try reader.scalar(), at: start)
      }
    }

    private mutating func members(_ reader: inout JSONReader) throws -> [Member] {
      var members: [Member] = []
      var seen: Set<String> = []
      try reader.members { key, offset, reader in
        path.append(.key(key))
        let (isNew, earlier) = seen.insert(key)
        if !isNew {
          repeated.append(Repeated(offset: offset, path: path, isExact: earlier.isExactly(key)))
        }
        members.append(Member(key: key, keyOffset: offset, value: try tree(&reader)))
        path.removeLast()
      }
      return members
    }

    private mutating func items(_ reader: inout JSONReader) throws -> [JSONTree] {
      var items: [JSONTree] = []
      try reader.items { reader in
        path.append(.index(items.count))
        items.append(try tree(&reader))
        path.removeLast()
      }
      return items
    }
  }
}

extension JSONTree {
  /// The value without its places. Of a key that is there twice the last counts.
  package var value: JSONValue {
    switch self {
    case .scalar(let value, _): value
    case .array(let items, _): .array(items.map(\.value))
    case .object(let members, _):
      .object(Dictionary(members.map { ($0.key, $0.value.value) }, uniquingKeysWith: { _, last in last }))
    }
  }
}
