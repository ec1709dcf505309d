import CZlib
import Declarations
import Foundation
import TestSupport
import Testing

func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The sentence of the failure that `body` must end with.
func failure(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "nothing failed"
  } catch let failure as any Failure {
    #expect(failure.kind == .invalidInput)
    return failure.message
  } catch {
    return "\(error)"
  }
}

extension Outside {
  /// A Python with Pillow 11.3 to 12, whose pixels and turns are ours: `MODGAP_PYTHON`, or `python3`.
  static let pillow: String? = {
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    let asks = "import PIL; exit(not (11, 3) <= tuple(map(int, PIL.__version__.split('.')[:2])) < (13,))"
    return run(python, ["-c", asks])?.status == 0 ? python : nil
  }()

  /// The folder of Debian's clip art: `MODGAP_CLIPART`, or where its packages put it.
  static let clipart: String? = {
    let folder = ProcessInfo.processInfo.environment["MODGAP_CLIPART"] ?? "/usr/share/openclipart"
    return ["png", "svg"].allSatisfy { FileManager.default.fileExists(atPath: folder + "/" + $0) }
      ? folder : nil
  }()

  /// The most memory the process has had since `forgetPeak`, in bytes.
  static var peakMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  static func forgetPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    file.write(Data("5".utf8))
    try? file.close()
  }
}
