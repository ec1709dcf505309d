import COpenBLAS
import Foundation

/// Which OpenBLAS this is, which of its kernels it runs, and which it should run: the one place that decides,
/// for the program, its tests and its benchmark.
package enum BLASKernel {
  /// The environment variable by which a user names a kernel. OpenBLAS reads it once, while it is loaded.
  package static let variable = "OPENBLAS_CORETYPE"
  /// The kernel that OpenBLAS had chosen by itself, for the program that was started anew with a better one.
  package static let replacedVariable = "MODGAP_OPENBLAS_REPLACED"

  /// `0.3.21`.
  package static let version: String = {
    let words = configuration.split(separator: " ")
    return words.dropFirst().first.map(String.init) ?? "unknown"
  }()

  /// All that the library says of how it was built.
  package static let configuration: String = openblas_get_config().map { String(cString: $0) } ?? ""

  /// `SkylakeX`: the kernel that OpenBLAS chose, or was told, when it was loaded.
  package static let name: String = openblas_get_corename().map { String(cString: $0) } ?? "unknown"

  /// Whether the kernel uses AVX-512.
  package static let isForAVX512: Bool = ["SkylakeX", "Cooperlake", "Sapphirerapids"].contains(name)

  /// Whether this is one of the kernels that round a row by how many rows stand beside it, for which
  /// `BLAS.multiply` fills products up.
  package static let isFilledUp: Bool = oldest.contains(name)

  /// The kernel's name as `OPENBLAS_CORETYPE` takes it: what tests are to be run with.
  package static var coreType: String { name.uppercased() }

  /// The kernels by what they need of the CPU, the fastest first, each with those it is faster than.
  private static let ranks: [(coreType: String, flags: Set<String>, names: Set<String>)] = [
    (
      "SKYLAKEX", ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"],
      ["Haswell", "Zen", "Excavator", "Steamroller", "Piledriver", "Bulldozer", "Sandybridge"]
    ),
    ("HASWELL", ["avx2", "fma"], ["Steamroller", "Piledriver", "Bulldozer", "Sandybridge"]),
    ("SANDYBRIDGE", ["avx"], []),
    ("NEHALEM", ["sse4_2"], []),
  ]
  /// What OpenBLAS falls back on where it does not know the CPU, and other kernels without AVX.
  private static let oldest: Set<String> = [
    "Nehalem", "Dunnington", "Penryn", "Core2", "Prescott", "Northwood", "Katmai", "Banias", "Atom", "Nano",
    "Bobcat", "Barcelona", "Opteron", "Opteron_SSE3", "Athlon",
  ]

  /// The kernel that is faster here than the one OpenBLAS chooses by itself; nil where its choice is right.
  /// OpenBLAS does not know CPUs newer than itself: it runs Haswell's AVX2 kernels on some with AVX-512, and
  /// those of 2004, Prescott's, where it has no idea.
  package static func better(cpuFlags: Set<String>, chosen: String) -> String? {
    guard let best = ranks.first(where: { $0.flags.isSubset(of: cpuFlags) }) else { return nil }
    let isSlower = best.names.contains(chosen) || oldest.contains(chosen)
    return isSlower && best.coreType != chosen.uppercased() ? best.coreType : nil
  }

  /// Kernels that differ from each other and that a CPU with these flags can run, as `OPENBLAS_CORETYPE` takes
  /// them; none where OpenBLAS's are not those of x86-64.
  package static func runnable(cpuFlags: Set<String>) -> [String] {
    guard cpuFlags.contains("sse3") || cpuFlags.contains("pni") else { return [] }
    let needs: [(String, Set<String>)] = [
      ("PRESCOTT", []), ("NEHALEM", ["sse4_2"]), ("SANDYBRIDGE", ["avx"]), ("HASWELL", ["avx2", "fma"]),
      ("ZEN", ["avx2", "fma"]), ("SKYLAKEX", ranks[0].flags),
      ("COOPERLAKE", ranks[0].flags.union(["avx512_bf16"])),
    ]
    return needs.filter { $0.1.isSubset(of: cpuFlags) }.map(\.0)
  }

  /// What a user set; nil where nothing, or nothing but an empty word, is set.
  package static var ownSetting: String? {
    guard replaced == nil else { return nil }
    return setting(variable)
  }

  /// What OpenBLAS had chosen before the program was started anew; nil where it was not.
  package static var replaced: String? { setting(replacedVariable) }

  package static func setting(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The environment of a child that is to choose its kernel as this process did when it was started.
  package static func childEnvironment(_ environment: [String: String]) -> [String: String] {
    guard environment[replacedVariable] != nil else { return environment }
    return environment.filter { $0.key != variable && $0.key != replacedVariable }
  }

  package static var cpuFlags: Set<String> {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
    return Set((line ?? "").split(separator: " ").map(String.init))
  }
}
