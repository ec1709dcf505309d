import Declarations
import Dispatch
import Execution
import Files
import Foundation

/// The leases of a folder, such as a store's in `.store/.leases/<key>`: at most one process computes an artefact.
///
/// A process writes who it is into one file of its own, `.owner-…`; a lease is a hard link to it under
/// the key's name, which exactly one process can create. So taking and giving back a lease is one system
/// call each, no lease is ever half written, and touching the one file is the heartbeat of all of them.
/// Where the file system has no hard links, each lease is a file of its own.
///
/// Whether an owner elsewhere lives is told by whether its file's stamp changes while the waiter looks on, by the
/// waiter's own monotonic clock. What the stamp says is never compared with a clock: the owner's, the waiter's and the
/// file server's may all be wrong, and jump.
package final class Leases: Sendable {
  /// Seconds between two signs of life.
  package static let heartbeat = 5.0

  private let files: InnerFolder
  let own: ProcessIdentity
  let token: String
  private let linksFiles: Bool
  private let state = Mutex(State())
  private let watch: SilenceWatch

  private struct State {
    var ownerFile: InnerPath?
    var held: Set<String> = []
    var timer: (any DispatchSourceTimer)?
  }

  /// - Parameters:
  ///   - linksFiles: off to do without hard links.
  ///   - clock: seconds of a clock that only goes forward.
  /// - Throws: `FileFailure` where the folder cannot be made.
  package init(
    _ folder: InnerFolder, owner: ProcessIdentity = .own, linksFiles: Bool = true,
    clock: @escaping @Sendable () -> Double = SilenceWatch.monotonic
  ) throws {
    files = folder
    own = owner
    token = String(UInt64.random(in: .min ... .max), radix: 36)
    self.linksFiles = linksFiles
    watch = SilenceWatch(clock: clock)
    try SharedFolder.make(files)
  }

  /// Those of a store.
  package convenience init(
    store: ArtefactStore, owner: ProcessIdentity = .own, linksFiles: Bool = true,
    clock: @escaping @Sendable () -> Double = SilenceWatch.monotonic
  ) throws {
    try self.init(
      store.files.folder(InnerPath(fixed: ".leases")), owner: owner, linksFiles: linksFiles, clock: clock)
  }

  deinit {
    state.withLock { state in
      state.timer?.cancel()
      if let file = state.ownerFile { try? files.removeFile(file) }
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
        throw StorageFailure.leaseTimeout(key: key, holder: described(key), seconds: timeout)
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
      if (try? holder(of: key))?.token == token { try? files.removeFile(InnerPath(component: key)) }
      if state.held.isEmpty {
        state.timer?.cancel()
        state.timer = nil
      }
    }
  }

  /// For messages and tests: where the leases are, and a lease's file.
  package var folder: String { files.path }
  package func path(_ key: String) -> String { "\(files.path)/\(key)" }
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
      do {
        try files.link(owner, to: InnerPath(component: key))
        return true
      } catch let failure as FileFailure {
        switch failure.code {
        case EEXIST: return false
        case ENOENT,
          EMLINK where failure.target == nil:
          try SharedFolder.make(files)
          state.ownerFile = nil
        case EPERM, ENOTSUP, ENOSYS: return try createFile(key)
        default: throw failure
        }
      }
    }
    return try createFile(key)
  }

  private func ownerFile(_ state: inout State) throws -> InnerPath {
    if let file = state.ownerFile { return file }
    let file = try InnerPath(component: ".owner-\(own.pid)-\(UInt64.random(in: .min ... .max))")
    try createFile(at: file)
    state.ownerFile = file
    return file
  }

  private func createFile(_ key: String) throws -> Bool {
    do {
      try createFile(at: InnerPath(component: key))
      return true
    } catch let failure as FileFailure where failure.code == EEXIST {
      return false
    }
  }

  private func createFile(at file: InnerPath) throws {
    try files.create(file, Array(LeaseHolder.text(own, token: token).utf8))
    // Whoever waits must be able to read who holds it, whatever the umask.
    SharedFolder.letRead(file, in: files)
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
    for key in state.withLock({ $0.held }) { try? files.touch(InnerPath(component: key)) }
  }
}

// MARK: - Breaking

extension Leases {
  /// Who holds a key's lease; nil where nobody does, or its file is not whole or may not be read.
  package func holder(of key: String) throws -> LeaseHolder? {
    guard let silence = try silence(of: key), let bytes = try content(of: key) else { return nil }
    return LeaseHolder(bytes, silence: silence)
  }

