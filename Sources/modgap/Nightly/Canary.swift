import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Regression
import Runner

/// The night's small training: `configs/nightly/canary.json`.
struct Canary {
  static let config = "configs/nightly/canary.json"
  static let experiment = "canary"
  /// The seed of which the first steps are compared.
  static let fixedSeed = 0
  /// How many seeds the reference has.
  static let referenceSeeds = Array(1...60)

  let night: NightRun
  let root: String

  /// By seed, what each training is judged by; and the logs of seeds.
  struct Result {
    let quantities: [Int: [String: Double]]
    let logs: [Int: Table]
    /// What it was made with, and in which units its tables are.
    var made: NightNumbers?
  }

  /// - Throws: the failure of the first stage that failed; `RegressionFailure`.
  func train(_ seeds: [Int], in folder: String, overrides: [String] = []) throws -> Result {
    let list = "matrix.seed=[\(seeds.map(String.init).joined(separator: ","))]"
    let outcome = try night.run(
      [night.config(Self.config, overrides + [list])], root: "\(root)/\(folder)", draws: false)
    guard let ending = outcome.endings.first else { throw Cancelled() }
    if let error = try ending.summary.get().errors.first ?? ending.error { throw error }
    var result = try Self.result(NightRun.tables("\(root)/\(folder)", Self.experiment))
    result.made = outcome.numbers.first
    return result
  }

  /// Means over the last tenth of the log, and what the evaluations say of the trained embeddings.
  static func result(_ tables: [String: Table]) throws -> Result {
    guard let log = tables["trained.log"], let seeds = log["seed"] else {
      throw RegressionFailure.missingColumn("seed", in: "the canary's log")
    }
    let numbers = (0..<log.rowCount).compactMap { seeds.cell($0).number.map { Int($0) } }
    var quantities: [Int: [String: Double]] = [:]
    var logs: [Int: Table] = [:]
    for seed in Set(numbers) {
      let own = log.rows { numbers[$0] == seed }.without(["seed", "learning_rate"])
      logs[seed] = own
      quantities[seed] = TrainingLog(own).tailMeans
    }
    for (table, column, keys) in measured {
      guard let found = tables[table] else { continue }
      for row in 0..<found.rowCount {
        guard let seed = found["seed"]?.cell(row).number, let value = found[column]?.cell(row).number else {
          continue
        }
        let place = keys.compactMap { found[$0]?.cell(row).plain }.joined(separator: "-")
        quantities[Int(seed), default: [:]]["\(table)-\(column)\(place.isEmpty ? "" : "-" + place)"] = value
      }
    }
    return Result(quantities: quantities, logs: logs)
  }

  /// Of one of the quantities, by the units of tables and their columns.
  static func unit(of quantity: String, _ units: [String: String]) -> String? {
    let found = measured.first { quantity.hasBytes(first: "\($0.table)-\($0.column)") }
    return units[found.map { "\($0.table)/\($0.column)" } ?? "trained.log/\(quantity)"]
  }

  /// Tables, their quantity, and the columns that tell its values apart.
  private static let measured: [(table: String, column: String, keys: [String])] = [
    ("gap", "distance", []), ("cosine", "mean", ["modality"]), ("cosine", "std", ["modality"]),
    ("loss", "loss", ["temperature"]), ("recall", "recall", ["direction", "k"]),
  ]
}

extension Table {
  func without(_ names: [String]) -> Table { Table(columns.filter { !names.containsExactly($0.name) }) }
}
