import Declarations
import Execution
import Stages
import TestSupport
import Testing

@Suite("Checkpoints of a training")
struct TrainingCheckpointTests: TinyTraining {
  @Test("from each of its checkpoints a training ends with the same bytes")
  func resumed() throws {
    let start = try clip()
    let box = Checkpoints()
    let more: [String: JSONValue?] = [
      "checkpoint_every": 1, "temperature": .object(["learn": true]),
      "optimizer": .object(["lr": 0.01, "clip_norm": 1]),
    ]
    let whole = try train(start, more, checkpoint: box.checkpoint())
    #expect(box.all.count == 12)
    for (index, bytes) in box.all.enumerated() {
      let told = Mutex<[String]>([])
      let again = try train(
        start, more, jobs: 1 + index % 3, checkpoint: Checkpoints().checkpoint(resuming: bytes),
        told: { line in told.withLock { $0.append(line) } })
      #expect(again == whole)
      // It went on, and did not begin anew, which would give the same bytes.
      let lines = told.withLock { $0 }
      #expect(lines.first == "resumed after step \(index + 1) of 12")
      #expect(lines.filter { $0.hasPrefix("step ") }.allSatisfy { !$0.hasPrefix("step 1 of") })
    }
  }

  @Test("interrupted it leaves a checkpoint to go on from", arguments: [0.0, 0.3, 0.7, 1])
  func interrupted(_ moment: Double) throws {
    let start = try clip()
    let whole = try train(start)
    let (box, cancellation) = (Checkpoints(), Cancellation())
    #expect(throws: Cancelled.self) {
      try train(start, checkpoint: box.checkpoint(), cancellation: cancellation) {
        if $0 >= moment { cancellation.raise() }
      }
    }
    let left = try #require(box.all.last)
    #expect(try train(start, checkpoint: box.checkpoint(resuming: left)) == whole)
  }

  @Test("what is no checkpoint of this training is not gone on from")
  func foreignCheckpoints() throws {
    let start = try clip()
    let whole = try train(start)
    let box = Checkpoints()
    _ = try train(start, ["checkpoint_every": 5], checkpoint: box.checkpoint())
    let bytes = try #require(box.all.first)
    for other in [[], [1, 2, 3], Array(bytes.dropLast()), Array(repeating: 255, count: 99)] {
      #expect(try train(start, checkpoint: Checkpoints().checkpoint(resuming: other)) == whole)
    }
    // Of towers of other sizes.
    let wide = try clip(["embedding": 12])
    #expect(
      try train(wide, checkpoint: Checkpoints().checkpoint(resuming: bytes)) == train(wide))
  }
}
