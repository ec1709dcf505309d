import Declarations
import Files

/// A place in a config: what an error message begins with.
package struct Position: Sendable, Hashable, Comparable {
  package let file: String
  package let line: Int
  /// Counted in characters (Unicode scalars), from 1.
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
    package var keyPosition: Position
    package var node: ConfigNode
  }

  package indirect enum Content: Sendable {
    case scalar(JSONValue)
    case array([ConfigNode])
    /// In the order of the file.
    case object([Member])
  }

  /// What the value stands in the place of.
  package enum Origin: Sendable {
    /// `${env:NAME}`: text, in which a number may be spelt.
    case environment(String)
    /// `${axis}`, with one of the axis's values in its place.
    case axis(String)
    /// A number or a truth value on the command line, as it is spelt there: where a text is wanted, it is one.
    case argument(String)
  }

  package var content: Content
  package var position: Position
  package var origin: Origin?

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
}

// MARK: - Reading

extension ConfigNode {
  package var value: JSONValue {
    switch content {
    case .scalar(let value): value
    case .array(let items): .array(items.map(\.value))
    case .object(let members):
      .object(Dictionary(members.map { ($0.key, $0.node.value) }, uniquingKeysWith: { _, last in last }))
    }
  }

  /// The value; text out of the environment that spells a number, true or false is that.
  package var typedValue: JSONValue {
    guard case .environment = origin, let text = value.string else { return value }
    if let flag = Bool(text) { return .bool(flag) }
    return JSONReader.number(spelt: text).map { .number($0) } ?? value
  }

  package var members: [Member]? {
    if case .object(let members) = content { return members }
    return nil
  }

  package var items: [ConfigNode]? {
    if case .array(let items) = content { return items }
    return nil
  }

  /// The text of a string, or of what the command line spells; nil for all else.
  package var text: String? {
    if case .scalar(.string(let text)) = content { return text }
    if case .argument(let spelling) = origin { return spelling }
    return nil
  }

  package subscript(key: String) -> ConfigNode? { members?.first { $0.key == key }?.node }

  /// What an error message calls it.
  package var described: String {
    let plain =
      switch content {
      case .scalar(let value): value.described
      case .array(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
      case .object(let members): members.isEmpty ? "an empty object" : "an object"
      }
    switch origin {
    case .environment(let source), .axis(let source): return "\(source), which is \(plain)"
    case .argument, nil: return plain
    }
  }
}

// MARK: - Changing

extension ConfigNode {
  /// Puts a member in place of one with the same key, or behind the others.
  package mutating func set(_ key: String, _ node: ConfigNode, keyPosition: Position) {
    guard case .object(var members) = content else { return }
    let member = Member(key: key, keyPosition: keyPosition, node: node)
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index] = member
    } else {
      members.append(member)
    }
    content = .object(members)
  }

  package mutating func remove(_ key: String) {
    guard let members else { return }
    content = .object(members.filter { $0.key != key })
  }

  /// This node over `base`, as `extends` merges: objects member by member, `null` takes a member away, an
  /// object over a list changes the elements that its keys name by `id` or `name`, and adds those that bear the
  /// key's name themselves; all else is replaced.
  ///
  /// - Parameter issues: gains the keys that name no element.
  package func merged(over base: ConfigNode, path: String = "", issues: inout IssueList) -> ConfigNode {
    guard let own = members else { return self }
    switch base.content {
    case .object(let result):
      return ConfigNode(.object(Self.merge(own, over: result, path, &issues)), at: position)
    case .array(let items):
      guard items.contains(where: { $0.elementName != nil }) else { return self }
      return ConfigNode(.array(Self.merge(own, over: items, path, &issues)), at: base.position)
    case .scalar: return self
    }
  }

  /// What an element of a list is called.
  private var elementName: String? { (self["id"] ?? self["name"])?.text }

  private static func merge(
    _ own: [Member], over base: [Member], _ path: String, _ issues: inout IssueList
  ) -> [Member] {
    own.reduce(into: base) { result, member in
      let place = result.firstIndex { $0.key == member.key }
      if case .scalar(.null) = member.node.content {
        if let place { result.remove(at: place) }
      } else if let place {
        result[place].keyPosition = member.keyPosition
        result[place].node = member.node.merged(
          over: result[place].node, path: path.isEmpty ? member.key : "\(path).\(member.key)", issues: &issues
        )
      } else {
        result.append(member)
      }
    }
  }

  private static func merge(
    _ own: [Member], over base: [ConfigNode], _ path: String, _ issues: inout IssueList
  ) -> [ConfigNode] {
    let names = base.map(\.elementName)
    var result: [ConfigNode?] = base
    for member in own where member.key != "$comment" {
      let place = "\(path).\(member.key)"
      guard let index = names.firstIndex(of: member.key) else {
        if member.node.elementName == member.key {
          result.append(member.node)
          continue
        }
        issues.add(unknownElement(member, place, among: names.compactMap { $0 }))
        continue
      }
      if case .scalar(.null) = member.node.content {
        result[index] = nil
      } else {
        result[index] = result[index].map { member.node.merged(over: $0, path: place, issues: &issues) }
      }
    }
    return result.compactMap { $0 }
  }

  private static func unknownElement(
    _ member: Member, _ path: String, among names: [String]
  ) -> ConfigIssue {
    ConfigIssue(
      at: member.keyPosition, path: path, found: "a name that no element of the extended list has",
      expected: "one of \(names.joined(separator: ", ")), or a list that replaces all of them",
      suggestion: nearestName(to: member.key, among: names))
  }

  /// The tree without its `$comment`s, which mean nothing wherever they stand.
  package var withoutComments: ConfigNode {
    var copy = self
    switch content {
    case .scalar: break
    case .array(let items): copy.content = .array(items.map(\.withoutComments))
    case .object(let members):
      copy.content = .object(
        members.filter { $0.key != "$comment" }.map { member in
          var member = member
          member.node = member.node.withoutComments
          return member
        })
    }
    return copy
  }

  /// The tree with the values at these places as the texts that they were taken for.
  func withTexts(_ texts: [Position: String]) -> ConfigNode {
    guard !texts.isEmpty else { return self }
    var copy = self
    switch content {
    case .scalar:
      if case .argument = origin, let text = texts[position] { copy.content = .scalar(.string(text)) }
    case .array(let items): copy.content = .array(items.map { $0.withTexts(texts) })
    case .object(let members):
      copy.content = .object(
        members.map { member in
          var member = member
          member.node = member.node.withTexts(texts)
          return member
        })
    }
    return copy
  }

  /// Every string of the tree replaced by the node that `change` makes of it; nil leaves it.
  package func mapStrings(
    path: String = "", _ change: (_ text: String, _ place: ConfigNode, _ path: String) -> ConfigNode?
  ) -> ConfigNode {
    var copy = self
    switch content {
    case .scalar(.string(let text)): return change(text, self, path) ?? self
    case .scalar: break
    case .array(let items):
      copy.content = .array(
        items.enumerated().map { $1.mapStrings(path: "\(path)[\($0)]", change) })
    case .object(let members):
      copy.content = .object(
        members.map { member in
          var member = member
          let place = path.isEmpty ? member.key : "\(path).\(member.key)"
          member.node = member.node.mapStrings(path: place, change)
          return member
        })
    }
    return copy
  }
}
