import Contracts

/// A place in a config: what an error message begins with.
package struct Position: Sendable, Hashable, Comparable {
  package let file: String
  package let line: Int
  package let column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package static func < (a: Position, b: Position) -> Bool {
    (a.file, a.line, a.column) < (b.file, b.line, b.column)
  }
}

/// A JSON value that knows where each part of it stands, across files merged by `extends`.
package struct ConfigNode: Sendable {
  package struct Member: Sendable {
    package let key: String
    package let keyPosition: Position
    package var node: ConfigNode
  }

  package indirect enum Content: Sendable {
    case scalar(JSONValue)
    case array([ConfigNode])
    /// In the order of the file.
    case object([Member])
  }

  package var content: Content
  package var position: Position
  /// The text came from the environment, so a number may be spelt in it.
  package var isFromEnvironment = false

  package init(_ content: Content, at position: Position) {
    self.content = content
    self.position = position
  }

  /// The value of a node that has no places of its own: all of it stands at `position`.
  package init(_ value: JSONValue, at position: Position) {
    switch value {
    case .array(let items): content = .array(items.map { ConfigNode($0, at: position) })
    case .object(let members):
      content = .object(
        members.sorted { $0.key < $1.key }.map {
          Member(key: $0.key, keyPosition: position, node: ConfigNode($0.value, at: position))
        })
    default: content = .scalar(value)
    }
    self.position = position
  }

  package var value: JSONValue {
    switch content {
    case .scalar(let value): value
    case .array(let items): .array(items.map(\.value))
    case .object(let members):
      .object(Dictionary(members.map { ($0.key, $0.node.value) }, uniquingKeysWith: { _, last in last }))
    }
  }

  package var members: [Member]? {
    if case .object(let members) = content { return members }
    return nil
  }

  package var items: [ConfigNode]? {
    if case .array(let items) = content { return items }
    return nil
  }

  package subscript(key: String) -> ConfigNode? { members?.first { $0.key == key }?.node }

  /// Puts a member in place of one with the same key, or behind the others.
  package mutating func set(_ key: String, _ node: ConfigNode, keyPosition: Position) {
    guard var members else { return }
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index].node = node
    } else {
      members.append(Member(key: key, keyPosition: keyPosition, node: node))
    }
    content = .object(members)
  }

  package mutating func remove(_ key: String) {
    guard let members else { return }
    content = .object(members.filter { $0.key != key })
  }

  /// This node over `base`, as `extends` merges: objects member by member, all else replaced.
  package func merged(over base: ConfigNode) -> ConfigNode {
    guard let own = members, base.members != nil else { return self }
    var result = base
    result.position = position
    for member in own {
      let inherited = base[member.key]
      let node = inherited.map { member.node.merged(over: $0) } ?? member.node
      result.set(member.key, node, keyPosition: member.keyPosition)
    }
    return result
  }

  /// Every string of the tree replaced by what `change` makes of it.
  package func mapStrings(_ change: (String, Position) throws -> (String, fromEnvironment: Bool)) rethrows
    -> ConfigNode
  {
    var copy = self
    switch content {
    case .scalar(.string(let text)):
      let (changed, fromEnvironment) = try change(text, position)
      copy.content = .scalar(.string(changed))
      copy.isFromEnvironment = fromEnvironment
    case .scalar: break
    case .array(let items): copy.content = .array(try items.map { try $0.mapStrings(change) })
    case .object(let members):
      copy.content = .object(
        try members.map {
          Member(key: $0.key, keyPosition: $0.keyPosition, node: try $0.node.mapStrings(change))
        })
    }
    return copy
  }
}
