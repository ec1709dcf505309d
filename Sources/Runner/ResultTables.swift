import Claims
import Contracts
import Declarations
import Execution
import ExperimentPlan
import Files
import Stages
import Storage

/// The tables of an experiment, all runs together, put together when they are asked for.
final class ResultTables: Sendable {
  /// One run's part of a table.
  struct Part: Sendable {
    let name: String
    let source: String
    let table: @Sendable () throws -> Table
  }

  let plan: Plan
  private let catalog: StageCatalog
  /// Tables that there are, in the order of the stages, extra tables behind their stage's.
  let names: [String]
  let axes: RunAxes
  private let records: [StoredRecord?]
  private let outcomes: [TaskOutcome?]
  private let load: @Sendable (StoredRecord) throws -> [NamedTable]
  private let assembled = Mutex<[String: Table]>([:])
  private let loaded = Mutex<[String: [NamedTable]]>([:])
  private let knownSources = Mutex<[Int: RowSources]>([:])

  init(
    plan: Plan, outcomes: [TaskOutcome?], catalog: StageCatalog = stageCatalog,
    load: @escaping @Sendable (StoredRecord) throws -> [NamedTable]
  ) {
    self.plan = plan
    self.catalog = catalog
    self.outcomes = outcomes
    self.records = outcomes.map { $0?.record }
    self.load = load
    self.axes = RunAxes(plan.experiment.axes.map(\.name), replicates: plan.experiment.replicates)
    var names: [String] = []
    for (position, stage) in plan.experiment.stages.enumerated() {
      let first = plan.runs.lazy.compactMap { outcomes[$0.tasks[position]]?.record }.first
      names += (first?.tables.map(\.suffix) ?? []).map { $0.isEmpty ? stage.id : "\(stage.id).\($0)" }
    }
    self.names = names
  }

  private func split(_ name: String) -> (position: Int, suffix: String)? {
    let table = TableName(name)
    return plan.experiment.stages.firstIndex { $0.id == table.stage }.map { ($0, table.suffix) }
  }

  /// Runs whose part a stage's table is put together from. What takes runs together stands once, in the
  /// first of them, and brings their axes' values itself.
  private func runs(of position: Int) -> [Plan.Run] {
    let over = plan.experiment.stages[position].over
    guard !over.isEmpty else { return plan.runs }
    let first = plan.experiment.axes.filter { over.contains($0.name) }.map {
      AxisValue(name: $0.name, value: $0.values[0])
    }
    return plan.runs.filter { run in first.allSatisfy(run.axes.contains) }
  }

  private func frontAxes(of run: Plan.Run, _ position: Int) -> [AxisValue] {
    let over = plan.experiment.stages[position].over
    return run.axes.filter { !over.contains($0.name) }
  }

  // MARK: - Sources

  /// What a table is made from, as a digest; empty where no run has it.
  func source(of name: String) -> String {
    guard let (position, suffix) = split(name) else { return "" }
    var hasher = SHA256Hasher()
    var count = 0
    for run in runs(of: position) {
      guard let record = records[run.tasks[position]] else { continue }
      hasher.update("\(run.name)\n\(record.digest.hex)\n")
      count += 1
    }
    hasher.update("\(suffix)\n\(axes.names.joined(separator: ","))\n\(axes.replicates ?? "")")
    return count == 0 ? "" : hasher.finish().hex
  }

  func parts(of run: Plan.Run) -> [Part] {
    names.compactMap { name in
      guard let (position, suffix) = split(name), plan.experiment.stages[position].over.isEmpty,
        let record = records[run.tasks[position]]
      else { return nil }
      let stage = plan.experiment.stages[position].id
      let source = "\(record.digest.hex) \(axes.names.joined(separator: ","))"
      return Part(name: name, source: source) { [self] in
        TableAssembler.withAxes(try table(of: record, suffix), run.axes, stage: stage)
      }
    }
  }

  // MARK: - Tables

