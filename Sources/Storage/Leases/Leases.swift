import Contracts
import Dispatch
import Foundation
import Kernels
import Synchronization

/// The leases of a store, in `.store/.leases/<key>`: at most one process computes an artefact.
///
/// A process writes who it is into one file of its own, `.owner-…`; a lease is a hard link to it under
/// the key's name, which exactly one process can create. So taking and giving back a lease is one system
/// call each, no lease is ever half written, and touching the one file is the heartbeat of all of them.
/// Where the file system has no hard links, each lease is a file of its own.
package final class Leases: Sendable {
  /// Seconds between two signs of life.
  package static let heartbeat = 5.0

  package let folder: String
  let own: ProcessIdentity
  let token: String
  private let linksFiles: Bool
  private let state = Mutex(State())

  private struct State {
    var ownerFile: String?
    var held: Set<String> = []
    var timer: (any DispatchSourceTimer)?
  }

  /// - Parameter linksFiles: off to do without hard links.
  /// - Throws: `FileFailure` where the folder cannot be made.
  package init(
    store: ArtefactStore, owner: ProcessIdentity = .own, linksFiles: Bool = true
  ) throws {
    folder = "\(store.root)/.leases"
    own = owner
    token = String(UInt64.random(in: .min ... .max), radix: 36)
    self.linksFiles = linksFiles
    try Disk.makeFolder(folder)
  }

  deinit {
    state.withLock { state in
      state.timer?.cancel()
      if let file = state.ownerFile { unlink(file) }
    }
  }

  /// Waits for the lease on a key.
  ///
  /// A lease whose owner is provably dead is broken (`LeaseHolder.isDead`). After waiting, look the
  /// artefact up again: whoever held the lease has probably made it.
  /// - Throws: `StorageFailure.leaseTimeout` after `timeout` seconds, saying who holds it; `Cancelled`;
  ///   `FileFailure` where the disk fails.
  package func acquire(
    _ key: String, timeout: Double, cancellation: Cancellation = Cancellation()
  ) throws -> Lease {
    let start = DispatchTime.now()
    var pause = 0.002
    while true {
      try cancellation.check()
      if let lease = try tryAcquire(key) { return lease }
      let waited = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
      if waited >= timeout {
        let holder = try holder(of: key)?.described ?? "somebody"
        throw StorageFailure.leaseTimeout(key: key, holder: holder, seconds: timeout)
      }
      Thread.sleep(forTimeInterval: min(pause, timeout - waited))
      pause = min(pause * 1.5, 0.25)
    }
  }

  /// Takes the lease if it is free or its owner dead; nil where somebody living holds it.
  package func tryAcquire(_ key: String) throws -> Lease? {
    try ArtefactStore.check(key)
    if try create(key) { return Lease(key: key, leases: self) }
    guard try breakIfDead(key), try create(key) else { return nil }
    return Lease(key: key, leases: self)
  }

  func release(_ key: String) {
    state.withLock { state in
      guard state.held.remove(key) != nil else { return }
      if (try? holder(of: key))?.token == token { unlink(path(key)) }
      if state.held.isEmpty {
        state.timer?.cancel()
        state.timer = nil
      }
    }
  }

  /// The lease's file.
  package func path(_ key: String) -> String { "\(folder)/\(key)" }
}

// MARK: - Taking

extension Leases {
  /// Creates the lease's file unless there is one; exactly one caller succeeds.
  private func create(_ key: String) throws -> Bool {
    try state.withLock { state in
      let isCreated = linksFiles ? try link(key, &state) : try createFile(key)
      if isCreated {
        state.held.insert(key)
        startHeartbeat(&state)
      }
      return isCreated
    }
  }

  private func link(_ key: String, _ state: inout State) throws -> Bool {
    // The own file may be gone: `rm -r` while the program runs, or too many links to it.
    for _ in 0..<2 {
      let owner = try ownerFile(&state)
      if Glibc.link(owner, path(key)) == 0 { return true }
      switch errno {
      case EEXIST: return false
      case ENOENT, EMLINK:
        try Disk.makeFolder(folder)
        state.ownerFile = nil
      case EPERM, ENOTSUP, ENOSYS: return try createFile(key)
      default: throw FileFailure(.write, path(key), code: errno)
      }
    }
    return try createFile(key)
  }

