import Contracts
import Foundation
import TestSupport
import Testing

private let present = SharedData.isPresent

@Suite("Reference results", .enabled(if: present, "\(SharedData.missing)"))
struct GoldenTests {
  static let sets = [
    "clip", "clip_random", "videoclip", "videoclip_random", "convirt", "convirt_random", "clasp",
    "clasp_random",
  ]

  @Test("cosine similarity", arguments: sets, [false, true])
  func cosineSimilarity(_ set: String, diagonal: Bool) throws {
    let table = try evaluate(
      "cosine-similarity", ["diagonal": .bool(diagonal)], of: authorsFeatures(set))
    let golden = try GoldenTable("cosine_similarity.csv").rows(where: "features", set)
    try #require(golden.count == 2)
    for (index, row) in golden.enumerated() {
      #expect(table.texts("modality")[index] == row["modality"])
      #expect(table.numbers("count")[index] == row.number("count"))
      let mean = diagonal ? "mean_all" : "mean_offdiagonal"
      #expect(abs(table.numbers("mean")[index] - row.number(mean)) < 1e-6)
      if diagonal { continue }
      for column in ["std", "min", "p25", "p50", "p75", "max"] {
        #expect(abs(table.numbers(column)[index] - row.number(column)) < 1e-6, "\(column)")
      }
    }
  }

  @Test("gap", arguments: sets)
  func gap(_ set: String) throws {
    let table = try evaluate("gap", of: authorsFeatures(set))
    let golden = try GoldenTable("cosine_similarity.csv").rows(where: "features", set)
    #expect(abs(table.numbers("distance")[0] - golden[0].number("gap")) < 1e-7)
    #expect(abs(table.numbers("l2m")[0] - golden[0].number("gap")) < 1e-7)
  }

  @Test("loss landscape", arguments: ["clip", "clip_random", "convirt"], ["symmetric", "x-to-y"])
  func landscape(_ set: String, _ objective: String) throws {
    let moved = try run(
      .shift, "gap", ["delta": numbers(authorsDeltas)], from: [("features", authorsFeatures(set))])
    let golden = try GoldenTable("contrastive_loss_landscape.csv").rows(where: "features", set)
      .filter { $0["objective"] == objective.replacingOccurrences(of: "-", with: "_") }
    let temperatures = Set(golden.map { $0.number("temperature") }).sorted()
    let table = try evaluate(
      "contrastive-loss", ["temperature": numbers(temperatures), "objective": .string(objective)], of: moved)
    try #require(table.rowCount == golden.count && golden.count == 240)
    for row in golden {
      let place = try #require(
        (0..<table.rowCount).first {
          table.numbers("delta")[$0] == row.number("delta")
            && table.numbers("temperature")[$0] == row.number("temperature")
        })
      let loss = table.numbers("loss")[place]
      #expect(abs(loss - row.number("loss")) < 1e-6 * row.number("loss"), "δ = \(row.number("delta"))")
      #expect(abs(table.numbers("distance")[place] - row.number("distance")) < 1e-6)
    }
  }

  @Test("retrieval against the gap")
  func retrieval() throws {
    let moved = try run(
      .shift, "gap", ["delta": numbers(authorsDeltas)], from: [("features", authorsFeatures("clip"))])
    let table = try evaluate("retrieval", of: moved)
    let golden = try GoldenTable("retrieval_vs_gap.csv").rows
    try #require(table.rowCount == 6 * golden.count)
    for (index, row) in golden.enumerated() {
      #expect(table.numbers("delta")[6 * index] == row.number("delta"))
      for (place, name) in ["x_to_y_r1", "x_to_y_r5", "x_to_y_r10", "y_to_x_r1", "y_to_x_r5", "y_to_x_r10"]
        .enumerated()
      {
        #expect(abs(table.numbers("recall")[6 * index + place] - row.number(name)) < 1e-9, "\(name)")
      }
    }
  }

  @Test("projection", arguments: ["pca", "svd"], sets)
  func projection(_ method: String, _ set: String) throws {
    let spectrum = try evaluate(
      "projection", ["method": .string(method)], of: authorsFeatures(set), suffix: "spectrum")
    let quantity = method == "pca" ? "pca_explained_variance_ratio" : "uncentred_singular_value"
    let column = method == "pca" ? "explained_variance_ratio" : "singular_value"
    let golden = try GoldenTable("projection.csv").rows(where: "features", set)
      .filter { $0["quantity"] == quantity }
    for row in golden {
      let value = spectrum.numbers(column)[Int(row.number("index"))]
      #expect(abs(value - row.number("value")) < 1e-6)
    }
    if set == "clip" { #expect(golden.count == 6) }
  }

  @Test("sphere simulation", arguments: [true, false])
  func sphere(mismatched: Bool) throws {
    let golden = try GoldenTable("sphere_simulation.csv")
      .rows(where: "mismatched", mismatched ? "True" : "False")
    let temperatures = Set(golden.map { $0.number("temperature") }).sorted()
    let degrees = Array(Set(golden.map { $0.number("theta_degrees") }).sorted())
    let base = try run(.`init`, "sphere", ["mismatched": .bool(mismatched)])
    let moved = try run(.shift, "rotation", ["degrees": numbers(degrees)], from: [("sphere", base)])
    let table = try evaluate(
      "contrastive-loss", ["temperature": numbers(temperatures), "batch": .number(0)], of: moved)
    try #require(table.rowCount == golden.count && golden.count == 905)
    let (theta, tau) = (table.numbers("degrees"), table.numbers("temperature"))
    let (loss, distance) = (table.numbers("loss"), table.numbers("distance"))
    let places = Dictionary(
      uniqueKeysWithValues: (0..<table.rowCount).map { ("\(theta[$0]) \(tau[$0])", $0) })
    for row in golden {
      let place = try #require(places["\(row.number("theta_degrees")) \(row.number("temperature"))"])
      #expect(abs(loss[place] - row.number("loss")) < 1e-6)
      #expect(abs(distance[place] - row.number("distance")) < 1e-6)
    }
  }
}