  /// The first rows of a table, from as few runs as have them, and how many it has in all.
  func head(_ name: String, rows most: Int) throws -> (table: Table, rowCount: Int) {
    guard let (position, suffix) = split(name) else { return (Table([]), 0) }
    let stage = plan.experiment.stages[position].id
    var (parts, found, count) = ([Table](), 0, 0)
    for run in runs(of: position) {
      guard let record = records[run.tasks[position]] else { continue }
      count += record.tables.first { $0.suffix == suffix }?.rows ?? 0
      guard found < most else { continue }
      let part = try table(of: record, suffix).prefix(most - found)
      found += part.rowCount
      parts.append(TableAssembler.withAxes(part, frontAxes(of: run, position), stage: stage))
    }
    return (parts.count == 1 ? parts[0] : Table.stacked(parts), count)
  }

  func table(_ name: String) throws -> Table {
    if let known = assembled.withLock({ $0[name] }) { return known }
    guard let (position, suffix) = split(name) else { return Table([]) }
    let stage = plan.experiment.stages[position].id
    let parts = try runs(of: position).compactMap { run -> Table? in
      guard let record = records[run.tasks[position]] else { return nil }
      return TableAssembler.withAxes(
        try table(of: record, suffix), frontAxes(of: run, position), stage: stage)
    }
    let whole = declaring(parts.count == 1 ? parts[0] : Table.stacked(parts), position, suffix)
    assembled.withLock { $0[name] = whole }
    return whole
  }

  /// The table with what its stage says of its columns. What is neither the stage's own nor an axis is a coordinate
  /// of what the stage reads.
  private func declaring(_ table: Table, _ position: Int, _ suffix: String) -> Table {
    let stage = plan.experiment.stages[position]
    let signature = catalog.variant(stage.phase, stage.kind)?.signature
    return table.declaring { name in
      let plain = name.hasBytes(first: "\(stage.id).") ? name.droppingBytes(stage.id.utf8.count + 1) : name
      if axes.names.containsExactly(name) {
        let known = catalog.declaration(of: name)
        return TableColumn(
          name, .axis, .real, known?.label ?? name.replacingBytes("_", with: " "), unit: known?.unit)
      }
      if let own = signature?.declaration(of: plain, in: suffix) { return own }
      if let file = signature?.fileColumns {
        return file.declaration(
          of: plain, isText: table[name]?.isText ?? false, with: parameters(of: position))
      }
      let known = catalog.declaration(of: plain)
      return TableColumn(
        name, .coordinate, .real, known?.label ?? plain.replacingBytes("_", with: " "), unit: known?.unit)
    }
  }

  private func parameters(of position: Int) -> JSONValue {
    plan.runs.first.map { plan.tasks[$0.tasks[position]].parameters } ?? .null
  }

  private func table(of record: StoredRecord, _ suffix: String) throws -> Table {
    if let known = loaded.withLock({ $0[record.key] }) { return Self.pick(known, suffix) }
    let tables = try load(record)
    loaded.withLock { $0[record.key] = tables }
    return Self.pick(tables, suffix)
  }

  private static func pick(_ tables: [NamedTable], _ suffix: String) -> Table {
    tables.first { $0.suffix == suffix }?.table ?? Table([])
  }

