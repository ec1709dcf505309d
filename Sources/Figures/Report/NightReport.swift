import Claims
import Declarations

/// What a night says beside the verdicts, for its files.
package struct NightFacts: Sendable {
  package struct Section: Sendable {
    package let title: String
    package let lines: [String]
    package init(title: String, lines: [String]) { (self.title, self.lines) = (title, lines) }
  }

  /// A test of the night that is no claim.
  package struct Test: Sendable {
    package let suite: String
    package let name: String
    /// Nil where it holds.
    package let problem: String?
    /// Whether something is missing or broken, rather than wrong.
    package let isError: Bool
    package init(suite: String, name: String, problem: String?, isError: Bool = false) {
      (self.suite, self.name, self.problem, self.isError) = (suite, name, problem, isError)
    }
  }

  package let title: String
  package let summary: String
  package let head: [String]
  package let rows: [[String]]
  package let sections: [Section]
  package let tests: [Test]
  package init(
    title: String, summary: String, head: [String], rows: [[String]], sections: [Section], tests: [Test]
  ) {
    (self.title, self.summary, self.head) = (title, summary, head)
    (self.rows, self.sections, self.tests) = (rows, sections, tests)
  }
}

/// For a step summary: the table of claims, and a list of everything else.
package func nightMarkdown(_ night: NightFacts) -> String {
  func row(_ cells: [String]) -> Markdown {
    let cells: [Markdown] = cells.map { "\($0)" }
    return "| \(cells.joined(separator: " | ")) |"
  }
  var lines: [Markdown] = ["# \(night.title)", "", "\(night.summary)", ""]
  for section in night.sections {
    lines += ["## \(section.title)", ""] + section.lines.map { "- \($0)" } + [""]
  }
  if !night.rows.isEmpty {
    let rule = Array(repeating: "---", count: night.head.count)
    lines += ["## Claims", "", row(night.head), row(rule)] + night.rows.map(row) + [""]
  }
  return lines.joined(separator: "\n").text
}

/// A suite for each experiment's claims, and one for each kind of test of the night.
package func nightJUnit(_ reports: [Report], _ night: NightFacts) -> String {
  let suites = night.tests.map(\.suite).reduce(into: [String]()) { known, name in
    if !known.containsExactly(name) { known.append(name) }
  }
  return junitReport(
    reports,
    more: suites.map { suite in
      (suite, night.tests.filter { $0.suite.isExactly(suite) })
    })
}
