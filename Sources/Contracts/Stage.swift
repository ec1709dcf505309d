import Declarations
import Execution
import Kernels

/// A stage variant: it turns parameters and artefacts into one artefact. It reads no files except those that its
/// parameters name, no clock, and no random numbers except those of its context.
package protocol Stage: Sendable {
  associatedtype Parameters: Decodable & Sendable
  static var signature: StageSignature { get }
  /// Those that its embeddings may have beside those of what it reads; what is not listed could not be read from the
  /// store again.
  static var transforms: [any EmbeddingTransform.Type] { get }
  init(parameters: Parameters)

  /// - Throws: a `Failure` for input it cannot use, `Cancelled` at a safe point.
  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact
}

extension Stage {
  package static var transforms: [any EmbeddingTransform.Type] { [] }
}

package struct StageInputs: Sendable {
  /// What `from` names, in its order.
  package let upstream: [(id: String, artefact: Artefact)]
  /// Rows of a table say which upstream they are of.
  package let namesUpstream: Bool
  /// Where runs are taken together: the axis values of each upstream artefact; else empty.
  package let gathered: [[Coordinate]]
  /// What parameters of type `stageReference` name, by parameter.
  package let references: [String: Artefact]

  package init(
    upstream: [(id: String, artefact: Artefact)], namesUpstream: Bool? = nil,
    gathered: [[Coordinate]] = [], references: [String: Artefact] = [:]
  ) {
    self.upstream = upstream
    self.namesUpstream = namesUpstream ?? (Set(upstream.map(\.id)).count > 1)
    self.gathered = gathered
    self.references = references
  }
}

/// Keeps the state of a long stage, which continues from there after it was killed.
package struct Checkpoint: Sendable {
  /// Nil where there is none.
  package let load: @Sendable () throws -> [UInt8]?
  package let save: @Sendable ([UInt8]) throws -> Void

  package init(
    load: @escaping @Sendable () throws -> [UInt8]? = { nil },
    save: @escaping @Sendable ([UInt8]) throws -> Void = { _ in }
  ) {
    self.load = load
    self.save = save
  }
}

package struct StageContext: Sendable {
  package let stageID: String
  package let seed: UInt64
  package let budget: ThreadBudget
  /// What the stages of a run share.
  package let shared: SharedObjects
  package let checkpoint: Checkpoint
  /// Reports the share of the stage that is done, from 0 to 1.
  package let progress: @Sendable (Double) -> Void
  /// Writes a line to the run's log.
  package let log: @Sendable (String) -> Void
  /// Reports what readers of the result should know: it is shown at once, logged, and kept with the result.
  package let notice: @Sendable (String) -> Void
  /// Keeps with the result what was used, under a name: `tokenizer`, `bytes`.
  package let fact: @Sendable (_ name: String, _ value: String) -> Void
  /// Writes a line to the run's log that the user should see at once, and that is not about the result.
  package let news: @Sendable (String) -> Void

  package init(
    stageID: String, seed: UInt64, budget: ThreadBudget, shared: SharedObjects = SharedObjects(),
    checkpoint: Checkpoint = Checkpoint(),
    progress: @escaping @Sendable (Double) -> Void = { _ in },
    log: @escaping @Sendable (String) -> Void = { _ in },
    notice: (@Sendable (String) -> Void)? = nil,
    fact: @escaping @Sendable (_ name: String, _ value: String) -> Void = { _, _ in },
    news: (@Sendable (String) -> Void)? = nil
  ) {
    self.stageID = stageID
    self.seed = seed
    self.budget = budget
    self.shared = shared
    self.checkpoint = checkpoint
    self.progress = progress
    self.log = log
    self.notice = notice ?? log
    self.fact = fact
    self.news = news ?? notice ?? log
  }

  /// Gives each sentence to `notice`, once.
  package func notices(_ sentences: [String]) {
    var said: Set<String> = []
    for sentence in sentences where said.insert(sentence).inserted { notice(sentence) }
  }

  /// The random stream of this name: the same numbers for the same seed, stage and name.
  package func random(_ name: String) -> RandomStream {
    RandomStream(seed: seed, stage: stageID, name: name)
  }
}
