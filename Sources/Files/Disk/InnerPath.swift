import Declarations

/// A path below a folder of results or a store, made of components that were checked: none is empty, `.` or `..`,
/// none holds a `/` or a zero byte. No such path leads out of the folder that it is used in.
package struct InnerPath: Sendable, Hashable, CustomStringConvertible {
  package let components: [String]

  /// The folder itself.
  package static let here = InnerPath(checked: [])

  /// - Throws: `InnerPathFailure` where a part of the path could lead elsewhere.
  package init(_ text: String) throws {
    try self.init(components: text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false))
    {
      InnerPathFailure(path: text, part: $0)
    }
  }

  /// A path of one component, which may hold no `/`.
  package init(component: String) throws {
    try self.init(components: [component.utf8[...]]) { InnerPathFailure(path: component, part: $0) }
  }

  /// A path that stands in the program's text, and so cannot come from a file.
  package init(fixed text: StaticString) {
    self.init(checked: "\(text)".split(separator: "/").map(String.init))
  }

  private init(checked: [String]) { components = checked }

  private init(components: [Substring.UTF8View], _ failure: (String) -> InnerPathFailure) throws {
    let names = components.map { String(decoding: $0, as: UTF8.self) }
    if let bad = names.first(where: { !Self.isComponent($0) }) { throw failure(bad) }
    self.init(checked: names)
  }

  /// Whether a name is one that a file or a folder in a folder can have.
  static func isComponent(_ name: String) -> Bool {
    let isReserved = name.isEmpty || name.isExactly(".") || name.isExactly("..")
    return !isReserved && name.utf8.count <= 255 && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
  }

  /// The last component; nil for the folder itself.
  package var name: String? { components.last }

  /// The folder that holds it.
  package var parent: InnerPath { InnerPath(checked: components.dropLast()) }

  package var description: String { components.joined(separator: "/") }

  package static func + (a: InnerPath, b: InnerPath) -> InnerPath {
    InnerPath(checked: a.components + b.components)
  }

  package static func == (a: InnerPath, b: InnerPath) -> Bool { a.description.isExactly(b.description) }
}

/// A name out of a file or a config that could lead out of the folder it is meant for.
package struct InnerPathFailure: Failure, Equatable {
  package let path: String
  package let part: String
  package var kind: FailureKind { .invalidInput }
  package var message: String {
    "\"\(path.prefix(200))\" is not a path inside a results folder, because \"\(part.prefix(80))\" is not a file name; "
      + "expected names joined by \"/\", none of them empty, \".\" or \"..\""
  }
}
