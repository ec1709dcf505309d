import Declarations
import Files

/// JSON text as nodes: each part with its line and column.
struct ParsedText {
  /// Deeper configs are mistakes or attacks.
  static let deepest = 100

  let node: ConfigNode
  /// Keys that are there twice.
  let duplicates: [ConfigIssue]

  /// A text that is not JSON, and the keys that were there twice before the place where it ceases to be.
  struct Broken: Error {
    let issue: ConfigIssue
    let duplicates: [ConfigIssue]
  }

  /// - Parameter column: where the text begins, if not at the start of a line.
  /// - Throws: `Broken`.
  init(_ bytes: [UInt8], file: String, column: Int = 1) throws {
    let first = Places(bytes, file: file, column: column)
    do {
      let (tree, repeated) = try JSONTree.read(bytes, deepest: Self.deepest)
      var places = first
      node = ConfigNode(tree, &places)
      duplicates = Self.issues(repeated, first)
    } catch let broken as JSONTree.Broken {
      var places = first
      throw Broken(
        issue: ConfigIssue(
          // A path as deep as no config may be says less than the place.
          at: places.position(of: broken.fault.offset),
          path: broken.path.count > Self.deepest ? "" : Self.text(broken.path),
          found: broken.fault.found, expected: broken.fault.expected),
        duplicates: Self.issues(broken.repeated, first))
    }
  }

  private static func issues(_ repeated: [JSONTree.Repeated], _ places: Places) -> [ConfigIssue] {
    var places = places
    return repeated.map { key in
      // Keys that are canonically equal read alike; which of the two is meant would be a guess.
      ConfigIssue(
        at: places.position(of: key.offset), path: text(key.path),
        found: key.isExact ? "this key a second time" : "this key a second time, spelled with other bytes",
        expected: "each key once")
    }
  }

  private static func text(_ path: [JSONTree.Step]) -> String {
    path.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      case .index(let index): text += "[\(index)]"
      }
    }
  }
}

/// Lines and columns of places that are asked for in ascending order.
private struct Places {
  private let bytes: [UInt8]
  private let file: String
  private var offset = 0
  private var line = 1
  private var column: Int

  init(_ bytes: [UInt8], file: String, column: Int) {
    self.bytes = bytes
    self.file = file
    self.column = column
  }

  mutating func position(of target: Int) -> Position {
    while offset < min(target, bytes.count) {
      if bytes[offset] == 0x0A {
        line += 1
        column = 1
      } else if bytes[offset] & 0xC0 != 0x80 {
        // Bytes that continue a character make no column.
        column += 1
      }
      offset += 1
    }
    return Position(file: file, line: line, column: column)
  }
}

extension ConfigNode {
  fileprivate init(_ tree: JSONTree, _ places: inout Places) {
    switch tree {
    case .scalar(let value, let offset): self.init(.scalar(value), at: places.position(of: offset))
    case .array(let items, let offset):
      let position = places.position(of: offset)
      self.init(.array(items.map { ConfigNode($0, &places) }), at: position)
    case .object(let members, let offset):
      let position = places.position(of: offset)
      self.init(.object(Self.unique(members, &places)), at: position)
    }
  }

  /// Of a key that is there twice, the last value: an error tells of it.
  private static func unique(_ members: [JSONTree.Member], _ places: inout Places) -> [Member] {
    var found: [Member] = []
    var indices: [String: Int] = [:]
    for member in members {
      let position = places.position(of: member.keyOffset)
      let node = ConfigNode(member.value, &places)
      if let index = indices[member.key] {
        found[index].node = node
      } else {
        indices[member.key] = found.count
        found.append(Member(key: member.key, keyPosition: position, node: node))
      }
    }
    return found
  }
}