  private func ownerFile(_ state: inout State) throws -> String {
    if let file = state.ownerFile { return file }
    let file = "\(folder)/.owner-\(own.pid)-\(UInt64.random(in: .min ... .max))"
    try createFile(at: file)
    state.ownerFile = file
    return file
  }

  private func createFile(_ key: String) throws -> Bool {
    do {
      try createFile(at: path(key))
      return true
    } catch let failure as FileFailure where failure.code == EEXIST {
      return false
    }
  }

  private func createFile(at path: String) throws {
    try Array(LeaseHolder.text(own, token: token).utf8).withUnsafeBytes {
      try Disk.create(path, $0, syncs: false)
    }
  }

  private func startHeartbeat(_ state: inout State) {
    guard state.timer == nil else { return }
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue.global(qos: .utility))
    timer.schedule(deadline: .now() + Self.heartbeat, repeating: Self.heartbeat, leeway: .seconds(1))
    timer.setEventHandler { [weak self] in self?.beat() }
    timer.resume()
    state.timer = timer
  }

  /// Says that the owner of all leases held here lives.
  package func beat() {
    for key in state.withLock({ $0.held }) { utimensat(AT_FDCWD, path(key), nil, 0) }
  }
}

// MARK: - Breaking

extension Leases {
  /// Who holds a key's lease; nil where nobody does or its file is not whole.
  package func holder(of key: String) throws -> LeaseHolder? {
    guard let age = try age(of: path(key)), let bytes = try Disk.readIfPresent(path(key)) else { return nil }
    return LeaseHolder(bytes, age: age)
  }

  /// Removes a lease whose owner is dead. Gives whether the key is now free.
  ///
  /// All who would break a lease take turns through a lock of the kernel's, which falls with its
  /// process, and look again once they have it; so nobody removes a lease taken in the meantime.
  private func breakIfDead(_ key: String) throws -> Bool {
    if try life(of: key) == .running { return false }
    let lock = "\(folder)/.breaking"
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw FileFailure(.write, lock, code: errno) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { throw FileFailure(.write, lock, code: errno) }
    }
    switch try life(of: key) {
    case .running: return false
    case .free: return true
    case .dead:
      guard unlink(path(key)) == 0 || errno == ENOENT else {
        throw FileFailure(.remove, path(key), code: errno)
      }
      return true
    }
  }

  private enum Life {
    case free, running, dead
  }

  /// Whether somebody living holds the key's lease. A file that is not whole is one that is being
  /// written, unless it stays so.
  private func life(of key: String) throws -> Life {
    guard let age = try age(of: path(key)), let bytes = try Disk.readIfPresent(path(key)) else {
      return .free
    }
    guard let holder = LeaseHolder(bytes, age: age) else { return age > 10 ? .dead : .running }
    return holder.isDead(seenBy: own) ? .dead : .running
  }

  /// Seconds since the file's last change by the file system's own clock, which on a network is not
  /// ours; nil where there is no such file.
  private func age(of path: String) throws -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileFailure(.read, path, code: errno)
    }
    let clock = "\(folder)/.clock"
    let descriptor = open(clock, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw FileFailure(.write, clock, code: errno) }
    defer { close(descriptor) }
    var now = stat()
    guard futimens(descriptor, nil) == 0, fstat(descriptor, &now) == 0 else {
      throw FileFailure(.write, clock, code: errno)
    }
    return Double(now.st_mtim.tv_sec - status.st_mtim.tv_sec)
      + Double(now.st_mtim.tv_nsec - status.st_mtim.tv_nsec) / 1e9
  }

  /// Removes what dead processes left: their leases and their own files. Gives how many.
  @discardableResult
  package func sweep() throws -> Int {
    var count = 0
    for name in try Disk.names(in: folder) {
      if name.hasPrefix(".owner-") {
        if try life(of: name) == .dead, unlink(path(name)) == 0 { count += 1 }
      } else if !name.hasPrefix("."), try life(of: name) == .dead, try breakIfDead(name) {
        count += 1
      }
    }
    return count
  }
}
