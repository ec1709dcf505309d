import Claims

/// `junit.xml`: a claim is a test case; what did not run, or cannot be decided, is skipped.
package func junitReport(_ report: Report) -> String {
  let counts = VerdictCounts(report.verdicts)
  let totals =
    "tests=\"\(report.verdicts.count)\" failures=\"\(counts.fail)\" errors=\"\(counts.error)\" "
    + "skipped=\"\(counts.notRun + counts.inconclusive)\""
  let suite = escaped(report.name)
  let cases = report.verdicts.map { testCase($0, suite: suite, command: report.command($0)) }
  let lines =
    [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(totals)>",
      "  <testsuite name=\"\(suite)\" \(totals)>",
    ] + cases + ["  </testsuite>", "</testsuites>"]
  return lines.joined(separator: "\n") + "\n"
}

private func testCase(_ verdict: Verdict, suite: String, command: String) -> String {
  let opening = "    <testcase classname=\"\(suite)\" name=\"\(escaped(verdict.id))\""
  let message = escaped(verdict.explanation)
  let details = escaped(
    "\(verdict.says) (\(verdict.source)). Paper: \(verdict.paper); ours: \(verdict.ours). Again: \(command)")
  switch verdict.outcome {
  case .pass: return opening + "/>"
  case .fail: return "\(opening)><failure message=\"\(message)\">\(details)</failure></testcase>"
  case .error: return "\(opening)><error message=\"\(message)\">\(details)</error></testcase>"
  case .inconclusive, .notRun:
    return "\(opening)><skipped message=\"\(escaped(verdict.outcome.word)): \(message)\"/></testcase>"
  }
}
