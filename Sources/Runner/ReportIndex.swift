import Declarations
import ExperimentConfig
import Figures
import Files
import Storage

/// `index.html` and `modgap.tex` of a results folder, over all experiments in it, from their `report.json`.
package struct ReportIndex {
  private let root: String

  package init(root: String) { self.root = root }

  package var path: String { InnerFolder(root: root).path(of: Self.page) }

  private static let page = InnerPath(fixed: "index.html")
  private static let trendName = "trend.html"
  private static let trend = InnerPath(fixed: "trend.html")
  private static let report = InnerPath(fixed: "report.json")
  /// A larger file is none that was written here.
  private static let longestReport = 1 << 24

  /// Experiments with a report, by name.
  package var reports: [IndexedReport] {
    let files = InnerFolder(root: root)
    let names = ((try? files.names()) ?? []).filter(ConfigNames.isName)
    return names.sorted { ExactString($0) < ExactString($1) }.compactMap { name in
      guard let folder = (try? InnerPath(component: name)).map(files.folder), folder.isFile(Self.report),
        folder.size(Self.report) <= Self.longestReport, let bytes = try? folder.read(Self.report),
        let json = try? JSONReader.value(bytes)
      else { return nil }
      return IndexedReport(json, experiment: name)
    }
  }

  /// Writes the page of the nights' numbers, and links it.
  /// - Returns: its path.
  /// - Throws: `FileFailure`.
  package func write(trend page: String) throws -> String {
    let files = InnerFolder(root: root)
    _ = try OutputFolder(files).write(page, to: Self.trendName)
    try write()
    return files.path(of: Self.trend)
  }

  /// - Throws: `FileFailure`.
  package func write() throws {
    let reports = reports
    let output = try OutputFolder(InnerFolder(root: root))
    let trend = InnerFolder(root: root).isFile(Self.trend) ? Self.trendName : nil
    try output.write(indexPage(reports, trend: trend), to: "index.html")
    try output.write(latexMacros(reports.map { ($0.experiment, $0.claims) }), to: "modgap.tex")
  }
}
