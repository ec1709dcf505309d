import Claims
import Declarations
import ExperimentConfig

/// `report.json`: what other programs, and the pages over all experiments, want of a report.
package func reportJSON(_ report: Report) -> JSONValue {
  let counts = ClaimBasis.allCases.map { basis -> (String, JSONValue) in
    let found = StatementCounts(report.verdicts, basis: basis)
    return (
      basis.rawValue,
      .object([
        "hold": .number(Double(found.hold)), "differ": .number(Double(found.differ)),
        "undecided": .number(Double(found.undecided)), "unchecked": .number(Double(found.unchecked)),
      ])
    )
  }
  return .object([
    "format": "modgap-report", "version": 1, "experiment": .string(report.name),
    "title": .string(report.heading), "summary": .string(VerdictCounts(report.verdicts).summary),
    "by_basis": .object(Dictionary(counts, uniquingKeysWith: { first, _ in first })),
    "quotes": .array(report.verdicts.map { QuotedClaim($0).json }),
    "verdicts": verdictsJSON(report.verdicts, command: report.command),
    "notes": .array((report.notes + report.notices).map { .string($0) }),
  ])
}

/// A report as its `report.json` tells of it.
package struct IndexedReport: Sendable {
  package let experiment: String
  let title: String
  let summary: String
  let counts: [ClaimBasis: JSONValue]
  package let claims: [QuotedClaim]

  /// - Parameter experiment: the folder's name, whatever the file says.
  package init?(_ json: JSONValue, experiment: String) {
    guard json["format"]?.string == "modgap-report", let quotes = json["quotes"]?.array else { return nil }
    self.experiment = experiment
    title = json["title"]?.string ?? experiment
    summary = json["summary"]?.string ?? ""
    claims = quotes.compactMap(QuotedClaim.init)
    counts = Dictionary(
      ClaimBasis.allCases.compactMap { basis in json["by_basis"]?[basis.rawValue].map { (basis, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  fileprivate func count(_ basis: ClaimBasis, _ kind: String) -> Int {
    counts[basis]?[kind]?.integer.map { max(0, min($0, 1_000_000)) } ?? 0
  }
}

/// `index.html`: every experiment of the results folder, with its statements by basis and a link to its report.
///
/// - Parameter trend: the page of the nights' numbers beside it; nil where there is none.
package func indexPage(_ reports: [IndexedReport], trend: String? = nil) -> String {
  let kinds = ["hold", "differ", "undecided", "unchecked"]
  let bases = ClaimBasis.allCases.filter { basis in
    reports.contains { report in kinds.contains { report.count(basis, $0) > 0 } }
  }
  let link: HTML = trend.map { "<p><a href=\"\(HTML.address($0))\">Numbers over the nights</a></p>" } ?? ""
  let body: [HTML] = [
    "<h1>Experiments</h1>", link,
    "<p>\(counted(reports.count, "experiment")). Statements by basis: how many hold, differ from the paper, are undecided, or cannot be checked here.</p>",
    basesTable(reports, bases, kinds), "<h2>Reports</h2>",
    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Reports\"><table data-name=\"reports\"><thead><tr>",
    "<th scope=\"col\">Experiment</th><th scope=\"col\">Title</th><th scope=\"col\">Claims</th>",
    bases.map { "<th scope=\"col\">\($0.rawValue)</th>" as HTML }.joined(), "</tr></thead><tbody>",
  ]
  return htmlPage(
    title: "Experiments",
    body + reports.map { row($0, bases, kinds) } + ["</tbody></table></div>"])
}

private func basesTable(_ reports: [IndexedReport], _ bases: [ClaimBasis], _ kinds: [String]) -> HTML {
  let rows: [HTML] = bases.map { basis in
    let cells: [HTML] = kinds.map { kind in
      "<td class=\"n\">\(reports.map { $0.count(basis, kind) }.reduce(0, +))</td>"
    }
    return "<tr><th scope=\"row\">\(basis.rawValue)</th>\(cells.joined())</tr>"
  }
  let heads: [HTML] = kinds.map { "<th scope=\"col\" class=\"n\">\($0)</th>" }
  return """
    <div class="wide" tabindex="0" role="group" aria-label="Statements by basis"><table>\
    <thead><tr><th scope="col">Basis</th>\(heads.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>
    """
}

private func row(_ report: IndexedReport, _ bases: [ClaimBasis], _ kinds: [String]) -> HTML {
  let address = HTML.address("\(report.experiment)/report.html")
  let cells: [HTML] = bases.map { basis in
    let parts = kinds.map { ($0, report.count(basis, $0)) }.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    return "<td>\(parts.joined(separator: ", "))</td>"
  }
  return """
    <tr><td><a href="\(address)">\(report.experiment)</a></td><td>\(report.title)</td><td>\(report.summary)</td>\
    \(cells.joined())</tr>
    """
}
