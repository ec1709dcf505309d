import Declarations
import Files
import Foundation

/// Reads a catalogue and finds everything that is wrong with it.
struct CatalogReader {
  private let path: String
  private let bytes: [UInt8]
  private var issues: [CatalogFailure.Issue] = []

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  private static let keys = [
    "name", "for", "urls", "size", "sha256", "licence", "citation", "unpack", "into",
  ]

  /// Those that an entry may leave out.
  private static let optionalKeys = ["contains", "$comment"]

  /// - Throws: `CatalogFailure`.
  mutating func entries() throws -> [CatalogEntry] {
    let tree = try tree()
    guard case .object(let members, _) = tree else {
      add(tree.offset, "", "found \(tree.value.described), expected {\"entries\": […]}")
      throw CatalogFailure.invalid(issues)
    }
    for member in members where !["entries", "$comment"].contains(member.key) {
      add(member.keyOffset, member.key, "found this key, expected only \"entries\"")
    }
    guard let list = members.first(where: { $0.key == "entries" })?.value, case .array(let items, _) = list
    else {
      add(tree.offset, "entries", "the list of entries is missing")
      throw CatalogFailure.invalid(issues)
    }
    let entries = items.enumerated().compactMap { entry($1, "entries[\($0)]") }
    guard issues.isEmpty else { throw CatalogFailure.invalid(issues) }
    return entries
  }

  private mutating func tree() throws -> JSONTree {
    if let fault = UTF8Check.fault(in: bytes) {
      throw CatalogFailure.invalid([
        .init(path: path, line: fault.line, column: fault.column, field: "", what: fault.message)
      ])
    }
    do {
      let (tree, repeated) = try JSONTree.read(bytes, deepest: 8)
      for key in repeated { add(key.offset, "", "found this key a second time, expected it once") }
      return tree
    } catch let broken as JSONTree.Broken {
      add(broken.fault.offset, "", "found \(broken.fault.found), expected \(broken.fault.expected)")
      throw CatalogFailure.invalid(issues)
    }
  }

  private var names: Set<ExactString> = []
  private var files: Set<String> = []

  private mutating func entry(_ tree: JSONTree, _ field: String) -> CatalogEntry? {
    guard case .object(let members, let offset) = tree else {
      add(tree.offset, field, "found \(tree.value.described), expected an object")
      return nil
    }
    let before = issues.count
    for member in members where !(Self.keys + Self.optionalKeys).contains(member.key) {
      let hint =
        nearestName(to: member.key, among: Self.keys + Self.optionalKeys).map { " (did you mean \"\($0)\"?)" }
        ?? ""
      add(
        member.keyOffset, "\(field).\(member.key)",
        "found this key, expected one of \(Self.keys.joined(separator: ", "))" + hint)
    }
    var values: [String: JSONTree] = [:]
    for member in members { values[member.key] = member.value }
    for key in Self.keys where values[key] == nil {
      add(offset, "\(field).\(key)", "the required key \"\(key)\" is missing")
    }
    guard issues.count == before else { return nil }
    let read = fields(values, field)
    return issues.count == before ? read : nil
  }

  private mutating func fields(_ values: [String: JSONTree], _ field: String) -> CatalogEntry? {
    let texts = Dictionary(
      uniqueKeysWithValues: ["name", "for", "licence", "citation", "into"].map { key in
        (key, text(values[key], "\(field).\(key)"))
      })
    let urls = urls(values["urls"], "\(field).urls")
    let size = size(values["size"], "\(field).size")
    let digest = digest(values["sha256"], "\(field).sha256")
    let unpack = unpacking(values["unpack"], "\(field).unpack")
    guard let name = texts["name"] ?? nil, let into = texts["into"] ?? nil, let unpack else { return nil }
    check(name, values["name"], "\(field).name")
    guard let place = place(into, unpack, urls, values["into"], "\(field).into") else { return nil }
    return CatalogEntry(
      name: name, purpose: (texts["for"] ?? nil) ?? "", urls: urls, size: size, sha256: digest,
      licence: (texts["licence"] ?? nil) ?? "", citation: (texts["citation"] ?? nil) ?? "", unpack: unpack,
      into: place, contains: contained(values["contains"], unpack, "\(field).contains"))
  }

  private mutating func contained(
    _ tree: JSONTree?, _ unpack: CatalogEntry.Unpacking, _ field: String
  ) -> [InnerPath] {
    guard let tree else { return [] }
    guard case .array(let items, _) = tree, unpack != .none else {
      add(
        tree.offset, field,
        unpack == .none
          ? "found this key, but only an archive contains something"
          : "found \(tree.value.described), expected a list of paths")
      return []
    }
    return items.enumerated().compactMap { index, item in
      if let text = item.value.string, let path = try? InnerPath(text),
        MemberName.reason(against: path.components, isPlace: true) == nil
      {
        return path
      }
      add(
        item.offset, "\(field)[\(index)]",
        "found \(item.value.described), expected a path inside what is unpacked: names joined by \"/\"")
      return nil
    }
  }

