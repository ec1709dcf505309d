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
    texts("id") { $0.id }, texts("verdict") { $0.outcome.word }, texts("says") { $0.says },
    texts("paper") { $0.paper }, texts("ours") { $0.ours }, reals("number") { $0.number },
    Table.NamedColumn("n", .integers(verdicts.map(\.count))), reals("ci95_low") { $0.interval?.low },
    reals("ci95_high") { $0.interval?.high }, texts("source") { $0.source }, texts("table") { $0.table },
    texts("explanation") { $0.explanation }, texts("command") { command($0).text },
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
        "source": .string(verdict.source), "table": .string(verdict.table), "check": .string(verdict.check),
        "paper": .string(verdict.paper), "ours": .string(verdict.ours), "number": number(verdict.number),
        "n": .number(Double(verdict.count)), "ci95_low": number(verdict.interval?.low),
        "ci95_high": number(verdict.interval?.high), "explanation": .string(verdict.explanation),
        "command": .string(command(verdict).text),
      ])
    })
}
