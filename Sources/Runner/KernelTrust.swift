import Declarations
import Files
import Foundation
import Kernels

/// An OpenBLAS kernel that may not be used.
package enum KernelFailure: Failure, Equatable {
  case wrong(KernelTrial.Finding, kernel: String, version: String)

  /// The machine's software is wrong, not its input or its disk.
  package var kind: FailureKind { .internal }

  package var message: String {
    switch self {
    case .wrong(let finding, let kernel, let version):
      let error =
        finding.ofCertain.isFinite
        ? "has \(KernelTrust.short(finding.ofCertain)) times the error that rounding can cause"
        : "gives a result that is not a number, or writes outside of its result,"
      return
        "OpenBLAS \(version) gives wrong products on this machine with its kernel \(kernel): \(finding.routine) \(error) "
        + "in a product of \(finding.shape), so nothing was computed. Choose another kernel, such as "
        + "\(BLASKernel.variable)=HASWELL or NEHALEM (`modgap doctor` tests it), or install another OpenBLAS"
    }
  }
}

/// Tests the OpenBLAS kernel before it is trusted, once for each CPU, library and kernel.
package struct KernelTrust: Sendable {
  /// What a trial is remembered under.
  private struct Memory: Codable {
    let version: Int
    let cpu: String
    let library: String
    let kernel: String
    var trial: KernelTrial

    func isAbout(_ other: Memory) -> Bool {
      (version, cpu, library, kernel) == (other.version, other.cpu, other.library, other.kernel)
    }
  }

  private let folder: String?
  private let cpu: String
  private let library: String
  private let kernel: String
  private let trial: @Sendable () -> KernelTrial

  /// - Parameters:
  ///   - folder: where results are remembered; nil for nowhere.
  ///   - trial: what is done where nothing is remembered.
  package init(
    folder: String? = KernelTrust.cacheFolder, cpu: String = Machine.cpuName,
    library: String = KernelTrust.library, kernel: String = BLASKernel.name,
    trial: @escaping @Sendable () -> KernelTrial = { .run() }
  ) {
    self.folder = folder
    self.cpu = cpu
    self.library = library
    self.kernel = kernel
    self.trial = trial
  }

  /// The trial, as it is remembered or done now; a folder that cannot be read or written is no error.
  package func result() -> KernelTrial {
    let subject = Memory(
      version: KernelTrial.version, cpu: cpu, library: library, kernel: kernel,
      trial: KernelTrial(findings: []))
    if let data = path(subject).flatMap({ RegularFile.read($0, most: 1 << 20) }),
      let known = try? JSONDecoder().decode(Memory.self, from: Data(data)), known.isAbout(subject),
      !known.trial.findings.isEmpty
    {
      return known.trial
    }
    return renewed(subject)
  }

  private func renewed(_ subject: Memory) -> KernelTrial {
    var subject = subject
    subject.trial = trial()
    // JSON has no infinity, and what is wrong is better tested each time than remembered.
    if case .wrong = subject.trial.verdict { return subject.trial }
    // Whatever is there is replaced: a link is not followed.
    if let folder, let path = path(subject), let data = try? JSONEncoder().encode(subject) {
      try? Disk.makeFolder(folder)
      try? AtomicWriter(syncsFile: false).write(Array(data), to: path)
    }
    return subject.trial
  }

  private func path(_ subject: Memory) -> String? {
    let digest = Digest(of: "\(subject.cpu)\n\(subject.library)\n\(subject.kernel)").hex.prefix(16)
    return folder.map { "\($0)/\(digest).json" }
  }

  /// - Parameter notice: told where the kernel is right but coarse.
  /// - Throws: `KernelFailure` where it is wrong.
  package func check(notice: (String) -> Void) throws {
    switch result().verdict {
    case .trusted: return
    case .coarse(let finding): notice(coarseSentence(finding))
    case .wrong(let finding): throw KernelFailure.wrong(finding, kernel: kernel, version: BLASKernel.version)
    }
  }

  private func coarseSentence(_ finding: KernelTrial.Finding) -> String {
    "OpenBLAS's kernel \(kernel) has larger rounding errors than usual: those of \(finding.routine) reach "
      + "\(Self.short(finding.ofUsual)) times √k·u·|A||B|, which is \(Self.short(finding.ofCertain)) times the proven bound"
  }

  /// One line for `modgap doctor`.
  package var summary: String {
    let trial = result()
    switch trial.verdict {
    case .trusted:
      let worst = trial.findings.map { "\($0.routine) \(Self.short($0.ofCertain))" }.joined(separator: ", ")
      return
        "correct on \(KernelTrial.productCount) products; greatest error relative to the proven bound: \(worst)"
    case .coarse(let finding): return "warning: " + coarseSentence(finding)
    case .wrong(let finding):
      return "ERROR: " + KernelFailure.wrong(finding, kernel: kernel, version: BLASKernel.version).message
    }
  }

  static func short(_ number: Double) -> String { String(format: "%.2g", number) }
}

extension KernelTrust {
  /// `kernels` in the user's cache of this program; nil where there is no home.
  package static var cacheFolder: String? {
    UserFolder.cache.path.map { $0 + "/kernels" }
  }

  /// The library by what it says of itself and, as distributions mend it under one version, by its file.
  package static var library: String {
    let maps = SystemText.read("/proc/self/maps")
    let line = maps.split(separator: "\n").first { $0.contains("openblas") }
    let path = line.flatMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } }
    guard let path, let status = FileStatus(path) else { return BLASKernel.configuration }
    return "\(BLASKernel.configuration) \(path) \(status.size) \(status.modified.tv_sec)"
  }
}
