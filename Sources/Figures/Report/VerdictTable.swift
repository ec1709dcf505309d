import Claims
import Contracts
import Declarations

/// `verdicts.csv`: one row a claim.
package func verdictTable(_ verdicts: [Verdict], command: (Verdict) -> ShellCommand) -> Table {
  func texts(_ name: String, _ value: (Verdict) -> String) -> Table.NamedColumn {
    Table.NamedColumn(name, .texts(verdicts.map(value)))
  }
  func reals(_ name: String, _ value: (Verdict) -> Double?) -> Table.NamedColumn {
    Table.NamedColumn(name, .reals(verdicts.map { value($0) ?? .nan }))
  }
  return Table([
    texts("id") { $0.id }, texts("verdict") { $0.outcome.word }, texts("basis") { $0.basis?.rawValue ?? "" },
    texts("says") { $0.says }, texts("paper") { $0.paper }, texts("ours") { $0.ours },
    reals("number") { $0.number }, Table.NamedColumn("n", .integers(verdicts.map(\.count))),
    reals("interval_low") { $0.interval?.low }, reals("interval_high") { $0.interval?.high },
    reals("level") { $0.interval == nil ? nil : $0.level }, reals("p") { $0.p },
    reals("p_holm") { $0.adjusted },
    texts("bound_from") { $0.boundText }, texts("conditions") { $0.conditions.joined(separator: "; ") },
    texts("source") { $0.source }, texts("table") { $0.table }, texts("explanation") { $0.explanation },
    texts("command") { command($0).text },
  ])
}

/// The verdicts as one JSON value, for `--json`; numbers that are not finite are null.
package func verdictsJSON(_ verdicts: [Verdict], command: (Verdict) -> ShellCommand) -> JSONValue {
  func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    return .number(value)
  }
  return .array(
    verdicts.map { verdict in
      .object([
        "id": .string(verdict.id), "verdict": .string(verdict.outcome.word), "says": .string(verdict.says),
        "basis": verdict.basis.map { .string($0.rawValue) } ?? .null,
        "bound_from": verdict.boundFrom == nil ? .null : .string(verdict.boundText),
        "conditions": .array(verdict.conditions.map { .string($0) }),
        "source": .string(verdict.source), "table": .string(verdict.table), "check": .string(verdict.check),
        "paper": .string(verdict.paper), "ours": .string(verdict.ours), "number": number(verdict.number),
        "n": .number(Double(verdict.count)), "interval_low": number(verdict.interval?.low),
        "interval_high": number(verdict.interval?.high),
        "level": verdict.interval == nil ? .null : .number(verdict.level), "p": number(verdict.p),
        "p_holm": number(verdict.adjusted), "explanation": .string(verdict.explanation),
        "command": .string(command(verdict).text),
      ])
    })
}
