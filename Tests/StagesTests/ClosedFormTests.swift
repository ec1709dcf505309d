import Contracts
import Declarations
import Foundation
import Stages
import TestSupport
import Testing

/// The loss of the sphere simulation depends only on a = cos θ / τ: x_i·y_j = cos θ · cos Δφ_ij.
@Suite("Sphere simulation, Fig. 3(e–g)")
struct SphereTests {
  /// The loss from the closed form, for texts at the azimuths of `order`.
  private func loss(_ a: Double, spacing: Double, order: [Int]) -> Double {
    let angle = { (i: Int, j: Int) in Double(i - order[j]) * spacing * .pi / 180 }
    let logits = (0..<6).map { i in (0..<6).map { j in a * cos(angle(i, j)) } }
    let rows = (0..<6).map { i in log((0..<6).reduce(0) { $0 + exp(logits[i][$1]) }) - logits[i][i] }
    let columns = (0..<6).map { j in log((0..<6).reduce(0) { $0 + exp(logits[$1][j]) }) - logits[j][j] }
    return (rows + columns).reduce(0, +) / 12
  }

  private func table(_ spacing: Double, _ mismatched: Bool, degrees: [Double], tau: [Double]) throws -> Table
  {
    let base = try run(
      .`init`, "sphere", ["spacing_degrees": .number(spacing), "mismatched": .bool(mismatched)])
    let moved = try run(.shift, "rotation", ["degrees": numbers(degrees)], from: [("sphere", base)])
    return try evaluate("contrastive-loss", ["temperature": numbers(tau)], of: moved)
  }

  /// The loss does not see which neighbours are swapped, so the points themselves are looked at.
  @Test("points stand where the figure has them", arguments: [true, false])
  func points(mismatched: Bool) throws {
    let with: [String: JSONValue] = ["mismatched": .bool(mismatched), "elevation_degrees": .number(30)]
    let base = try #require(try run(.`init`, "sphere", with).family?.bases.first)
    let y = try #require(base.y)
    let radius = 0.75.squareRoot()
    let order = mismatched ? [1, 0, 2, 3, 4, 5] : Array(0..<6)
    for k in 0..<6 {
      let (image, text) = (Double(k - 1) * Double.pi / 9, Double(order[k] - 1) * Double.pi / 9)
      let expected = [radius * cos(text), radius * sin(text), 0.5]
      for axis in 0..<3 {
        #expect(abs(Double(base.x[k, axis]) - [cos(image), sin(image), 0][axis]) < 1e-7)
        #expect(abs(Double(y[k, axis]) - expected[axis]) < 1e-7)
      }
    }
  }

  @Test("loss at every elevation", arguments: [20.0, 15], [true, false])
  func everyElevation(spacing: Double, mismatched: Bool) throws {
    let degrees = (-18...18).map { 5 * Double($0) }
    let taus = [1, 1 / 35.0, 0.01]
    let table = try table(spacing, mismatched, degrees: degrees, tau: taus)
    let order = mismatched ? [1, 0, 2, 3, 4, 5] : Array(0..<6)
    var row = 0
    for theta in degrees {
      for tau in taus {
        let expected = loss(cos(theta * .pi / 180) / tau, spacing: spacing, order: order)
        #expect(abs(table.numbers("loss")[row] - expected) < 1e-6)
        row += 1
      }
    }
    #expect(row == table.rowCount)
  }

