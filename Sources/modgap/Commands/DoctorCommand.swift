import Declarations
import Execution
import Figures
import Files
import Foundation
import HDF5
import Kernels
import Runner

extension Command {
  static let doctor = Command(
    name: "doctor",
    summary: "shows this machine, its libraries and their speed, and what is missing",
    usage: "[--json]",
    examples: [
      ("modgap doctor", "CPU, OpenBLAS kernel, its test and GFLOP/s, HDF5, gnuplot, threads, disk"),
      (
        "OPENBLAS_CORETYPE=$(modgap doctor --kernel) swift test",
        "tests with the kernel that the program uses"
      ),
    ],
    options: [
      CommonOptions.json, CommonOptions.results,
      .flag("--kernel", "print only the OpenBLAS kernel in use, as a value for OPENBLAS_CORETYPE"),
      .flag("--kernels", "print only the OpenBLAS kernels that this CPU can run"),
    ]
  ) { arguments in
    if arguments.has("--kernel") || arguments.has("--kernels") {
      let all = BLASKernel.runnable(cpuFlags: BLASKernel.cpuFlags)
      try Terminal.out((arguments.has("--kernel") ? BLASKernel.coreType : all.joined(separator: " ")) + "\n")
      return 0
    }
    let findings = Doctor.findings(resultsRoot: arguments.resultsRoot)
    if arguments.has("--json") {
      let members = Dictionary(findings.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
      try Terminal.out(
        JSONValue.object(members.merging(["format": "modgap-doctor", "version": 1]) { a, _ in a }).canonical
          + "\n")
    } else {
      for finding in findings { try Terminal.out("\(finding.label.padding(to: 18)) \(finding.text)\n") }
    }
    return 0
  }
}

private enum Doctor {
  struct Finding {
    let key: String
    let label: String
    let text: String
    let value: JSONValue
  }

  static func findings(resultsRoot: String) -> [Finding] {
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let limit = ProcessMemory.tightest
    let memory = Int(limit.bytes)
    let source = limit.source == .machine ? "" : " (\(limit.source.rawValue))"
    return [
      text("cpu", "CPU", Machine.cpuName),
      Finding(key: "threads", label: "threads", text: "\(threads)", value: .number(Double(threads))),
      Finding(
        key: "memory_bytes", label: "memory", text: ByteCount.text(memory) + source,
        value: .number(Double(memory))),
      text("openblas", "OpenBLAS", BLASKernel.version), kernel,
      text("openblas_test", "OpenBLAS tested", KernelTrust().summary), speed(threads: 1),
      speed(threads: threads),
      text("hdf5", "HDF5", HDF5Version.text), gnuplot, text("compiler", "compiler", Machine.compilerVersion),
      disk(resultsRoot),
    ]
  }

  private static func text(_ key: String, _ label: String, _ value: String) -> Finding {
    Finding(key: key, label: label, text: value, value: .string(value))
  }

  private static var kernel: Finding {
    let better = BLASKernel.better(cpuFlags: BLASKernel.cpuFlags, chosen: BLASKernel.name)
    var text = BLASKernel.name
    if let own = BLASKernel.ownSetting { text += " (\(BLASKernel.variable)=\(own))" }
    if let replaced = BLASKernel.replaced {
      text +=
        "; warning: by default OpenBLAS uses \(replaced) here, which is slower; other programs that use OpenBLAS "
        + "are faster with \(BLASKernel.variable)=\(BLASKernel.coreType)"
    }
    if let better { text += "; warning: \(better) would be faster here: unset \(BLASKernel.variable)" }
    return Finding(
      key: "openblas_kernel", label: "OpenBLAS kernel", text: text, value: .string(BLASKernel.name))
  }

  private static func speed(threads: Int) -> Finding {
    let reached = MatrixProductSpeed.measure(threads: threads)
    let rounded = reached.rounded()
    return Finding(
      key: "gflops_\(threads)_threads", label: "sgemm, \(threads) thread\(threads == 1 ? "" : "s")",
      text: "\(Int(rounded)) GFLOP/s", value: .number(rounded))
  }

  private static var gnuplot: Finding {
    guard let gnuplot = Gnuplot.find() else {
      return text("gnuplot", "gnuplot", Gnuplot.missingSentence)
    }
    return text("gnuplot", "gnuplot", gnuplot.version ?? gnuplot.path)
  }

  private static func disk(_ resultsRoot: String) -> Finding {
    var folder = URL(fileURLWithPath: resultsRoot).standardizedFileURL
    while !Paths.exists(folder.path), folder.path != "/" {
      folder.deleteLastPathComponent()
    }
    guard let free = DiskSpace(at: folder.path)?.bytes else { return text("disk", "disk", "unknown") }
    let mayWrite = Paths.allows(W_OK, folder.path)
    return Finding(
      key: "disk_free_bytes", label: "disk",
      text:
        "\(ByteCount.text(free)) free at \(folder.path)\(mayWrite ? "" : ", but this user is not allowed to write there")",
      value: .number(Double(free)))
  }
}
