import Claims
import Contracts
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Storage

/// Gathers what the page of a report shows beside verdicts: pictures, tables, the config, the plan, times, machine.
struct PageContents {
  let plan: Plan
  let folder: ResultsFolder
  let recipe: RunRecipe
  /// Nil where the experiment could not run.
  let tables: ResultTables?
  let machine: Machine?
  /// Whether the config's file is shown even if the plan is of another text.
  let showsFile: Bool

  /// Of all pictures in the page together; what is beyond it is linked to. A page is to be below 3 MB.
  private static let mostPictureBytes = 2_000_000
  /// Of a script in the page; a longer one, which has its data in it, is linked to.
  private static let mostScriptBytes = 40_000
  /// Of all tables in the page together, about 40 bytes each.
  private static let mostCells = 16_000

  func page(_ figures: [Report.Figure]) throws -> Report.Page {
    var page = Report.Page()
    try addFigures(figures, to: &page)
    page.tables = try shownTables()
    page.config = config
    page.nodes = nodes
    let provenance = Provenance.read(folder)
    page.times = times(provenance?.timeline ?? [])
    page.facts = try facts(provenance)
    return page
  }

  private func addFigures(_ figures: [Report.Figure], to page: inout Report.Page) throws {
    var left = Self.mostPictureBytes
    for (index, figure) in figures.enumerated() {
      if let script = try read("figures/\(figure.name).gp"), script.count <= Self.mostScriptBytes {
        page.scripts[figure.name] = String(decoding: script, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
      }
      guard figure.isDrawn, let bytes = try read("figures/\(figure.name).svg"),
        let picture = InlineSVG(bytes, prefix: "f\(index)-"), picture.byteCount <= left
      else { continue }
      left -= picture.byteCount
      page.pictures[figure.name] = picture
    }
  }

  private func read(_ name: String) throws -> [UInt8]? {
    try folder.files.readIfPresent(try InnerPath(name))
  }

  private func shownTables() throws -> [Report.ShownTable] {
    guard let tables else { return [] }
    let rows = Self.mostCells / max(1, tables.names.count * 8)
    return try tables.names.map { name in
      let (head, count) = try tables.head(name, rows: min(max(rows, 5), 200))
      let summary = try InnerPath("tables/\(name).summary.csv")
      return Report.ShownTable(
        name: name, head: head, rowCount: count, hasSummary: try folder.files.isFile(summary),
        command: ReportWriter.command(recipe, table: name))
    }
  }

  /// The file where it says what the plan says; else what the plan says.
  private var config: ConfigListing? {
    let path = plan.experiment.path
    let environment = ProcessInfo.processInfo.environment
    if let listing = ConfigListing(path: path, environment: environment),
      showsFile || listing.source == plan.experiment.source
    {
      return listing
    }
    return ConfigListing(source: plan.experiment.source, name: "\(PathBytes.name(of: path)), as it was run")
  }

  /// In the order of the tasks, so that each follows what it reads.
  private var nodes: [Report.Node] {
    var (order, members) = ([String](), [String: [Int]]())
    for (index, task) in plan.tasks.enumerated() {
      if members[task.stage] == nil { order.append(task.stage) }
      members[task.stage, default: []].append(index)
    }
    let places = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return order.map { stage in
      let tasks = (members[stage] ?? []).map { plan.tasks[$0] }
      let inputs = Set(tasks.flatMap(\.dependencies).compactMap { places[plan.tasks[$0].stage] })
      let kind = tasks.first.map { "\($0.phase.rawValue)/\($0.kind)" } ?? ""
      return Report.Node(stage: stage, kind: kind, taskCount: tasks.count, inputs: inputs.sorted())
    }
  }

  private func times(_ timeline: [TimedTask]) -> [Report.StageTime] {
    let credible = timeline.filter(\.isCredible)
    let byTask = Dictionary(credible.map { ($0.task, $0) }, uniquingKeysWith: { first, _ in first })
    return nodes.compactMap { node in
      let own = plan.tasks.filter { $0.stage == node.stage }.compactMap { byTask[$0.id] }
      guard let start = own.map(\.start).min(), let end = own.map(\.end).max() else { return nil }
      let computed = own.compactMap(\.computedSeconds)
      return Report.StageTime(
        stage: node.stage, taskCount: own.count, cachedCount: own.count(where: \.cached), start: start,
        end: end, seconds: computed.isEmpty ? nil : computed.reduce(0, +),
        peakBytes: own.compactMap(\.peakBytes).max())
    }
  }

  private func facts(_ provenance: Provenance?) throws -> [Report.Fact] {
    var facts = [Report.Fact("Plan", "SHA-256 \(try plan.digest)")]
    if let machine {
      let revision = machine.gitRevision.map { $0 + (machine.gitIsDirty == true ? ", with changes" : "") }
      facts += [
        Report.Fact("Revision", revision ?? "unknown"), Report.Fact("CPU", machine.cpu),
        Report.Fact("Threads", "\(machine.threads)"),
        Report.Fact("OpenBLAS", "\(machine.openblas), kernel \(machine.openblasKernel)"),
        Report.Fact("HDF5", machine.hdf5), Report.Fact("Compiler", machine.compiler),
      ]
    }
    if let provenance {
      facts += [
        Report.Fact("Finished", provenance.finished), Report.Fact("Host", provenance.host),
        Report.Fact("Command", ShellCommand(provenance.commandLine).text),
        Report.Fact("Tasks", "\(provenance.computed) computed, \(provenance.cached) cached"),
      ]
    }
    return facts
  }
}
