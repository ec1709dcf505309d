import Contracts
import Runner

extension Command {
  static let gc = Command(
    name: "gc",
    summary: "says which stored artefacts no experiment's results need any more, and removes them on request",
    usage: "[--delete] [--results DIR] [--json]",
    examples: [
      ("modgap gc", "a dry run: what would go, and how many bytes"),
      ("modgap gc --delete", "removes it"),
    ],
    options: [
      .flag("--delete", "remove what the dry run lists"), CommonOptions.results, CommonOptions.json,
    ]
  ) { arguments in
    let collector = try GarbageCollector(resultsRoot: arguments.resultsRoot)
    let garbage = try collector.find()
    let deletes = arguments.has("--delete")
    if deletes { try collector.delete(garbage) }
    if arguments.has("--json") {
      Terminal.out(garbage.json(deleted: deletes).canonical + "\n")
      return 0
    }
    for item in garbage.items { Terminal.out("\(ByteCount.text(item.bytes))  \(item.name)  \(item.why)\n") }
    let verb = deletes ? "removed" : "would be removed (--delete does it)"
    Terminal.out(
      "\(garbage.items.count) of \(counted(garbage.total, "artefact")), \(ByteCount.text(garbage.bytes)), \(verb); "
        + "\(ByteCount.text(garbage.keptBytes)) kept\n")
    return 0
  }
}

/// Bytes for people.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    guard bytes >= 1000 else { return "\(bytes) B" }
    var value = Double(bytes)
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 999.95, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
