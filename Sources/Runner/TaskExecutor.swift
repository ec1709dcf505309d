import Contracts
import Datasets
import Declarations
import Execution
import ExperimentPlan
import Foundation
import Stages
import Storage

/// Settles one task of a plan: from the store where its key is known and its bytes are sound, else by
/// running the stage under a lease and storing what it gives.
final class TaskExecutor: Sendable {
  private let plan: Plan
  private let store: ArtefactStore
  private let leases: Leases
  let catalog: StageCatalog
  private let data: [DataSignature]
  private let digests: FileDigests
  private let shared = SharedObjects()
  private let budget: ThreadBudget
  private let options: RunOptions
  private let observe: RunObserver
  private let numerics: String
  private let timings: StageTimings
  /// Keys that the last run of the experiment left, by task.
  private let expected: [String: String]
  private let cache: ArtefactCache
  private let records: Mutex<[StoredRecord?]>
  private let said = SaidOnce()
  /// Tasks to which `RunOptions.rounding` comes.
  private let isRounded: [Bool]
  private let broken = Mutex<[Irreproducible]>([])
  let timeline = StageTimeline()

  init(
    plan: Plan, store: ArtefactStore, leases: Leases, catalog: StageCatalog, data: [DataSignature],
    digests: FileDigests, budget: ThreadBudget, options: RunOptions,
    numerics: String, timings: StageTimings, expected: [String: String], observe: @escaping RunObserver
  ) {
    self.plan = plan
    self.store = store
    self.leases = leases
    self.catalog = catalog
    self.data = data
    self.digests = digests
    self.budget = budget
    self.options = options
    self.observe = observe
    self.numerics = numerics
    self.timings = timings
    self.expected = expected
    var readers = [Int](repeating: 0, count: plan.tasks.count)
    for task in plan.tasks { for index in task.dependencies { readers[index] += 1 } }
    cache = ArtefactCache(readers: readers)
    records = Mutex([StoredRecord?](repeating: nil, count: plan.tasks.count))
    isRounded = plan.roundedTasks(options.rounding, catalog)
  }

  /// - Throws: the stage's `Failure`, `Cancelled`, or the store's.
  ///
  /// - Parameters:
  ///   - mayRun: where false, the task's result must be in the store already.
  ///   - mayForce: where false, a stored result is taken even where the user asks for a new one.
  func settle(_ index: Int, mayRun: Bool = true, mayForce: Bool = true) throws -> TaskOutcome {
    let start = timeline.now
    let outcome = try settleUntimed(index, mayRun: mayRun, mayForce: mayForce)
    if case .done(let record, let wasCached) = outcome {
      timeline.note(plan.tasks[index].id, key: record.key, from: start, wasCached: wasCached)
    }
    return outcome
  }

  private func settleUntimed(_ index: Int, mayRun: Bool, mayForce: Bool) throws -> TaskOutcome {
    defer { cache.release(plan.tasks[index].dependencies) }
    let task = plan.tasks[index]
    let key = try key(of: index)
    let isForced =
      mayForce && (options.forced.contains(task.stage) || options.audited.contains(task.id))
    if !isForced, let record = validRecord(key, task) { return settled(index, record, wasCached: true) }
    guard mayRun else { throw missing(index) }
    let lease = try takeLease(key.key, task)
    defer { lease.release() }
    if !isForced, let record = validRecord(key, task, isQuiet: true) {
      return settled(index, record, wasCached: true)
    }
    if let obstacle = try store.obstacle(to: key.key, replaces: isForced) {
      observe(.notice("\(task.id): \(obstacle)"))
    }
    observe(.started(task: task.id))
    let started = ContinuousClock.now
    let notes = NoteTaker()
    let artefact = try run(index, notes)
    let earlier = earlierDigest(key.key)
    let record = try store.save(
      artefact, key: key.key, keyTree: key.tree, stage: "\(task.phase.rawValue)/\(task.kind)",
      notes: notes.notes, keepsPayload: task.keeps, replaces: isForced)
    if let earlier { compare(earlier, record.digest.hex, index, key.key) }
    timings.note(index, in: plan, seconds: Double((ContinuousClock.now - started) / .milliseconds(1)) / 1000)
    cache.keep(artefact, of: index)
    return settled(index, record, wasCached: false)
  }

  /// The stored result of a task that is not to be run, as far as it is there in full length; what it needs
  /// must be settled.
  func stored(_ index: Int) -> StoredRecord? {
    guard let key = try? key(of: index), case .found(let record)? = try? store.lookup(key.key),
      // Tables are small, and read for the verdicts.
      (try? store.verify(record, readsContent: givesTables(plan.tasks[index])))?.isEmpty == true
    else { return nil }
    records.withLock { $0[index] = record }
    return record
  }

  /// Stages that gave another result than before.
  var irreproducible: [Irreproducible] { broken.withLock { $0 } }

