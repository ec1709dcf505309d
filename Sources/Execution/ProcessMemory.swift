import Foundation

/// A bound on the memory of this process, and how much of it is taken; both in bytes.
package struct MemoryLimit: Sendable, Equatable {
  package enum Source: String, Sendable {
    case machine = "the machine's memory"
    case addressSpace = "ulimit -v"
    case data = "ulimit -d"
    case controlGroup = "the control group's limit"
    case slurm = "Slurm's allocation"
  }

  package let source: Source
  package let bytes: Double
  package let taken: Double

  package init(_ source: Source, bytes: Double, taken: Double) {
    (self.source, self.bytes, self.taken) = (source, bytes, taken)
  }

  package var left: Double { max(0, bytes - taken) }
}

/// What would not fit into the memory that this process may have.
package struct MemoryFailure: Error, Equatable {
  /// `the weights`.
  package let what: String
  package let bytes: Double
  package let limit: MemoryLimit
  /// What to change: `lower width or layers`.
  package let advice: String
}

/// The memory that this process may have: the machine's, less what `ulimit`, a control group (version 1 or
/// 2) or Slurm allow.
package enum ProcessMemory {
  /// The limit that leaves least.
  package static var tightest: MemoryLimit { MemoryLimits.current.tightest }

  /// The least limit in bytes, whatever is taken of it.
  package static var capacity: Double { MemoryLimits.current.capacity }

  /// The most that has been resident of this process so far; nil where the system does not say.
  package static var peak: Double? {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
    return Double(usage.ru_maxrss) * 1024
  }

  /// Asks before it is allocated whether so much fits.
  ///
  /// - Throws: `MemoryFailure`.
  package static func require(_ bytes: Double, for what: String, advice: String) throws {
    guard bytes > 0x1p26 else { return }
    let limit = tightest
    guard bytes <= limit.left else {
      throw MemoryFailure(what: what, bytes: bytes, limit: limit, advice: advice)
    }
  }
}

/// All limits that hold, as the kernel and the environment state them.
package struct MemoryLimits {
  /// Below it are `proc` and `sys`; tests have one of their own.
  package let root: String
  package let environment: [String: String]
  package let physical: Double
  /// Of address space and data segment; nil where there is none.
  package let resources: (addressSpace: Double?, data: Double?)

  package init(
    root: String, environment: [String: String], physical: Double,
    resources: (addressSpace: Double?, data: Double?)
  ) {
    (self.root, self.environment, self.physical) = (root, environment, physical)
    self.resources = resources
  }

  package static var current: MemoryLimits {
    MemoryLimits(
      root: "", environment: ProcessInfo.processInfo.environment,
      physical: Double(ProcessInfo.processInfo.physicalMemory),
      resources: (resource(RLIMIT_AS), resource(RLIMIT_DATA)))
  }

  package var tightest: MemoryLimit {
    let least = all.min { $0.left < $1.left }
    return least ?? MemoryLimit(.machine, bytes: physical, taken: 0)
  }

  package var capacity: Double { all.map(\.bytes).min() ?? physical }

  package var all: [MemoryLimit] {
    let taken = statm
    var limits = [MemoryLimit(.machine, bytes: physical, taken: taken.resident)]
    if let bytes = resources.addressSpace {
      limits.append(MemoryLimit(.addressSpace, bytes: bytes, taken: taken.size))
    }
    if let bytes = resources.data { limits.append(MemoryLimit(.data, bytes: bytes, taken: taken.data)) }
    if let bytes = slurm { limits.append(MemoryLimit(.slurm, bytes: bytes, taken: taken.resident)) }
    return limits + controlGroups
  }

  private static func resource(_ number: __rlimit_resource) -> Double? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(number.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
      return nil
    }
    return Double(limit.rlim_cur)
  }

  /// Bytes of address space, of resident memory, and of data and stack.
  private var statm: (size: Double, resident: Double, data: Double) {
    let pages = (text("proc/self/statm") ?? "").split(separator: " ").map { Double($0) ?? 0 }
    guard pages.count >= 6 else { return (0, 0, 0) }
    let page = Double(sysconf(Int32(_SC_PAGESIZE)))
    return (pages[0] * page, pages[1] * page, pages[5] * page)
  }

  /// `SLURM_MEM_PER_NODE`, or `SLURM_MEM_PER_CPU` times the processors; MiB, 0 for all of the machine's.
  private var slurm: Double? {
    func number(_ name: String) -> Double? {
      environment[name].flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil }
    }
    if let node = number("SLURM_MEM_PER_NODE") { return node * 0x1p20 }
    guard let processor = number("SLURM_MEM_PER_CPU") else { return nil }
    return processor * (number("SLURM_CPUS_ON_NODE") ?? 1) * 0x1p20
  }

  // MARK: - Control groups

  /// The group of this process and those above it, as far as they are visible from here.
  private var controlGroups: [MemoryLimit] {
    (text("proc/self/cgroup") ?? "").split(separator: "\n").flatMap { line -> [MemoryLimit] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { return [] }
      if parts[1].isEmpty { return groups(above: parts[2], "sys/fs/cgroup", Self.version2) }
      guard parts[1].split(separator: ",").contains("memory") else { return [] }
      return groups(above: parts[2], "sys/fs/cgroup/memory", Self.version1)
    }
  }

  private struct Files {
    let limit: String
    let usage: String
    /// The line of `memory.stat` whose pages the kernel takes back when they are wanted.
    let cache: String
  }

  private static let version2 = Files(limit: "memory.max", usage: "memory.current", cache: "inactive_file")
  private static let version1 = Files(
    limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file")

  private func groups(above path: String, _ mount: String, _ files: Files) -> [MemoryLimit] {
    var parts = path.split(separator: "/").map(String.init)
    var found: [MemoryLimit] = []
    while true {
      let folder = ([mount] + parts).joined(separator: "/")
      if let limit = limit(in: folder, files) { found.append(limit) }
      guard parts.popLast() != nil else { return found }
    }
  }

  private func limit(in folder: String, _ files: Files) -> MemoryLimit? {
    guard let bytes = number("\(folder)/\(files.limit)"), bytes < physical else { return nil }
    let cached = (text("\(folder)/memory.stat") ?? "").split(separator: "\n")
      .first { $0.hasPrefix(files.cache + " ") }
      .flatMap { Double($0.dropFirst(files.cache.count + 1)) }
    let taken = max(0, (number("\(folder)/\(files.usage)") ?? 0) - (cached ?? 0))
    return MemoryLimit(.controlGroup, bytes: bytes, taken: taken)
  }

  /// Nil for `max` and for what is not there.
  private func number(_ path: String) -> Double? {
    text(path).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private func text(_ path: String) -> String? {
    try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }
}