  private mutating func text(_ tree: JSONTree?, _ field: String) -> String? {
    guard let tree else { return nil }
    if let text = tree.value.string, !text.isEmpty { return text }
    add(tree.offset, field, "found \(tree.value.described), expected a text")
    return nil
  }

  private mutating func check(_ name: String, _ tree: JSONTree?, _ field: String) {
    let isName =
      name.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "-_.".utf8.contains(byte)
      } && !name.hasBytes(first: "-") && !name.hasBytes(first: ".") && name.utf8.count <= 100
    if !isName {
      add(
        tree?.offset ?? 0, field,
        "found \(JSONValue.string(name).described), expected letters, digits, \"-\", \"_\" and \".\", a letter or a digit first"
      )
    } else if !names.insert(ExactString(name)).inserted {
      add(tree?.offset ?? 0, field, "found the name \"\(name)\" a second time, expected another one")
    }
  }

  private mutating func urls(_ tree: JSONTree?, _ field: String) -> [String] {
    guard let tree else { return [] }
    guard case .array(let items, _) = tree else {
      add(tree.offset, field, "found \(tree.value.described), expected a list of URLs")
      return []
    }
    return items.enumerated().compactMap { index, item in
      if let url = item.value.string, Self.isURL(url) { return url }
      add(
        item.offset, "\(field)[\(index)]",
        "found \(item.value.described), expected a URL that begins with https:// or http://")
      return nil
    }
  }

  private static func isURL(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let url = URL(string: text) else { return false }
    return ["http", "https"].contains(url.scheme) && !(url.host ?? "").isEmpty
  }

  private mutating func size(_ tree: JSONTree?, _ field: String) -> Int? {
    guard let tree, tree.value != .null else { return nil }
    if let size = tree.value.integer, size >= 0 { return size }
    add(tree.offset, field, "found \(tree.value.described), expected a number of bytes, or null")
    return nil
  }

  private mutating func digest(_ tree: JSONTree?, _ field: String) -> Digest? {
    guard let tree, tree.value != .null else { return nil }
    if let digest = tree.value.string.flatMap({ Digest(hex: $0) }) { return digest }
    add(tree.offset, field, "found \(tree.value.described), expected 64 hexadecimal digits, or null")
    return nil
  }

  private mutating func unpacking(_ tree: JSONTree?, _ field: String) -> CatalogEntry.Unpacking? {
    guard let tree else { return nil }
    if let unpack = tree.value.string.flatMap(CatalogEntry.Unpacking.init) { return unpack }
    let words = CatalogEntry.Unpacking.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    add(tree.offset, field, "found \(tree.value.described), expected one of \(words)")
    return nil
  }

  /// `.` is the folder of data itself; of a file, a folder with a `/` at its end takes the name out of its URL.
  private mutating func place(
    _ text: String, _ unpack: CatalogEntry.Unpacking, _ urls: [String], _ tree: JSONTree?, _ field: String
  ) -> InnerPath? {
    let offset = tree?.offset ?? 0
    do {
      let isFolder = text == "." || text.hasBytes(last: "/")
      let trimmed = text == "." ? "" : text.hasBytes(last: "/") ? String(text.utf8.dropLast()) ?? "" : text
      var place = trimmed.isEmpty ? InnerPath.here : try InnerPath(trimmed)
      if unpack == .none, isFolder {
        guard let name = urls.first.flatMap(CatalogEntry.fileName) else {
          add(offset, field, "found the folder \"\(text)\", expected the name of a file, which no URL says")
          return nil
        }
        place = place + (try InnerPath(component: name))
      }
      if let reason = MemberName.reason(against: place.components, isPlace: true) {
        add(offset, field, "found \"\(text)\", in which \(reason)")
        return nil
      }
      if unpack == .none, !files.insert(place.description).inserted {
        add(offset, field, "found \"\(text)\", which another entry has, too; expected another file")
      }
      return place
    } catch {
      add(
        offset, field,
        "found \"\(text)\", expected a path inside the folder of data: names joined by \"/\", none of them \".\" or \"..\""
      )
      return nil
    }
  }

  private mutating func add(_ offset: Int, _ field: String, _ what: String) {
    let before = bytes.prefix(offset)
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    issues.append(
      .init(
        path: path, line: before.count { $0 == UInt8(ascii: "\n") } + 1,
        column: String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1, field: field,
        what: what))
  }
}

extension JSONTree {
  fileprivate var offset: Int {
    switch self {
    case .scalar(_, let offset), .array(_, let offset), .object(_, let offset): offset
    }
  }
}
