import Declarations
import Execution
import Files
import Foundation
import Kernels
import Regression
import Runner

/// What a run of one experiment can have restored, of all that changed since its reference.
struct Restoration: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case config(String)
    case jobs(Int)
    /// As `OPENBLAS_CORETYPE` takes it.
    case kernel(String)
  }

  let kind: Kind
  let name: String

  /// As `--restore` takes it.
  var word: String {
    switch kind {
    case .config(let path): path
    case .jobs: "jobs"
    case .kernel: "kernel"
    }
  }

  /// Nil where no run here can restore it.
  init?(_ change: ManifestChange) {
    switch change.kind {
    case .config(let path): kind = .config(path)
    case .jobs(let jobs) where (1...1024).contains(jobs): kind = .jobs(jobs)
    case .openblasKernel(let kernel)
    where BLASKernel.runnable(cpuFlags: BLASKernel.cpuFlags).contains(kernel.uppercased()):
      kind = .kernel(kernel.uppercased())
    default: return nil
    }
    name = change.name
  }
}

extension [Restoration] {
  fileprivate var configPaths: [String] {
    compactMap { if case .config(let path) = $0.kind { path } else { nil } }
  }
  fileprivate var jobs: Int? {
    compactMap { if case .jobs(let jobs) = $0.kind { jobs } else { nil } }.first
  }
  fileprivate var kernel: String? {
    compactMap { if case .kernel(let kernel) = $0.kind { kernel } else { nil } }.first
  }
}

/// Runs one experiment, with parts of what changed as they were, in a store of its own.
struct DriftRun {
  let arguments: Arguments
  let config: String
  let experiment: String
  let reference: ReferenceFolder
  let jobs: Int
  /// Where its results go, and nothing else.
  let folder: String
  let cancellation: Cancellation

  /// What a run gave: numbers, and what they were made with.
  struct Made {
    let numbers: [ReferenceNumber]
    let manifest: ManifestValues
  }

  /// - Throws: `Cancelled`; why the experiment did not run.
  func run(_ restored: [Restoration]) throws -> Made {
    let jobs = restored.jobs ?? jobs
    // Runs whose results are told apart by their keys share a store; jobs are in no key, as nothing is to depend on them.
    let root = "\(folder)/\(restored.kernel ?? "own")-\(jobs)"
    if let kernel = restored.kernel {
      return try ofKernel(kernel, restored.configPaths, jobs: jobs, root: root)
    }
    let made = try numbers(restoring: restored.configPaths, jobs: jobs, root: root)
    return Made(numbers: made.numbers, manifest: made.manifest)
  }

  /// The numbers of this process.
  /// - Parameter paths: of the config, what is as the reference has it.
  func numbers(restoring paths: [String], jobs: Int, root: String) throws -> NightNumbers {
    let night = NightRun(arguments: arguments, jobs: jobs, cancellation: cancellation)
    let outcome = try night.run([night.config(config, source: try source(paths))], root: root, draws: false)
    guard let ending = outcome.endings.first else { throw Cancelled() }
    if let error = try ending.summary.get().errors.first { throw error }
    guard let numbers = outcome.numbers.first else { throw Cancelled() }
    return numbers
  }

  /// The config with some of its leaves as the reference has them; nil where it is to be read as it is.
  private func source(_ paths: [String]) throws -> JSONValue? {
    guard !paths.isEmpty, let before = try reference.manifest(of: experiment)?.config else { return nil }
    let now = try arguments.experiment(config).source
    return JSONDifference.merged(before, now, taking: Set(paths.map(ExactString.init)))
  }

  /// By a program of its own, as OpenBLAS chooses when it is loaded.
  private func ofKernel(_ kernel: String, _ paths: [String], jobs: Int, root: String) throws -> Made {
    let written = ReferenceFolder("\(folder)/numbers")
    try Scratch.remove(written.path)
    let shared = ["--set", "--env"].flatMap { name in arguments.all(name).flatMap { [name, $0] } }
    let ended = try OwnProgram(cancellation: cancellation).run(
      [
        "bisect-drift", config, "--numbers", written.path, "--results", root, "--jobs", "\(jobs)",
        "--reference", reference.path,
      ] + shared + paths.flatMap { ["--restore", $0] }, kernel: kernel, seconds: 24 * 3600)
    guard case .status(0) = ended.ending, let numbers = try written.numbers(of: experiment),
      let manifest = try written.manifest(of: experiment)
    else {
      throw SelfTestFailed(name: "run with OpenBLAS's kernel \(kernel)", ended)
    }
    return Made(numbers: numbers, manifest: manifest)
  }
}
