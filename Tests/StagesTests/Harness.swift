import Contracts
import Declarations
import Execution
import Kernels
import Stages
import TestSupport

enum TestFailure: Error {
  case noVariant(String)
  case noTable
}

/// What a stage says of its result.
final class Notes: Sendable {
  private let state = Mutex<(notices: [String], facts: [String: String])>(([], [:]))
  var notices: [String] { state.withLock { $0.notices } }
  var facts: [String: String] { state.withLock { $0.facts } }
  func add(notice: String) { state.withLock { $0.notices.append(notice) } }
  func add(fact: String, _ value: String) { state.withLock { $0.facts[fact] = value } }
}

/// Runs a variant of the catalog on JSON parameters.
func run(
  _ phase: StagePhase, _ kind: String, _ with: [String: JSONValue] = [:],
  from upstream: [(String, Artefact)] = [], references: [String: Artefact] = [:], seed: UInt64 = 0,
  jobs: Int = 2, id: String? = nil, notes: Notes? = nil
) throws -> Artefact {
  guard let variant = stageCatalog.variant(phase, kind) else { throw TestFailure.noVariant(kind) }
  return try withBudget(jobs: jobs) { budget in
    // As the plan does it.
    let with = try variant.signature.completes?(.object(with)) ?? .object(with)
    return try variant.run(
      with,
      StageInputs(upstream: upstream.map { (id: $0.0, artefact: $0.1) }, references: references),
      StageContext(
        stageID: id ?? "\(kind)-test", seed: seed, budget: budget,
        notice: { notes?.add(notice: $0) }, fact: { notes?.add(fact: $0, $1) }))
  }
}

/// The main table of an evaluation.
func evaluate(
  _ kind: String, _ with: [String: JSONValue] = [:], of artefact: Artefact, suffix: String = "", jobs: Int = 2
) throws -> Table {
  guard let table = try run(.evaluate, kind, with, from: [("up", artefact)], jobs: jobs).table(suffix)
  else { throw TestFailure.noTable }
  return table
}

/// The authors' shipped embeddings, as `init/embeddings` would give them before normalising.
func authorsFeatures(_ name: String) throws -> Artefact {
  let (x, y) = try readPair(SharedData.features(name))
  return .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
}

func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }

let authorsDeltas = (0..<40).map { -5 + 0.25 * Double($0) }
