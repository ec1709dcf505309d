import Contracts
import Declarations
import TestSupport
import Testing

/// Values on the authors' CLIP embeddings that were computed by another program (NumPy, float64), to their last printed digit.
@Suite(
  "Interventions on the authors' embeddings", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct InterventionFactTests {
  @Test(
    "gap",
    arguments: [
      ("centre", [:], 0.0279), ("realign", [:], 0.0015), ("project-out", ["components": 100], 0.4279),
      ("ablate", ["dimensions": 1], 0.7255), ("ablate", ["dimensions": 2], 0.6175),
      ("ablate", ["dimensions": 5], 0.558), ("ablate", ["dimensions": 10], 0.5119),
      ("whiten", [:], 0.0043), ("standardize", [:], 0.0224), ("procrustes", ["held_out": 0], 0.0133),
      ("procrustes", [:], 0.0804),
    ] as [(String, [String: JSONValue], Double)])
  func gap(_ kind: String, _ with: [String: JSONValue], gap: Double) throws {
    let moved = try run(.shift, kind, with, from: [("clip", authorsFeatures("clip"))])
    #expect(abs(try evaluate("gap", of: moved).numbers("l2m")[0] - gap) < 5.1e-5)
  }

  @Test(
    "Recall@1",
    arguments: [
      ("centre", [:], 0.542, 0.5), ("realign", [:], 0.39, 0.316),
      ("project-out", ["components": 100], 0.536, 0.314), ("ablate", ["dimensions": 1], 0.51, 0.492),
      ("ablate", ["dimensions": 2], 0.498, 0.506), ("ablate", ["dimensions": 5], 0.502, 0.496),
      ("ablate", ["dimensions": 10], 0.516, 0.494), ("whiten", [:], 0.38, 0.364),
      ("standardize", [:], 0.54, 0.506), ("procrustes", ["held_out": 0], 0.914, 0.926),
      ("procrustes", [:], 0.224, 0.2),
    ] as [(String, [String: JSONValue], Double, Double)])
  func recall(_ kind: String, _ with: [String: JSONValue], xToY: Double, yToX: Double) throws {
    let moved = try run(.shift, kind, with, from: [("clip", authorsFeatures("clip"))])
    let recalls = try evaluate("retrieval", ["k": numbers([1])], of: moved).numbers("recall")
    #expect(abs(recalls[0] - xToY) < 1e-9 && abs(recalls[1] - yToX) < 1e-9, "\(recalls)")
  }
}