  /// Where the loss is least, in degrees, and its value: 20° spacing has a* = 21.2159, 15° a* = 37.429.
  @Test(
    "the repulsive minimum",
    arguments: [
      (20.0, 1 / 30.0, 44.99), (20.0, 1 / 35.0, 52.69), (20.0, 0.02, 64.89), (20.0, 0.01, 77.75),
      (15.0, 0.02, 41.53), (15.0, 0.01, 68.02), (20.0, 0.05, 0.0), (15.0, 1 / 35.0, 0.0),
    ])
  func minimum(spacing: Double, tau: Double, theta: Double) throws {
    let degrees = (-9000...9000).filter { $0 % 2 == 0 }.map { Double($0) / 100 }
    let table = try table(spacing, true, degrees: degrees, tau: [tau])
    let losses = table.numbers("loss")
    let least = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(abs(abs(table.numbers("degrees")[least]) - theta) < 0.03)
    if theta > 0 { #expect(abs(losses[least] - (spacing == 20 ? 0.80952 : 0.80910)) < 1e-5) }
  }

  @Test("losses at 0° and 90°", arguments: [true, false])
  func landmarks(mismatched: Bool) throws {
    let taus = [1, 1 / 5.0, 1 / 35.0, 0.02, 0.01]
    let table = try table(20, mismatched, degrees: [0, 90], tau: taus)
    let expected =
      mismatched ? [1.5477, 1.0952, 0.8866, 1.0834, 2.0142] : [1.5276, 0.9947, 0.1831, 0.0783, 0.0040]
    for (index, loss) in expected.enumerated() {
      #expect(abs(table.numbers("loss")[index] - loss) < 6e-5)
      #expect(abs(table.numbers("loss")[5 + index] - log(6)) < 1e-9)
    }
  }

  @Test("distance between centroids")
  func distance() throws {
    let table = try table(20, true, degrees: [-60, 0, 30, 90], tau: [1])
    let (sine, cosine) = (
      (0..<6).map { sin(Double($0) * .pi / 9) }, (0..<6).map { cos(Double($0) * .pi / 9) }
    )
    let r = hypot(sine.reduce(0, +), cosine.reduce(0, +)) / 6
    #expect(abs(r - 0.8312) < 1e-4)
    for (theta, found) in zip([-60.0, 0, 30, 90], table.numbers("distance")) {
      let t = theta * .pi / 180
      let expected = (r * r * (1 - cos(t)) * (1 - cos(t)) + sin(t) * sin(t)).squareRoot()
      #expect(abs(found - (theta < 0 ? -expected : expected)) < 1e-6)
    }
  }
}

/// Numbers computed independently in float64 on the authors' CLIP embeddings.
@Suite("CLIP embeddings of the authors", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct CLIPFixtureTests {
  private func measure(_ artefact: Artefact) throws -> (gap: Double, l2i: Double, recalls: [Double]) {
    let gap = try evaluate("gap", of: artefact)
    let recalls = try evaluate("retrieval", ["k": numbers([1])], of: artefact).numbers("recall")
    return (gap.numbers("l2m")[0], gap.numbers("l2i")[0], recalls)
  }

  private func shifted(_ kind: String, _ with: [String: JSONValue] = [:], set: String = "clip") throws
    -> Artefact
  {
    try run(.shift, kind, with, from: [("features", authorsFeatures(set))])
  }

  @Test("unmoved: gap .8514, L2I 1.1745, R@1 .552/.506")
  func unmoved() throws {
    let (gap, l2i, recalls) = try measure(authorsFeatures("clip"))
    #expect(abs(gap - 0.8514) < 5e-5 && abs(l2i - 1.1745) < 5e-5)
    #expect(recalls == [0.552, 0.506])
  }

  @Test("centred: gap .0279, R@1 .542/.500")
  func centred() throws {
    let (gap, _, recalls) = try measure(shifted("centre"))
    #expect(abs(gap - 0.0279) < 5e-5)
    #expect(recalls == [0.542, 0.5])
  }

  @Test("shifted by λ = ½ and 1, renormalised or not")
  func lambda() throws {
    let half = try measure(shifted("gap", ["lambda": .number(0.5)]))
    #expect(abs(half.gap - 0.0078) < 5e-5 && half.recalls == [0.358, 0.366])
    let whole = try measure(shifted("gap", ["lambda": .number(1)]))
    #expect(abs(whole.gap - 0.8493) < 5e-5 && whole.recalls == [0.2, 0.234])
    let raw = try measure(shifted("gap", ["lambda": .number(0.5), "renormalize": .bool(false)]))
    #expect(raw.gap < 1e-12 && raw.recalls == [0.454, 0.432])
  }

  @Test("Procrustes in sample: gap .0133, R@1 .914/.926; random CLIP .0117")
  func procrustes() throws {
    let (gap, _, recalls) = try measure(shifted("procrustes", ["held_out": 0]))
    #expect(abs(gap - 0.0133) < 5e-5 && recalls == [0.914, 0.926])
    #expect(abs(try measure(shifted("procrustes", ["held_out": 0], set: "clip_random")).gap - 0.0117) < 5e-5)
  }

  @Test(
    "recall of all eight sets",
    arguments: [
      ("clip", 0.552, 0.506), ("clip_random", 0.002, 0.002), ("videoclip", 0.37, 0.24),
      ("videoclip_random", 0, 0.01), ("convirt", 0.006, 0.022), ("convirt_random", 0.002, 0),
      ("clasp", 0.0303, 0), ("clasp_random", 0.0101, 0.0101),
    ])
  func recall(_ set: String, xToY: Double, yToX: Double) throws {
    let recalls = try measure(authorsFeatures(set)).recalls
    #expect(abs(recalls[0] - xToY) < 1e-4 && abs(recalls[1] - yToX) < 1e-4)
  }

  @Test("one product for all shifts gives what moved rows give")
  func shiftsAgainstRows() throws {
    let with: [String: JSONValue] = ["delta": numbers([-1, 0.5, 3]), "sides": .string("x")]
    let moved = try shifted("gap", with)
    let family = try #require(moved.family)
    let short = try evaluate("contrastive-loss", ["temperature": numbers([0.01, 1])], of: moved)
    let hits = try evaluate("retrieval", of: moved)
    for (index, member) in family.members.enumerated() {
      // A rotation by the identity after the shift hides it from the short form.
      let size = family.bases[0].x.columns
      var identity = [Double](repeating: 0, count: size * size)
      for k in 0..<size { identity[k * size + k] = 1 }
      var rotated = member
      rotated.transforms.append(RotationOfY(w: identity))
      let long = Artefact.embeddings(EmbeddingFamily(bases: family.bases, members: [rotated]))
      let losses = try evaluate("contrastive-loss", ["temperature": numbers([0.01, 1])], of: long)
      for row in 0..<2 {
        for column in ["distance", "loss", "loss_x_to_y", "loss_y_to_x"] {
          #expect(abs(losses.numbers(column)[row] - short.numbers(column)[2 * index + row]) < 1e-9)
        }
      }
      let recalls = try evaluate("retrieval", of: long).numbers("recall")
      #expect(recalls == Array(hits.numbers("recall")[6 * index..<6 * index + 6]))
    }
  }

  @Test("a direction taken from another stage")
  func direction() throws {
    let features = try authorsFeatures("clip")
    let own = try run(.shift, "gap", ["delta": .number(0.25)], from: [("clip", features)])
    let same = try run(
      .shift, "gap", ["delta": .number(0.25), "direction": .string("other")], from: [("clip", features)],
      references: ["direction": features])
    #expect(own == same)
    let random = try run(
      .shift, "gap", ["delta": .number(0.25), "direction": .string("other")], from: [("clip", features)],
      references: ["direction": authorsFeatures("clip_random")])
    #expect(own != random)
  }
}
