import Foundation

/// Who a process is, so that another one can tell whether it still runs: a number alone would not do,
/// for numbers are used again and mean nothing on another machine.
package struct ProcessIdentity: Sendable, Equatable {
  package let host: String
  package let pid: Int32
  /// When the process began, in clock ticks since the machine did.
  package let processStart: UInt64
  /// Which start of the machine it was.
  package let bootID: String
  /// The space in which the number counts; containers have their own.
  package let pidSpace: String

  package init(host: String, pid: Int32, processStart: UInt64, bootID: String, pidSpace: String) {
    self.host = host
    self.pid = pid
    self.processStart = processStart
    self.bootID = bootID
    self.pidSpace = pidSpace
  }

  package static let own: ProcessIdentity = {
    let pid = getpid()
    return ProcessIdentity(
      host: hostName, pid: pid, processStart: start(of: pid) ?? 0,
      bootID: SystemText.firstLine("/proc/sys/kernel/random/boot_id"),
      pidSpace: String(decoding: Paths.target(of: "/proc/self/ns/pid") ?? [], as: UTF8.self))
  }()

  /// A short mark of the machine's start and the space of process numbers, for file names.
  package var bootMark: String {
    let digits = (bootID + pidSpace).utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    return String(digits, radix: 16)
  }

  /// Whether a process of this number and this start runs in our own space.
  ///
  /// One that has ended but was not waited for counts as gone; one of another user that `/proc` hides
  /// counts as running, for nothing proves that it is not.
  package static func isRunning(pid: Int32, processStart: UInt64) -> Bool {
    if let start = start(of: pid) { return start == processStart }
    if kill(pid, 0) == 0 { return own.processStart == 0 }
    return errno == EPERM
  }

  /// The process's start out of `/proc/<pid>/stat`, or nil where there is no such process.
  package static func start(of pid: Int32) -> UInt64? {
    let text = SystemText.firstLine("/proc/\(pid)/stat")
    // The name in parentheses may hold anything, parentheses too; the fields after it do not.
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ").dropFirst()
    guard fields.count > 19, fields.first != "Z" else { return nil }
    return UInt64(fields[fields.startIndex + 19])
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

}
