import Contracts
import Declarations

/// Each table with its first rows; its file has all of them.
func tablesSection(_ report: Report) -> [HTML] {
  let shown = Dictionary(report.page.tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  let further = report.page.tables.filter { !report.tables.contains($0.name) }
  return report.tables.flatMap { name in shown[name].map(tableSection) ?? [fileLine(name)] }
    + further.flatMap(tableSection)
}

private func fileLine(_ name: String) -> HTML { "<p>\(fileLink(name))</p>" }

private func fileLink(_ name: String) -> HTML {
  "<a href=\"\(HTML.address("tables/\(name).csv"))\">\("\(name).csv")</a>"
}

private func tableSection(_ table: Report.ShownTable) -> [HTML] {
  let (head, count) = (table.head, table.head.rowCount)
  let summary: HTML = table.hasSummary ? ", \(fileLink("\(table.name).summary"))" : ""
  let command: HTML = table.command.map { " <code class=\"command\">\($0.text)</code>" } ?? ""
  let size =
    count < table.rowCount
    ? "the first \(count) of \(counted(table.rowCount, "row"))" : counted(table.rowCount, "row")
  let columns: [HTML] = head.columns.map { column in
    "<th scope=\"col\"\(alignment(column))>\(column.name)</th>"
  }
  let alignments = head.columns.map(alignment)
  let rows: [HTML] = (0..<count).map { row in
    let cells: [HTML] = zip(head.columns, alignments).map { column, alignment in
      "<td\(alignment)>\(column.values.cell(row).plain)"
    }
    return "<tr>\(cells.joined())"
  }
  return [
    "<details id=\"\("table-\(table.name)")\"><summary>\(table.name): \(size)</summary>",
    "<p>\(count < table.rowCount ? "Sorting, filtering and copying work on the rows that are shown. All rows: " : "")\(fileLink(table.name))\(summary)\(command)</p>",
    "<div class=\"wide tall\" tabindex=\"0\" role=\"group\" aria-label=\"\(table.name)\"><table data-name=\"\(table.name)\">",
    "<thead><tr>\(columns.joined())</tr></thead><tbody>",
  ] + rows + ["</tbody></table></div></details>"]
}

/// Numbers stand at the right.
private func alignment(_ column: Table.NamedColumn) -> HTML {
  if case .texts = column.values { return "" }
  return " class=\"n\""
}