  /// The holder for a sentence: `process 4711 on host a`, or whose the file is that may not be read.
  package func described(_ key: String) -> String {
    if let holder = try? holder(of: key) {
      guard holder.process.host != own.host else { return holder.described }
      return holder.described
        + " (whose lease ends after \(Int(LeaseHolder.silenceElsewhere)) s without a heartbeat)"
    }
    return FileOwner(path(key)).map { "a process of \($0.name)" } ?? "another process"
  }

  /// A lease's text; nil where there is none, or where its owner keeps it from being read.
  private func content(of key: String) throws -> [UInt8]? {
    do {
      return try files.readIfPresent(try InnerPath(component: key))
    } catch let failure as FileFailure where [EACCES, EPERM].contains(failure.code) {
      return nil
    }
  }

  /// Removes a lease whose owner is dead. Gives whether the key is now free.
  ///
  /// All who would break a lease take turns through a lock of the kernel's, which falls with its
  /// process, and look again once they have it; so nobody removes a lease taken in the meantime.
  private func breakIfDead(_ key: String) throws -> Bool {
    if try life(of: key) == .running { return false }
    let descriptor = try openLock()
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno != EINTR { throw FileFailure(.write, path(Self.lock), code: errno) }
    }
    switch try life(of: key) {
    case .running: return false
    case .free: return true
    case .dead:
      try files.removeFile(InnerPath(component: key))
      return true
    }
  }

  private enum Life {
    case free, running, dead
  }

  /// The file that breakers lock, which all who share the folder may open. One that another user made before
  /// is opened for reading, which is enough but on some network mounts.
  private func openLock() throws -> Int32 {
    _ = try status(of: Self.lock)
    return try files.openForAll(InnerPath(component: Self.lock))
  }

  private static let lock = ".breaking"

  /// Whether somebody living holds the key's lease. A file that is not whole is one that is being
  /// written, unless it stays so.
  private func life(of key: String) throws -> Life {
    guard let silence = try silence(of: key) else { return .free }
    guard let bytes = try content(of: key) else {
      // Gone meanwhile, or of somebody who lets nobody read it.
      guard try status(of: key) != nil else { return .free }
      return silence > LeaseHolder.silenceElsewhere ? .dead : .running
    }
    guard let holder = LeaseHolder(bytes, silence: silence) else {
      return silence > LeaseHolder.silenceOfAPart ? .dead : .running
    }
    return holder.isDead(seenBy: own) ? .dead : .running
  }

  /// For how long the file's stamp has not changed, as far as it was looked at; nil where there is no such file.
  private func silence(of name: String) throws -> Double? {
    try status(of: name).map { watch.silence(of: SilenceWatch.Stamp($0)) }
  }

  /// What the system says of a file where a lease goes; nil where there is none.
  ///
  /// - Throws: `FileFailure` at once where anything but a regular file is there, a link above all: no process holds it
  ///   and none gives it back, so there is nothing to wait for.
  private func status(of name: String) throws -> stat? {
    let file = try InnerPath(component: name)
    guard let status = try files.status(file) else { return nil }
    if status.isLink { try files.refuseLink(file) }
    guard status.isFile else { throw FileFailure(.write, path(name), code: FileFailure.notAFile) }
    return status
  }

  /// The leases of this prefix whose holders are not provably dead; those of the dead are broken.
  package func living(prefix: String) throws -> [String] {
    try files.names().filter { $0.hasBytes(first: prefix) }.filter {
      switch try life(of: $0) {
      case .free: false
      case .running: true
      case .dead: try !breakIfDead($0)
      }
    }
  }

  /// Removes what processes left that are known to be dead: their leases and their own files. Gives how many.
  ///
  /// What is no lease is left alone, and so are those of owners elsewhere: to see that one is silent takes longer.
  @discardableResult
  package func sweep() throws -> Int {
    var count = 0
    for name in try files.names() where isLease(name) {
      if name.hasBytes(first: ".owner-") {
        if try life(of: name) == .dead {
          try files.removeFile(InnerPath(component: name))
          count += 1
        }
      } else if try life(of: name) == .dead, try breakIfDead(name) {
        count += 1
      }
    }
    return count
  }

  /// Whether a file of this name is one that this class writes, by its name and by what it says.
  private func isLease(_ name: String) -> Bool {
    guard ArtefactStore.isKey(name) || name.hasBytes(first: ".owner-") else { return false }
    guard let file = try? InnerPath(component: name), files.isFile(file), let bytes = try? content(of: name)
    else { return false }
    return LeaseHolder(bytes, silence: 0) != nil
  }
}