  /// What a summary is made from: its table, which of its rows are replicates, and how they are summed up.
  func sourceOfSummary(of name: String) -> String {
    guard let (position, _) = split(name) else { return "" }
    let sources = rowSources(of: position)
    let stages = sources.byStage.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.sorted())" }
    let ids: [String?] = [nil] + sources.byStage.keys.sorted()
    let repeats = sources.repeats.map { found in " \(ids.map { found.runs(of: $0).keys.sorted() })" } ?? ""
    return Digest(of: "2 \(source(of: name)) \(sources.common.sorted()) \(stages)\(repeats)").hex
  }

  private func rowSources(of position: Int) -> RowSources {
    if let known = knownSources.withLock({ $0[position] }) { return known }
    let planned = plan.rowSources(ofStage: position)
    // Tables have texts for values that are no plain ones.
    let sources = planned.mapping { value in
      if case .text(let text) = TableAssembler.cell(value) { return .string(text) }
      return value
    }
    knownSources.withLock { $0[position] = sources }
    return sources
  }

  /// Whether a table may have a summary: of samples of the items there is none, for they are no replicates.
  func mayHaveSummary(_ name: String) -> Bool {
    split(name).map { $0.suffix != RowSources.resamplesTable } ?? false
  }

  /// Over the replicates; nil where there are none, or where the file is kept as it is.
  func summary(of name: String, isKept: Bool) throws -> Table? {
    guard let replicates = axes.replicates, !isKept else { return nil }
    if let (position, _) = split(name), plan.experiment.stages[position].over.contains(replicates) {
      return nil
    }
    let sources = split(name).map { rowSources(of: $0.position) }
    return summaryTable(try table(name), axes: axes, sources: sources)
  }

  /// The table for claims and figures, or why it is not there.
  func found(_ name: String) -> FoundTable {
    guard let (position, _) = split(name) else { return .missing("there is no table \(name)") }
    let sources = rowSources(of: position)
    let absent = plan.runs.compactMap { run -> AbsentRun? in
      let outcome = outcomes[run.tasks[position]]
      return reason(outcome).map { AbsentRun(values: values(of: run), reason: $0, isDue: isDue(outcome)) }
    }
    guard absent.count < plan.runs.count else {
      return .missing((absent.first(where: \.isDue) ?? absent.first)?.reason ?? "not run")
    }
    do {
      return .present(
        try table(name), absent: absent + absentUpstreams(of: position), sources: sources)
    } catch {
      return .missing(explain(error))
    }
  }

  /// The same for figures, which show the runs that there are.
  var drawable: @Sendable (String) -> FoundTable {
    { [self] name in
      guard case .present(let table, let absent, let sources) = found(name) else { return found(name) }
      return .present(
        table, absent: absent.map { AbsentRun(values: $0.values, reason: $0.reason) }, sources: sources)
    }
  }

  /// Of several stages that are read together, those that were not run.
  private func absentUpstreams(of position: Int) -> [AbsentRun] {
    let stages = plan.experiment.stages
    let listed = stages[position].from
    guard listed.count > 1 else { return [] }
    return listed.compactMap { id in stages.firstIndex { $0.id == id } }.flatMap { upstream in
      plan.runs.compactMap { run in
        guard case .notRun(let reason)? = outcomes[run.tasks[upstream]] else { return nil }
        let from = ["from": Cell.text(stages[upstream].id)]
        return AbsentRun(values: values(of: run).merging(from) { _, from in from }, reason: reason)
      }
    }
  }

  private func values(of run: Plan.Run) -> [String: Cell] {
    Dictionary(
      run.axes.map { ($0.name, TableAssembler.cell($0.value)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether rows are missing that a whole run would have.
  private func isDue(_ outcome: TaskOutcome?) -> Bool {
    switch outcome {
    case .done, .notRun: false
    case .failed, .blocked, .interrupted, nil: true
    }
  }

  /// Whether this is why a failed stage left a run of the table out.
  func isFailure(_ reason: String, of name: String) -> Bool {
    guard let (position, _) = split(name) else { return false }
    return plan.runs.contains { run in
      let outcome = outcomes[run.tasks[position]]
      switch outcome {
      case .failed, .blocked: return self.reason(outcome)?.isExactly(reason) ?? false
      case .done, .notRun, .interrupted, nil: return false
      }
    }
  }

  private func reason(_ outcome: TaskOutcome?) -> String? {
    switch outcome {
    case .done: nil
    case .notRun(let reason): reason
    case .failed(let error): "its stage failed: \(explain(error))"
    case .blocked(let cause): "blocked by \(cause), which failed"
    case .interrupted, nil: "not run yet"
    }
  }
}
