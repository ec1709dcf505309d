import Declarations
import Foundation

extension ExperimentDecoder {
  private static let stageKeys = [
    "id", "stage", "kind", "from", "over", "with", "optional", "obtain", "keep",
  ]

  mutating func decodeStages() {
    guard let node = root["stages"] else { return }
    guard let items = node.items, !items.isEmpty else {
      issues.add(node, "stages", expected: "a list of at least one stage")
      return
    }
    var taken: Set<String> = []
    for (index, item) in items.enumerated() { decodeStage(item, path: "stages[\(index)]", taken: &taken) }
  }

  private mutating func decodeStage(_ node: ConfigNode, path: String, taken: inout Set<String>) {
    guard let members = node.members else {
      issues.add(node, path, expected: "a stage, which is an object")
      return
    }
    checking { checker in
      for member in members where !Self.stageKeys.contains(member.key) {
        checker.unknownKey(member, path: path, among: Self.stageKeys)
      }
      for key in ["id", "stage", "kind"] where node[key] == nil { checker.missingKey(key, node, path: path) }
    }
    let id = decodeID(node, path, taken: &taken)
    let from = decodeFrom(node, path)
    let isOptional = decodeOptional(node, path)
    let obtain = decodeObtain(node, path)
    guard let signature = decodeSignature(node, path) else { return }
    let keeps = decodeKeep(node, signature, path)
    let before = issues.count
    let with = decodeWith(node, signature, isOptional: isOptional, obtain: obtain, path: path)
    let isWhole = issues.count == before
    checkFrom(from, node, signature, path)
    let over = decodeOver(node, signature, with, path)
    guard let id else { return }
    let spec = StageSpec(
      id: id, phase: signature.phase, kind: signature.kind, from: from, over: over, with: with,
      isOptional: isOptional, obtain: obtain,
      keeps: keeps)
    stages.append(DecodedStage(spec: spec, signature: signature, node: node, path: path, isWhole: isWhole))
  }

  /// - Returns: nil where there is no id of its own.
  private mutating func decodeID(_ node: ConfigNode, _ path: String, taken: inout Set<String>) -> String? {
    guard let idNode = node["id"] else { return nil }
    guard let id = idNode.text, ConfigNames.isIdentifier(id) else {
      issues.add(idNode, "\(path).id", expected: ConfigNames.describedIdentifier)
      return nil
    }
    guard taken.insert(id).inserted else {
      issues.add(idNode, "\(path).id", expected: "a unique id", found: "\"\(id)\" a second time")
      return nil
    }
    issues.take(id, for: idNode)
    declaredIDs.append(id)
    return id
  }

  private mutating func decodeFrom(_ node: ConfigNode, _ path: String) -> [String] {
    guard let from = node["from"] else { return [] }
    let nodes = from.items ?? [from]
    var ids: [String] = []
    for (index, item) in nodes.enumerated() {
      let place = from.items == nil ? "\(path).from" : "\(path).from[\(index)]"
      guard let id = item.text else {
        issues.add(
          item, place,
          expected: from.items == nil ? "the id of a stage, or a list of ids" : "the id of a stage")
        continue
      }
      issues.take(id, for: item)
      if ids.contains(id) {
        issues.add(item, place, expected: "each id once", found: "\"\(id)\" a second time")
      }
      ids.append(id)
    }
    if nodes.isEmpty { issues.add(from, "\(path).from", expected: "at least one id") }
    return ids
  }

  private mutating func decodeOver(
    _ node: ConfigNode, _ signature: StageSignature, _ with: JSONValue, _ path: String
  ) -> [String] {
    guard let over = node["over"] else { return [] }
    guard signature.phase == .evaluate else {
      issues.add(
        over, "\(path).over", expected: "no \"over\" here, because only evaluate stages can combine runs")
      return []
    }
    let known = axes.map(\.name)
    let named = Interpolation.axes(in: with)
    var names: [String] = []
    for (index, item) in (over.items ?? [over]).enumerated() {
      let place = over.items == nil ? "\(path).over" : "\(path).over[\(index)]"
      guard let name = item.text, known.contains(name), !names.contains(name), !named.contains(name) else {
        issues.add(
          item, place, expected: Self.expectedAxis(known, named: named, item.text),
          suggestion: item.text.flatMap { known.contains($0) ? nil : nearestName(to: $0, among: known) })
        continue
      }
      names.append(name)
    }
    return names
  }

  private static func expectedAxis(_ known: [String], named: Set<String>, _ found: String?) -> String {
    if known.isEmpty { return "an axis, but the config has no matrix" }
    if let found, named.contains(found) {
      return
        "an axis that \"with\" does not use, because it has a different value in each of the combined runs"
    }
    return "an axis of the matrix, each once: \(known.joined(separator: ", "))"
  }

  private mutating func decodeOptional(_ node: ConfigNode, _ path: String) -> Bool {
    guard let optional = node["optional"] else { return false }
    guard let flag = optional.value.bool else {
      issues.add(optional, "\(path).optional", expected: "true or false")
      return false
    }
    if flag, let phase = node["stage"]?.text.flatMap(StagePhase.init), phase != .`init` {
      issues.add(
        optional, "\(path).optional",
        expected: "no \"optional\" here, because only the data of an init stage may be missing")
    }
    return flag
  }

