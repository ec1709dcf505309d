import Contracts
import Declarations
import Execution
import Stages
import TestSupport
import Testing

/// Keeps every checkpoint that a stage leaves.
final class Checkpoints: Sendable {
  private let saved = Mutex<[[UInt8]]>([])

  var all: [[UInt8]] { saved.withLock { $0 } }

  func checkpoint(resuming bytes: [UInt8]? = nil) -> Checkpoint {
    Checkpoint(load: { bytes }, save: { [self] bytes in saved.withLock { $0.append(bytes) } })
  }
}

/// What suites about trainings share: a tiny CLIP, and trainings of it.
protocol TinyTraining {}

extension TinyTraining {
  /// A training of the tiny CLIP that takes no time.
  static var usual: [String: JSONValue] {
    [
      "temperature": 0.05, "batch": 4, "steps": 12, "held_out": 3, "log_every": 2,
      "optimizer": .object(["lr": 0.001]),
    ]
  }

  func clip(_ more: [String: JSONValue] = [:], count: Int = 16) throws -> Artefact {
    let own: [String: JSONValue] = ["data": Tiny.data("shapes", count: count)]
    return try run(.`init`, "clip", Tiny.clip.merging(own) { $1 }.merging(more) { $1 }, id: "clip")
  }

  func train(
    _ artefact: Artefact, _ more: [String: JSONValue?] = [:], jobs: Int = 2, seed: UInt64 = 0,
    checkpoint: Checkpoint = Checkpoint(), cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (Double) -> Void = { _ in },
    told: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> Artefact {
    let variant = try #require(stageCatalog.variant(.train, "contrastive"))
    let budget = ThreadBudget(jobs: jobs, cancellation: cancellation)
    budget.acquire()
    defer { budget.release() }
    return try variant.run(
      .object(Self.usual.mapValues(Optional.some).merging(more) { $1 }.compactMapValues { $0 }),
      StageInputs(upstream: [("clip", artefact)]),
      StageContext(
        stageID: "trained", seed: seed, budget: budget, checkpoint: checkpoint, progress: progress, log: told)
    )
  }

  func log(_ artefact: Artefact) throws -> Table { try #require(artefact.table("log")) }

  func model(_ artefact: Artefact) throws -> Model {
    guard case .model(let model) = artefact else { throw TestFailure.noTable }
    return model
  }
}
