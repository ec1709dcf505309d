import Contracts
import Kernels
import Stages
import TestSupport

enum TestFailure: Error {
  case noVariant(String)
  case noTable
}

/// Runs a variant of the catalog on JSON parameters.
func run(
  _ phase: StagePhase, _ kind: String, _ with: [String: JSONValue] = [:],
  from upstream: [(String, Artefact)] = [], references: [String: Artefact] = [:], seed: UInt64 = 0,
  jobs: Int = 2, id: String? = nil
) throws -> Artefact {
  guard let variant = stageCatalog.variant(phase, kind) else { throw TestFailure.noVariant(kind) }
  return try withBudget(jobs: jobs) { budget in
    try variant.run(
      .object(with),
      StageInputs(upstream: upstream.map { (id: $0.0, artefact: $0.1) }, references: references),
      StageContext(stageID: id ?? "\(kind)-test", seed: seed, budget: budget))
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
