import Declarations

/// Where the parts of a config stand, for `modgap why`: the plan itself carries no places.
package struct SourceMap: Sendable {
  private var fields: [String: Position] = [:]

  init(root: ConfigNode) {
    collect(root, path: "")
    for stage in root["stages"]?.items ?? [] {
      if let id = stage["id"]?.text { collect(stage, path: "stage \(id)") }
    }
    for claim in root["claims"]?.items ?? [] {
      if let id = claim["id"]?.text { fields["claim \(id)"] = claim.position }
    }
  }

  private mutating func collect(_ node: ConfigNode, path: String) {
    fields[path] = node.position
    for member in node.members ?? [] {
      collect(member.node, path: path.isEmpty ? member.key : "\(path).\(member.key)")
    }
  }

  /// Where a stage's field stands, or the nearest thing around it that does: `with.delta.by`.
  package func position(stage: String, field: String) -> Position? {
    var path = "stage \(stage).\(field)"
    while true {
      if let position = fields[path] { return position }
      guard let dot = path.lastIndex(of: ".") else { return nil }
      path = String(path[..<dot])
    }
  }

  package func position(_ path: String) -> Position? { fields[path] }

  /// The config, and those that it extends.
  package var files: [String] { Set(fields.values.map { ExactString($0.file) }).sorted().map(\.text) }
}
