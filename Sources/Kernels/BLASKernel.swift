import COpenBLAS
import Foundation

/// Which OpenBLAS this is and which of its kernels it runs.
package enum BLASKernel {
  /// `0.3.21`.
  package static let version: String = {
    let config = openblas_get_config().map { String(cString: $0) } ?? ""
    return config.split(separator: " ").dropFirst().first.map(String.init) ?? "unknown"
  }()

  /// `SkylakeX`: the kernel that OpenBLAS chose, or was told, when it was loaded.
  package static let name: String = openblas_get_corename().map { String(cString: $0) } ?? "unknown"

  /// The kernel that is faster here than the one OpenBLAS 0.3.21 chooses by itself; nil where its choice
  /// is right. It does not know CPUs newer than itself: with AVX-512 they get Haswell's AVX2 kernels.
  package static func better(cpuFlags: Set<String>, chosen: String) -> String? {
    let isOld = ["Haswell", "Zen", "Sandybridge", "Nehalem", "Prescott", "Barcelona"].contains(chosen)
    let hasAVX512 = ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"].allSatisfy(cpuFlags.contains)
    return isOld && hasAVX512 ? "SKYLAKEX" : nil
  }

  /// Starts the program anew, once, with `OPENBLAS_CORETYPE` set where that is faster; the library reads
  /// it only while it is loaded. A user's own setting wins.
  package static func restartIfBetter() {
    let variable = "OPENBLAS_CORETYPE"
    guard getenv(variable) == nil, let kernel = better(cpuFlags: cpuFlags, chosen: name) else { return }
    setenv(variable, kernel, 1)
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", &arguments)
    // Where the program cannot be started anew, it goes on with the kernel it has.
    unsetenv(variable)
  }

  package static var cpuFlags: Set<String> {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    return Set((line ?? "").split(separator: " ").map(String.init))
  }
}
