import Contracts
import ExperimentPlan
import Foundation
import Storage

/// A frozen plan on disk: what a run executes from, whatever happens to the config meanwhile.
package struct Manifest: Codable, Sendable {
  /// What became of a task, with everything its key was made of.
  package struct Result: Codable, Sendable, Equatable {
    package let key: String
    package let digest: String
    package let tree: JSONValue
    /// What the stage said of its result; nil where it said nothing.
    package var notes: StageNotes?
  }

  package static let currentFormat = 1

  package var format = Manifest.currentFormat
  package var plan: Plan
  package var machine: Machine
  /// By task id; filled in when the run has ended.
  package var results: [String: Result]

  package init(plan: Plan, machine: Machine, results: [String: Result] = [:]) {
    self.plan = plan
    self.machine = machine
    self.results = results
  }

  /// - Throws: `RunFailure.unreadableManifest`.
  package static func read(_ path: String) throws -> Manifest {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunFailure.unreadableManifest(path: path, reason: "there is no such file")
    }
    do {
      let manifest = try JSONDecoder().decode(Manifest.self, from: data)
      guard manifest.format == currentFormat else {
        throw RunFailure.unreadableManifest(path: path, reason: "its format is \(manifest.format)")
      }
      return manifest
    } catch let failure as RunFailure {
      throw failure
    } catch {
      throw RunFailure.unreadableManifest(path: path, reason: "it is not a manifest")
    }
  }

  package func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self)
  }

  /// Writes it where it differs from what is there, and waits until it is on the disk.
  package func write(to folder: ResultsFolder) throws {
    let data = [UInt8](try data())
    let output = try OutputFolder(folder.path)
    if try output.read("manifest.json") == data { return }
    try AtomicWriter().write(data, to: folder.manifest)
  }
}