  /// What the store says that the stage gave, even where the payload is damaged.
  private func earlierDigest(_ key: String) -> String? {
    guard case .found(let record)? = try? store.lookup(key) else { return nil }
    return record.digest.hex
  }

  /// Says at once where the same key gave another result.
  private func compare(_ before: String, _ now: String, _ index: Int, _ key: String) {
    guard before != now else { return }
    let found = Irreproducible(index, of: plan, key: key, before: before, now: now, in: store)
    broken.withLock { $0.append(found) }
    observe(.notice(found.message))
  }

  private func missing(_ index: Int) -> RunFailure {
    let id = plan.tasks[index].id
    return .missingInput(task: id, command: options.recipe(for: plan).command(["--task", id]))
  }

  private func settled(_ index: Int, _ record: StoredRecord, wasCached: Bool) -> TaskOutcome {
    records.withLock { $0[index] = record }
    if wasCached {
      for notice in record.notes.notices where said.isNew(notice) {
        observe(.notice("\(plan.tasks[index].id): \(notice)"))
      }
    }
    // Whoever made it may have been killed before it came to this.
    if plan.tasks[index].phase == .train { store.removeCheckpoint(of: record.key) }
    return .done(record, wasCached: wasCached)
  }

  func key(of index: Int) throws -> TaskKey {
    let task = plan.tasks[index]
    let digests = records.withLock { records in
      Dictionary(task.dependencies.map { ($0, records[$0]?.digest.hex) }, uniquingKeysWith: { a, _ in a })
    }
    // What is not rounded otherwise is computed once for the whole ensemble.
    let numerics = isRounded[index] ? "\(numerics) rounding-\(options.rounding.number)" : numerics
    return try TaskKey(task, in: plan.tasks, numerics: numerics) { dependency in
      guard let digest = digests[dependency] ?? nil else {
        throw missing(dependency)
      }
      return digest
    }
  }

  /// The stored record where its bytes are what they were when it was written; says so where not.
  private func validRecord(_ key: TaskKey, _ task: PlannedTask, isQuiet: Bool = false) -> StoredRecord? {
    let reject = { (reason: String) in
      if !isQuiet { self.observe(.cacheRejected(task: task.id, reason: reason)) }
    }
    do {
      switch try store.lookup(key.key) {
      case .absent where expected[task.id] == key.key:
        reject("it is no longer in the store, so it is computed again")
      case .absent: return nil
      case .damaged(let problem): reject(problem.message)
      case .found(let record):
        if let problem = try store.verify(record).first {
          reject(problem.message)
        } else if (record.kind == .tables) != givesTables(task)
          || (record.kind == .tables && task.keeps && !record.hasPayload)
        {
          reject("\(record.folder): it is not a valid result of this stage")
        } else {
          return record
        }
      }
    } catch {
      reject(explain(error))
    }
    return nil
  }

  private func givesTables(_ task: PlannedTask) -> Bool {
    catalog.variant(task.phase, task.kind)?.signature.output == .tables
  }

  private func takeLease(_ key: String, _ task: PlannedTask) throws -> Lease {
    if let lease = try leases.tryAcquire(key) { return lease }
    observe(.notice("\(task.id) is being computed by \(leases.described(key)); waiting for it"))
    return try budget.lending {
      try leases.acquire(key, timeout: options.leaseTimeout, cancellation: budget.cancellation)
    }
  }

  // MARK: - Running a stage

  private func run(_ index: Int, _ notes: NoteTaker) throws -> Artefact {
    let task = plan.tasks[index]
    guard let variant = catalog.variant(task.phase, task.kind) else {
      throw RunFailure.unknownStage(task: task.id, kind: "\(task.phase.rawValue)/\(task.kind)")
    }
    let inputs = StageInputs(
      upstream: try task.inputs.map { (plan.tasks[$0].stage, try read($0)) },
      namesUpstream: task.namesInputs,
      gathered: task.inputAxes.map { $0.map { Coordinate($0.name, TableAssembler.cell($0.value)) } },
      references: try task.references.mapValues(read))
    let checkpoint = store.checkpoint(
      of: try key(of: index).key, signature: TaskKey.signature(of: task, in: plan.tasks))
    let notice: @Sendable (String) -> Void = { [observe, said] in
      guard notes.take(notice: $0) else { return }
      observe(.log(task: task.id, line: $0, isNews: said.isNew($0)))
    }
    let news: @Sendable (String) -> Void = { [observe] in
      observe(.log(task: task.id, line: $0, isNews: true))
    }
    return try files(of: index).watching(notice: news) { isUntouched in
      let context = StageContext(
        stageID: task.stage, seed: task.seed ?? 0, budget: budget, shared: shared,
        checkpoint: checkpoint.saving(only: isUntouched),
        progress: { [observe] in observe(.progress(task: task.id, fraction: $0)) },
        log: { [observe] in observe(.log(task: task.id, line: $0)) }, notice: notice,
        fact: { notes.take(fact: $0, $1) }, news: news)
      return try variant.run(task.parameters, inputs, context)
    }
  }

