import Claims
import Contracts
import Datasets
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Files
import Foundation
import Stages
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

  /// Reads the file that the user names.
  /// - Throws: `RunFailure.unreadableManifest`.
  package static func read(_ path: String) throws -> Manifest {
    let folder = InnerFolder(root: PathBytes.folder(of: path))
    // The user's own path may be a link; it is not one inside a folder of results.
    let isLink = (try? folder.status(try InnerPath(component: PathBytes.name(of: path))))??.isLink ?? false
    if isLink, let target = StoreRoots.canonical(path), !target.isExactly(path) { return try read(target) }
    return try decoded(path) { try folder.read(try InnerPath(component: PathBytes.name(of: path))) }
  }

  /// Reads a manifest inside a folder of results.
  /// - Throws: `RunFailure.unreadableManifest`.
  package static func read(
    in folder: ResultsFolder, _ file: InnerPath = ResultsFolder.manifestFile
  ) throws -> Manifest {
    let files = try folder.files
    return try decoded(files.path(of: file)) { try files.read(file) }
  }

  private static func decoded(_ path: String, _ bytes: () throws -> [UInt8]) throws -> Manifest {
    do {
      let manifest = try JSONDecoder().decode(Manifest.self, from: Data(try bytes()))
      guard manifest.format == currentFormat else {
        throw RunFailure.unreadableManifest(path: path, reason: "its format is \(manifest.format)")
      }
      if let problem = manifest.plan.problem {
        throw RunFailure.unreadableManifest(path: path, reason: problem)
      }
      return manifest
    } catch let failure as RunFailure {
      throw failure
    } catch let failure as FileFailure {
      let reason = failure.code == ENOENT ? "there is no such file" : failure.message
      throw RunFailure.unreadableManifest(path: path, reason: reason)
    } catch {
      throw RunFailure.unreadableManifest(path: path, reason: "it is not a manifest")
    }
  }

  /// The plan, to be executed: its parameters are held to what their stages, figures and checks declare, for whoever
  /// wrote the file may have written anything.
  ///
  /// - Throws: `RunFailure.unreadableManifest`.
  package func executablePlan(from path: String, grammar: Grammar = .program) throws -> Plan {
    guard let problem = Self.misfit(in: plan, grammar) else { return plan }
    throw RunFailure.unreadableManifest(path: path, reason: problem)
  }

  /// A parameter that its stage, figure or check does not take; kinds that this version does not have are found where
  /// they are asked for.
  private static func misfit(in plan: Plan, _ grammar: Grammar) -> String? {
    let kinds = grammar.dataKinds
    func problem(_ what: String, _ values: JSONValue, _ parameters: [Parameter]?, _ path: String) -> String? {
      parameters.flatMap { Parameter.misfit(of: values, $0, dataKinds: kinds, path: path) }
        .map { PlainText.escaped("\(what): \($0)") }
    }
    for task in plan.tasks {
      let parameters = grammar.signature(task.phase, task.kind)?.parameters
      if let found = problem("the task \"\(task.id)\"", task.parameters, parameters, "with") { return found }
    }
    for figure in plan.experiment.figures {
      let parameters = grammar.figures.first { $0.kind.isExactly(figure.kind) }?.parameters
      if let found = problem("the figure \(figure.name)", figure.parameters, parameters, figure.kind) {
        return found
      }
    }
    for claim in plan.experiment.claims {
      let parameters = grammar.checks.first { $0.name.isExactly(claim.check) }?.parameters
      if let found = problem("the claim \"\(claim.id)\"", claim.parameters, parameters, claim.check) {
        return found
      }
    }
    return nil
  }

  package func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return try encoder.encode(self)
  }

  /// Writes it where it differs from what is there, and waits until it is on the disk.
  package func write(to folder: ResultsFolder) throws {
    let data = [UInt8](try data())
    let files = try folder.files
    if try files.readIfPresent(ResultsFolder.manifestFile) == data { return }
    try files.write(data, to: ResultsFolder.manifestFile, syncsFile: true)
  }
}
