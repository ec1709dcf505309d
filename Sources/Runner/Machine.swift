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
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
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

/// The revision of the repository that a folder belongs to.
package struct GitState: Sendable {
  package let revision: String
  package let isDirty: Bool

  /// Nil where there is no git or no repository.
  package init?(folder: String) {
    guard let output = Subprocess.output("git", ["-C", folder, "rev-parse", "HEAD"]), !output.isEmpty else {
      return nil
    }
    revision = output.trimmingCharacters(in: .whitespacesAndNewlines)
    let status = Subprocess.output("git", ["-C", folder, "status", "--porcelain", "--untracked-files=no"])
    isDirty = !(status ?? "").isEmpty
  }
}

/// Runs a program for its output.
package enum Subprocess {
  /// Standard output, or nil where the program is missing or fails.
  package static func output(_ program: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }
}