  /// The command that gets the files which an init stage reads.
  private mutating func decodeObtain(_ node: ConfigNode, _ path: String) -> String? {
    guard let obtain = node["obtain"] else { return nil }
    guard let command = obtain.text, !command.isEmpty else {
      issues.add(obtain, "\(path).obtain", expected: "the command that gets the files of this stage")
      return nil
    }
    if let phase = node["stage"]?.text.flatMap(StagePhase.init), phase != .`init` {
      issues.add(
        obtain, "\(path).obtain", expected: "no \"obtain\" here, because only an init stage reads files")
    }
    return command
  }

  private mutating func decodeKeep(_ node: ConfigNode, _ signature: StageSignature, _ path: String) -> Bool {
    guard let keep = node["keep"] else { return true }
    guard let flag = keep.value.bool else {
      issues.add(keep, "\(path).keep", expected: "true or false")
      return true
    }
    if signature.output == .tables {
      issues.add(keep, "\(path).keep", expected: "no \"keep\" here, because tables are always kept")
    }
    return flag
  }

  private mutating func decodeSignature(_ node: ConfigNode, _ path: String) -> StageSignature? {
    guard let phaseNode = node["stage"] else { return nil }
    let phases = StagePhase.allCases.map(\.rawValue)
    guard let phase = phaseNode.text.flatMap(StagePhase.init) else {
      issues.add(
        phaseNode, "\(path).stage", expected: "one of \(phases.joined(separator: ", "))",
        suggestion: phaseNode.text.flatMap { nearestName(to: $0, among: phases) })
      return nil
    }
    guard let kindNode = node["kind"] else { return nil }
    let kinds = grammar.stages.filter { $0.phase == phase }.map(\.kind)
    if let kind = kindNode.text, let signature = grammar.signature(phase, kind) { return signature }
    let expected =
      kinds.isEmpty
      ? "a kind of \(phase.rawValue), but this version has none"
      : "one of \(kinds.joined(separator: ", "))"
    let elsewhere = grammar.stages.filter { $0.kind == kindNode.text }.map(\.phase.rawValue)
    issues.add(
      kindNode, "\(path).kind", expected: expected,
      found: elsewhere.isEmpty
        ? nil : "\(kindNode.described), a kind of \(elsewhere.joined(separator: " and "))",
      suggestion: elsewhere.isEmpty ? kindNode.text.flatMap { nearestName(to: $0, among: kinds) } : nil)
    return nil
  }

  private mutating func decodeWith(
    _ node: ConfigNode, _ signature: StageSignature, isOptional: Bool, obtain: String?, path: String
  ) -> JSONValue {
    let with = node["with"] ?? ConfigNode(.object([]), at: node.position)
    let (value, files) = checking { checker in
      let value = checker.object(with, signature.parameters, rules: signature.rules, path: "\(path).with")
      return (value, checker.files)
    }
    for file in files { checkFile(file, isOptional: isOptional, obtain: obtain) }
    return value
  }

  private mutating func checkFile(_ named: ParameterChecker.NamedFile, isOptional: Bool, obtain: String?) {
    let file = named.isFolder ? named.path : DataFilePath.split(named.path, exists: fileSystem.exists).file
    let entry = fileSystem.entry(file)
    if entry == nil, isOptional { return }
    let isFolder = entry?.kind == .folder
    if let entry, entry.isReadable, isFolder == named.isFolder { return }
    let found =
      if entry == nil {
        "no \(named.isFolder ? "folder" : "file") \(file)"
      } else if isFolder == named.isFolder {
        "\(file), which this user is not allowed to read"
      } else {
        "the \(isFolder ? "folder" : "file") \(file)"
      }
    let isData = file.hasBytes(first: dataFolder + "/")
    let obtain = obtain ?? (named.isFolder ? grammar.obtain(file) : nil)
    let catalogued = entry == nil && obtain == nil ? fileSystem.catalogued(file) : nil
    issues.add(
      ConfigIssue(
        at: named.node.position, path: named.field, found: found,
        expected: ([named.isFolder ? "a folder that can be read" : "a file that can be read"] + named.words)
          .joined(separator: ", "),
        suggestion: named.node.text.flatMap { nearestName(to: $0, among: named.words) },
        missing: entry == nil && (isData || catalogued != nil || (named.isFolder && obtain != nil))
          ? MissingFile(
            name: isData ? file.droppingBytes(dataFolder.utf8.count + 1) : file, obtain: obtain,
            catalogued: catalogued, isData: isData && namesDataFolder) : nil))
  }

  private mutating func checkFrom(
    _ from: [String], _ node: ConfigNode, _ signature: StageSignature, _ path: String
  ) {
    if signature.input == nil, let given = node["from"] {
      issues.add(given, "\(path).from", expected: "no \"from\" here, because \(signature.name) has no input")
    } else if let input = signature.input, node["from"] == nil {
      let wanted = ([input] + signature.alsoAccepts).map(\.rawValue).joined(separator: " or ")
      issues.add(
        ConfigIssue(
          at: node.position, path: "\(path).from", found: "",
          expected: "the required key \"from\" is missing; it names a stage that gives \(wanted)"))
    } else if from.count > 1, signature.phase != .evaluate, let given = node["from"] {
      issues.add(given, "\(path).from", expected: "one id, because only evaluate stages can have several")
    }
  }
}
