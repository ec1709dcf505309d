import Declarations

/// Where a training goes on from, as its checkpoint says, without a step being made.
package struct Resumption: Sendable, Equatable {
  package let step: Int
  /// Nil where the config counts epochs, whose length the data decide.
  package let steps: Int?

  /// Nil where the bytes are no checkpoint of a training.
  package init?(checkpoint bytes: [UInt8], parameters: JSONValue) {
    guard let step = TrainingCheckpoint.step(of: bytes) else { return nil }
    self.step = step
    steps = parameters["steps"]?.integer
  }

  /// `resumes at step 20 of 100`.
  package var summary: String { "resumes at step \(step)" + (steps.map { " of \($0)" } ?? "") }

  /// The part of the work that is left, 1 where nobody knows.
  package var left: Double {
    guard let steps, steps > 0 else { return 1 }
    return max(0, 1 - Double(step) / Double(steps))
  }
}
