import Execution
import Foundation
import Testing

/// The limits of a machine that is made of files.
@Suite struct ProcessMemoryTests {
  private let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  private func limits(
    _ files: [String: String], _ environment: [String: String] = [:],
    resources: (Double?, Double?) = (nil, nil)
  ) throws -> MemoryLimits {
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return MemoryLimits(root: root.path, environment: environment, physical: 0x1p34, resources: resources)
  }

  @Test func withoutLimitsTheMachineIsTheLimit() throws {
    let limits = try limits(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"])
    #expect(limits.tightest == MemoryLimit(.machine, bytes: 0x1p34, taken: 0))
    #expect(limits.capacity == 0x1p34)
  }

  @Test func theTightestGroupAboveCountsLessWhatTheKernelTakesBack() throws {
    let limits = try limits([
      "proc/self/cgroup": "0::/pod/job\n", "sys/fs/cgroup/memory.max": "max\n",
      "sys/fs/cgroup/pod/memory.max": "1073741824\n", "sys/fs/cgroup/pod/memory.current": "600000000\n",
      "sys/fs/cgroup/pod/memory.stat": "anon 1\ninactive_file 500000000\n",
      "sys/fs/cgroup/pod/job/memory.max": "4294967296\n", "sys/fs/cgroup/pod/job/memory.current": "10\n",
    ])
    #expect(limits.tightest == MemoryLimit(.controlGroup, bytes: 0x1p30, taken: 1e8))
    #expect(limits.capacity == 0x1p30)
  }

  @Test func versionOneIsReadInItsOwnHierarchy() throws {
    // In a container the path is the host's, and the container sees its own group as the root.
    let limits = try limits([
      "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "36870912\n",
      "sys/fs/cgroup/memory/memory.stat": "inactive_file 7\ntotal_inactive_file 6870912\n",
    ])
    #expect(limits.tightest == MemoryLimit(.controlGroup, bytes: 0x1p29, taken: 3e7))
  }

  @Test func unlimitedGroupsOfVersionOneAreNone() throws {
    let limits = try limits([
      "proc/self/cgroup": "4:memory:/\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ])
    #expect(limits.tightest.source == .machine)
  }

  @Test(arguments: [
    (["SLURM_MEM_PER_NODE": "2048"], 0x1p31),
    (["SLURM_MEM_PER_CPU": "512", "SLURM_CPUS_ON_NODE": "2"], 0x1p30),
    (["SLURM_MEM_PER_CPU": "512"], 0x1p29), (["SLURM_MEM_PER_NODE": "0"], 0x1p34),
    (["SLURM_MEM_PER_NODE": "x"], 0x1p34),
  ])
  func slurmsAllocationIsALimit(environment: [String: String], bytes: Double) throws {
    #expect(try limits([:], environment).tightest.bytes == bytes)
  }

  @Test func ulimitsCountWhatTheProcessHasOfThem() throws {
    let page = Double(sysconf(Int32(_SC_PAGESIZE)))
    let limits = try limits(
      ["proc/self/statm": "1000 200 30 4 0 500 0\n"], resources: (0x1p32, 0x1p31))
    #expect(limits.all.contains(MemoryLimit(.addressSpace, bytes: 0x1p32, taken: 1000 * page)))
    #expect(limits.all.contains(MemoryLimit(.data, bytes: 0x1p31, taken: 500 * page)))
    #expect(limits.all.contains(MemoryLimit(.machine, bytes: 0x1p34, taken: 200 * page)))
    #expect(limits.tightest.source == .data)
  }

  @Test func whatDoesNotFitIsNamedWithItsNumbers() throws {
    #expect(throws: MemoryFailure.self) {
      try ProcessMemory.require(1e18, for: "the weights", advice: "lower `width`")
    }
    #expect(throws: Never.self) { try ProcessMemory.require(0x1p20, for: "little", advice: "") }
  }
}
