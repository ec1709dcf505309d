import Claims
import Declarations

/// `junit.xml`: a claim is a test case; what did not run, or cannot be decided, is skipped. A statement that differs as
/// its claim says in advance has passed.
package func junitReport(_ report: Report) -> String { junitReport([report]) }

/// The same of several experiments, a suite each.
///
/// - Parameter more: suites of tests that are no claims.
package func junitReport(
  _ reports: [Report], more: [(suite: String, tests: [NightFacts.Test])] = []
) -> String {
  let tests = more.flatMap(\.tests)
  let head: [XML] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<testsuites \(totals(reports.flatMap(\.verdicts), tests))>",
  ]
  let suites = reports.flatMap(suite) + more.flatMap { suite($0.suite, $0.tests) }
  return (head + suites + ["</testsuites>"]).joined(separator: "\n").text + "\n"
}

private func totals(_ verdicts: [Verdict], _ tests: [NightFacts.Test] = []) -> XML {
  let counts = VerdictCounts(verdicts)
  let broken = tests.filter { $0.problem != nil }
  let errors = broken.count(where: \.isError)
  return "tests=\"\(verdicts.count + tests.count)\" failures=\"\(counts.fail + broken.count - errors)\" "
    + "errors=\"\(counts.error + errors)\" skipped=\"\(counts.notRun + counts.inconclusive)\""
}

private func suite(_ name: String, _ tests: [NightFacts.Test]) -> [XML] {
  let cases: [XML] = tests.map { test in
    let opening: XML = "    <testcase classname=\"\(name)\" name=\"\(test.name)\">"
    guard let problem = test.problem else { return "\(opening)</testcase>" }
    let found: XML =
      test.isError
      ? "<error message=\"\(problem)\"/>" : "<failure message=\"\(problem)\"/>"
    return "\(opening)\(found)</testcase>"
  }
  return ["  <testsuite name=\"\(name)\" \(totals([], tests))>"] + cases + ["  </testsuite>"]
}

private func suite(_ report: Report) -> [XML] {
  let lines = (report.verdicts.linesByBasis + [report.verdicts.family].compactMap { $0 })
  let summary: [XML] =
    lines.isEmpty
    ? []
    : ["    <properties>"] + lines.map { "      <property name=\"summary\" value=\"\($0)\"/>" } + [
      "    </properties>"
    ]
  let cases = report.verdicts.map { testCase($0, suite: report.name, command: report.command($0)) }
  return ["  <testsuite name=\"\(report.name)\" \(totals(report.verdicts))>"] + summary + cases + [
    "  </testsuite>"
  ]
}

private func testCase(_ verdict: Verdict, suite: String, command: ShellCommand) -> XML {
  let opening: XML = "    <testcase classname=\"\(suite)\" name=\"\(verdict.id)\">"
  let properties: [XML] = facts(verdict).map { "<property name=\"\($0)\" value=\"\($1)\"/>" }
  let known: XML = properties.isEmpty ? "" : "<properties>\(properties.joined())</properties>"
  return "\(opening)\(known)\(outcome(verdict, command))</testcase>"
}

private func facts(_ verdict: Verdict) -> [(String, String)] {
  let facts: [(String, String)] = [
    ("basis", verdict.basis?.rawValue ?? ""), ("bound_from", verdict.boundText),
    ("interval", verdict.levelledInterval), ("conditions", verdict.conditions.joined(separator: "; ")),
  ]
  return facts.filter { !$0.1.isEmpty }
}

private func outcome(_ verdict: Verdict, _ command: ShellCommand) -> XML {
  let message = verdict.explanation
  let numbers = [("Paper", verdict.paper), ("ours", verdict.ours)].filter { !$0.1.isEmpty }.map {
    "\($0): \($1)"
  }
  let details =
    verdict.says + (verdict.source.isEmpty ? "" : " (\(verdict.source))") + ". "
    + (numbers.isEmpty ? "" : numbers.joined(separator: "; ") + ". ") + "To recompute: \(command.text)"
  return switch verdict.outcome {
  case .pass: ""
  case .differs: "<system-out>differs: \(message). \(details)</system-out>"
  case .fail: "<failure message=\"\(message)\">\(details)</failure>"
  case .error: "<error message=\"\(message)\">\(details)</error>"
  case .inconclusive, .notRun: "<skipped message=\"\(verdict.outcome.word): \(message)\"/>"
  }
}
