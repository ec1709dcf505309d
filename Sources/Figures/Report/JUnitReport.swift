import Claims
import Declarations

/// `junit.xml`: a claim is a test case; what did not run, or cannot be decided, is skipped.
package func junitReport(_ report: Report) -> String {
  let counts = VerdictCounts(report.verdicts)
  let totals: XML =
    "tests=\"\(report.verdicts.count)\" failures=\"\(counts.fail)\" errors=\"\(counts.error)\" "
    + "skipped=\"\(counts.notRun + counts.inconclusive)\""
  let head: [XML] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(totals)>",
    "  <testsuite name=\"\(report.name)\" \(totals)>",
  ]
  let cases = report.verdicts.map { testCase($0, suite: report.name, command: report.command($0)) }
  let lines = head + cases + ["  </testsuite>", "</testsuites>"]
  return lines.joined(separator: "\n").text + "\n"
}

private func testCase(_ verdict: Verdict, suite: String, command: ShellCommand) -> XML {
  let opening: XML = "    <testcase classname=\"\(suite)\" name=\"\(verdict.id)\""
  let message = verdict.explanation
  let details =
    "\(verdict.says) (\(verdict.source)). Paper: \(verdict.paper); ours: \(verdict.ours). To recompute: \(command.text)"
  switch verdict.outcome {
  case .pass: return "\(opening)/>"
  case .fail: return "\(opening)><failure message=\"\(message)\">\(details)</failure></testcase>"
  case .error: return "\(opening)><error message=\"\(message)\">\(details)</error></testcase>"
  case .inconclusive, .notRun:
    return "\(opening)><skipped message=\"\(verdict.outcome.word): \(message)\"/></testcase>"
  }
}
