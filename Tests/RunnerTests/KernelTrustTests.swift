import Contracts
import Execution
import Foundation
import Kernels
import Runner
import TestSupport
import Testing

@Suite("Trust in the OpenBLAS kernel")
struct KernelTrustTests {
  private static let good = finding(certain: 0.1, usual: 0.5)
  private static let coarse = finding(certain: 0.9, usual: 4)
  private static let wrong = finding(certain: 400, usual: 9e4)

  private static func finding(certain: Double, usual: Double) -> KernelTrial.Finding {
    KernelTrial.Finding(routine: "sgemm", ofCertain: certain, ofUsual: usual, shape: "13 × 7, k = 33")
  }

  /// How often a trial was done.
  private final class Count: Sendable {
    let value = Mutex(0)
  }

  private func trust(
    _ finding: KernelTrial.Finding, folder: String?, cpu: String = "CPU", library: String = "0.3.21",
    kernel: String = "Haswell", _ count: Count = Count()
  ) -> KernelTrust {
    KernelTrust(folder: folder, cpu: cpu, library: library, kernel: kernel) {
      count.value.withLock { $0 += 1 }
      return KernelTrial(findings: [finding])
    }
  }

  @Test("is given once for each CPU, library and kernel")
  func remembered() throws {
    let folder = NSTemporaryDirectory() + "kernel-trust-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let count = Count()
    for _ in 0..<3 {
      try trust(Self.good, folder: folder, count).check { Issue.record("a notice: \($0)") }
    }
    #expect(count.value.withLock { $0 } == 1)
    for other in [
      trust(Self.good, folder: folder, cpu: "another", count),
      trust(Self.good, folder: folder, library: "0.3.22", count),
      trust(Self.good, folder: folder, kernel: "Zen", count),
    ] { try other.check { _ in } }
    #expect(count.value.withLock { $0 } == 4)
    // What cannot be read is tested again.
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try Data("{".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
    }
    try trust(Self.good, folder: folder, count).check { _ in }
    #expect(count.value.withLock { $0 } == 5)
  }

  @Test("is refused to a wrong kernel, each time anew")
  func refused() throws {
    let folder = NSTemporaryDirectory() + "kernel-trust-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for finding in [Self.wrong, Self.finding(certain: .infinity, usual: .infinity)] {
      let count = Count()
      for _ in 0..<2 {
        let failure = #expect(throws: KernelFailure.self) {
          try trust(finding, folder: folder, count).check { _ in }
        }
        #expect(failure?.kind == .internal)
        #expect(failure?.message.contains("13 × 7, k = 33") == true)
        #expect(failure?.message.contains("OPENBLAS_CORETYPE") == true)
      }
      #expect(count.value.withLock { $0 } == 2)
    }
    #expect(trust(Self.wrong, folder: nil).summary.hasPrefix("ERROR"))
  }

  @Test("is given with a notice to a coarse one, remembered too")
  func coarse() throws {
    let folder = NSTemporaryDirectory() + "kernel-trust-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for _ in 0..<2 {
      var notices: [String] = []
      try trust(Self.coarse, folder: folder).check { notices.append($0) }
      #expect(notices.count == 1 && notices[0].contains("Haswell"))
    }
  }

  @Test("needs no folder that can be written")
  func noFolder() throws {
    for folder in [nil, "/proc/none/kernels", "/dev/null/kernels"] {
      try trust(Self.good, folder: folder).check { Issue.record("a notice: \($0)") }
    }
  }
}
