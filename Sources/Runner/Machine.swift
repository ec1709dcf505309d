import Files
import Foundation
import HDF5
import Kernels
import Storage

/// The machine and the libraries behind a result: what a reader of the results may ask for.
package struct Machine: Codable, Sendable, Equatable {
  package var cpu: String
  package var openblas: String
  package var openblasKernel: String
  package var hdf5: String
  package var compiler: String
  package var threads: Int
  package var gitRevision: String?
  package var gitIsDirty: Bool?

  /// - Parameter folder: where the config is; its repository's revision is what counts.
  package static func current(threads: Int, folder: String) -> Machine {
    let git = GitState(folder: folder)
    return Machine(
      cpu: cpuName, openblas: BLASKernel.version, openblasKernel: BLASKernel.name, hdf5: HDF5Version.text,
      compiler: compilerVersion, threads: threads, gitRevision: git?.revision, gitIsDirty: git?.isDirty)
  }

  package static var cpuName: String {
    let text = SystemText.read("/proc/cpuinfo")
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  package static var compilerVersion: String {
    #if compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #elseif compiler(>=6.1)
      "Swift 6.1"
    #else
      "Swift 6.0"
    #endif
  }
}