  /// The artefact as other stages are to read it.
  private func read(_ index: Int) throws -> Artefact {
    let artefact = try artefact(of: index)
    return plan.givesRoundable(index, catalog) ? artefact.rounded(options.rounding) : artefact
  }

  /// The files that the stage reads; one that builds a model's network again reads those of the model, too.
  private func files(of index: Int) -> TaskFiles {
    let task = plan.tasks[index]
    let references = catalog.variant(task.phase, task.kind)?.signature.references ?? []
    let models = task.phase == .train ? task.inputs : references.contains(.model) ? task.dependencies : []
    let more = Set(models.compactMap(maker)).sorted().flatMap { plan.tasks[$0].files }
    return TaskFiles(
      task: task.id, files: task.files + more, data: data, digests: digests, shared: shared)
  }

  /// The task that made the model that this one gives: itself, or what it trains on.
  func maker(of index: Int) -> Int? {
    var index = index
    while plan.tasks[index].phase != .`init` {
      guard let input = plan.tasks[index].inputs.first else { return nil }
      index = input
    }
    return index
  }

  /// A stored model says where its data and weights were when it was stored; they may have been moved
  /// since, and their content, which is the same, is what the plan names now.
  private func current(_ artefact: Artefact, of index: Int) -> Artefact {
    guard case .model(var model) = artefact, case .object(var origin) = model.origin,
      let maker = maker(of: index)
    else { return artefact }
    origin["with"] = plan.tasks[maker].parameters
    model.origin = .object(origin)
    return .model(model)
  }

  /// From memory, from the store, or, for a stage that keeps nothing, by running it again.
  func artefact(of index: Int) throws -> Artefact {
    if let artefact = cache.artefact(of: index) { return artefact }
    guard let record = records.withLock({ $0[index] }) else {
      throw missing(index)
    }
    guard record.hasPayload else {
      let artefact = try runAgain(index, record)
      // Kept from now on; else each run would wait for it anew.
      if plan.tasks[index].keeps { try save(artefact, of: index, record) }
      return artefact
    }
    do {
      let artefact = current(try store.load(record), of: index)
      cache.keep(artefact, of: index)
      return artefact
    } catch StorageFailure.damaged(let problem) {
      return try replacement(of: index, record, problem)
    }
  }

  /// The bytes are those that the record states, and yet nothing can be made of them: somebody made both. It is
  /// computed anew, and takes the place of what was stored.
  private func replacement(of index: Int, _ record: StoredRecord, _ problem: ArtefactProblem) throws
    -> Artefact
  {
    observe(.cacheRejected(task: plan.tasks[index].id, reason: problem.message))
    let artefact = try runAgain(index, record, mustEqual: false)
    try save(artefact, of: index, record, replaces: true)
    return artefact
  }

  /// Stores what was computed again, with its values.
  private func save(
    _ artefact: Artefact, of index: Int, _ record: StoredRecord, replaces: Bool = false
  ) throws {
    let saved = try store.save(
      artefact, key: record.key, keyTree: record.keyTree, stage: record.stage, notes: record.notes,
      replaces: replaces)
    records.withLock { $0[index] = saved }
  }

  /// Under the lease, as two that need it, here or in another process, would write one checkpoint.
  ///
  /// - Parameter mustEqual: whether the record's digest is one of a result, which this one must have.
  private func runAgain(_ index: Int, _ record: StoredRecord, mustEqual: Bool = true) throws -> Artefact {
    let lease = try takeLease(record.key, plan.tasks[index])
    defer { lease.release() }
    if let artefact = cache.artefact(of: index) { return artefact }
    if mustEqual {
      // It may take as long as the first time, of a task that counts as cached.
      let line = "is computed again, because its result is needed and not kept in the store"
      observe(.log(task: plan.tasks[index].id, line: line, isNews: true))
    }
    let artefact = try run(index, NoteTaker())
    store.removeCheckpoint(of: record.key)
    let digest = ArtefactStore.digest(of: artefact).hex
    guard digest == record.digest.hex || !mustEqual else {
      compare(record.digest.hex, digest, index, record.key)
      throw RunFailure.notReproduced(
        task: plan.tasks[index].id, before: record.digest.hex, now: digest,
        command: options.recipe(for: plan).command(["--force", plan.tasks[index].stage]))
    }
    cache.keep(artefact, of: index)
    return artefact
  }
}

extension Checkpoint {
  /// One that is kept only where the data files are still those that the stage began with.
  fileprivate func saving(only isUntouched: @escaping @Sendable () throws -> Bool) -> Checkpoint {
    Checkpoint(
      load: load,
      save: { [save] bytes in
        guard try isUntouched() else { throw FilesWereTouched() }
        try save(bytes)
      })
  }
}

/// The error as a sentence, whoever made it.
package func explain(_ error: any Error) -> String {
  switch error {
  case let failure as any Failure: PlainText.escaped(failure.message)
  case is Cancelled: "stopped"
  default: PlainText.escaped("\(error)")
  }
}
