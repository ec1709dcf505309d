import Declarations
import Execution
import Files
import Foundation
import Stages
import Storage
import TestSupport
import Testing

@Suite struct LeaseTests {
  /// A clock that goes on when it is told to.
  private final class Clock: Sendable {
    private let now = Mutex(1000.0)
    var read: @Sendable () -> Double { { self.now.withLock { $0 } } }
    func advance(_ seconds: Double) { now.withLock { $0 += seconds } }
  }

  private func withStore(_ body: (ArtefactStore) throws -> Void) throws {
    try withFolder { folder in
      try body(ArtefactStore(results: folder, transforms: stageCatalog.transforms, syncs: false))
    }
  }

  private func identity(
    host: String = ProcessIdentity.own.host, pid: Int32 = ProcessIdentity.own.pid,
    start: UInt64 = ProcessIdentity.own.processStart, boot: String = ProcessIdentity.own.bootID,
    space: String = ProcessIdentity.own.pidSpace
  ) -> ProcessIdentity {
    ProcessIdentity(host: host, pid: pid, processStart: start, bootID: boot, pidSpace: space)
  }

  /// Puts a lease file there, last touched `age` seconds ago.
  private func plant(_ text: String, at path: String, age: Double = 0) throws {
    try write(Array(text.utf8), path)
    let date = Date(timeIntervalSinceNow: -age)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  /// Whoever puts a link in the place of the leases' folder while they are held has nothing written, touched or removed
  /// where it leads.
  @Test(arguments: [true, false]) func aLinkInThePlaceOfTheFolderIsNotFollowed(linksFiles: Bool) throws {
    try withStore { store in
      let leases = try Leases(store: store, linksFiles: linksFiles)
      let lease = try #require(try leases.tryAcquire("k"))
      let elsewhere = store.root + "/../elsewhere"
      try FileManager.default.moveItem(atPath: leases.folder, toPath: elsewhere)
      try FileManager.default.createSymbolicLink(atPath: leases.folder, withDestinationPath: elsewhere)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: elsewhere + "/k")
      let before = try FileManager.default.contentsOfDirectory(atPath: elsewhere).sorted()
      leases.beat()
      let failure = #expect(throws: FileFailure.self) { try leases.tryAcquire("j") }
      #expect(failure?.code == FileFailure.linkInside)
      #expect(throws: FileFailure.self) { try leases.sweep() }
      lease.release()
      #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).sorted() == before)
      let times = try FileManager.default.attributesOfItem(atPath: elsewhere + "/k")
      #expect(times[.modificationDate] as? Date == Date(timeIntervalSince1970: 1e9))
    }
  }

  @Test(arguments: [true, false])
  func aLeaseIsHeldByOneAndThenByAnother(linksFiles: Bool) throws {
    try withStore { store in
      let one = try Leases(store: store, linksFiles: linksFiles)
      let two = try Leases(store: store, linksFiles: linksFiles)
      let lease = try one.acquire("k", timeout: 1)
      #expect(try two.tryAcquire("k") == nil)
      #expect(try one.tryAcquire("k") == nil)
      #expect(try two.holder(of: "k")?.process == .own)
      lease.release()
      lease.release()
      let other = try #require(try two.tryAcquire("k"))
      lease.release()
      #expect(try one.tryAcquire("k") == nil, "a lease given back twice must not end another's")
      other.release()
      #expect(try one.holder(of: "k") == nil)
    }
  }

  @Test func aLeaseEndsWithItsObject() throws {
    try withStore { store in
      let leases = try Leases(store: store)
      _ = try leases.acquire("k", timeout: 1)
      #expect(try leases.tryAcquire("k") != nil)
    }
  }

  @Test func waitingEndsWithAFailureThatNamesTheHolder() throws {
    try withStore { store in
      let leases = try Leases(store: store)
      let lease = try leases.acquire("k", timeout: 1)
      let failure = #expect(throws: StorageFailure.self) { try leases.acquire("k", timeout: 0.05) }
      #expect(failure?.kind == .leaseTimeout)
      #expect(failure?.message.contains("process \(ProcessIdentity.own.pid)") == true)
      let cancellation = Cancellation()
      cancellation.raise()
      #expect(throws: Cancelled.self) {
        try leases.acquire("k", timeout: 10, cancellation: cancellation)
      }
      lease.release()
    }
  }

  @Test func onlyTheProvablyDeadAreDead() {
    let own = ProcessIdentity.own
    func isDead(_ process: ProcessIdentity, age: Double) -> Bool {
      LeaseHolder(Array(LeaseHolder.text(process, token: "t").utf8), silence: age)?.isDead(seenBy: own)
        ?? true
    }
    #expect(!isDead(own, age: 1e9))
    #expect(!isDead(identity(pid: getppid(), start: ProcessIdentity.start(of: getppid()) ?? 0), age: 1e9))
    #expect(isDead(identity(pid: 999_999_999), age: 0), "no such process")
    #expect(isDead(identity(start: own.processStart &+ 1), age: 0), "the number is another process's now")
    #expect(!isDead(identity(boot: "earlier"), age: 30))
    #expect(isDead(identity(boot: "earlier"), age: 61))
    #expect(!isDead(identity(pid: 999_999_999, space: "pid:[1]"), age: 800), "another container")
    #expect(!isDead(identity(host: "elsewhere", pid: 999_999_999), age: 899))
    #expect(isDead(identity(host: "elsewhere"), age: 901))
  }

  /// Nobody holds it and nobody gives it back: it is not waited for.
  @Test(arguments: ["link", "link to a file", "pipe", "folder"])
  func whatIsNoFileIsRefusedByItsName(kind: String) throws {
    try withStore { store in
      let clock = Clock()
      let leases = try Leases(store: store, clock: clock.read)
      let path = leases.path("k")
      let file = try write([1], "\(store.root)/mine")
      switch kind {
      case "pipe": try #require(mkfifo(path, 0o600) == 0)
      case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      default:
        let target = kind == "link" ? "nowhere" : file
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
      }
      for _ in 0..<2 {
        let failure = #expect(throws: FileFailure.self) { try leases.acquire("k", timeout: 1000) }
        #expect(failure?.kind == .io && failure?.message.hasPrefix("\(path): ") == true)
        #expect(
          failure?.message.contains(kind.hasPrefix("link") ? "symbolic link" : "not a regular file") == true)
        clock.advance(1000)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data([1]))
      var status = stat()
      #expect(lstat(path, &status) == 0, "it stays")
    }
  }

  @Test func leasesOfTheDeadAreBroken() throws {
    try withStore { store in
      let clock = Clock()
      let leases = try Leases(store: store, clock: clock.read)
      let dead = LeaseHolder.text(identity(pid: 999_999_999), token: "t")
      try plant(dead, at: leases.path("dead"))
      try plant(String(dead.prefix(20)), at: leases.path("half"))
      try plant("", at: leases.path("young"))
      #expect(try leases.tryAcquire("dead") != nil)
      for name in ["half", "young"] {
        #expect(try leases.tryAcquire(name) == nil, "it may just be being written")
      }
      clock.advance(11)
      for name in ["half", "young"] { #expect(try leases.tryAcquire(name) != nil) }
    }
  }

  /// Whatever the times on its file say: the owner's clock, or the file server's, may be wrong, and may be set.
  @Test(arguments: [-1e8, -1000, 0, 1000, 1e8])
  func anOwnerElsewhereIsDeadWhereTheWaiterSeesNothingOfItForLong(age: Double) throws {
    try withStore { store in
      let clock = Clock()
      let leases = try Leases(store: store, clock: clock.read)
      let path = leases.path("far")
      try plant(LeaseHolder.text(identity(host: "far"), token: "t"), at: path, age: age)
      #expect(try leases.tryAcquire("far") == nil)
      clock.advance(899)
      #expect(try leases.tryAcquire("far") == nil)
      // It lives: its clock goes on, though it may go backwards.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age - 3)], ofItemAtPath: path)
      clock.advance(2)
      #expect(try leases.tryAcquire("far") == nil)
      clock.advance(899)
      #expect(try leases.tryAcquire("far") == nil)
      clock.advance(2)
      #expect(try leases.tryAcquire("far") != nil)
    }
  }

  @Test func allLeasesOfAnOwnerFallTogether() throws {
    try withStore { store in
      let clock = Clock()
      let leases = try Leases(store: store, clock: clock.read)
      try plant(LeaseHolder.text(identity(host: "far"), token: "t"), at: leases.path("a"))
      #expect(link(leases.path("a"), leases.path("b")) == 0)
      #expect(try leases.living(prefix: "").filter { !$0.hasPrefix(".") } == ["a", "b"])
      clock.advance(901)
      #expect(try leases.tryAcquire("a") != nil)
      #expect(try leases.tryAcquire("b") != nil, "breaking one is no sign of life of the other")
    }
  }

  @Test func whoeverWaitsCanReadWhoHoldsIt() throws {
    try withStore { store in
      chmod(store.root, 0o2777)
      let leases = try Leases(store: store)
      let lease = try leases.acquire("k", timeout: 1)
      #expect(FileOwner(leases.path("k"))?.mode == "644")
      #expect(FileOwner(leases.folder)?.mode == "2777")
      lease.release()
    }
  }

  @Test func aKilledProcessLosesItsLease() throws {
    try withStore { store in
      let leases = try Leases(store: store)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "exec sleep 60"]
      try process.run()
      let pid = process.processIdentifier
      let start = try #require(ProcessIdentity.start(of: pid))
      try plant(LeaseHolder.text(identity(pid: pid, start: start), token: "t"), at: leases.path("k"))
      #expect(try leases.tryAcquire("k") == nil)
      kill(pid, SIGKILL)
      process.waitUntilExit()
      #expect(try leases.tryAcquire("k") != nil)
    }
  }

  @Test func sweepingRemovesWhatTheDeadLeftAndNothingElse() throws {
    try withStore { store in
      let leases = try Leases(store: store)
      let lease = try leases.acquire("mine", timeout: 1)
      let dead = LeaseHolder.text(identity(pid: 999_999_999), token: "t")
      try plant(dead, at: leases.path("dead"))
      try plant(dead, at: leases.path(".owner-999999999-1"))
      #expect(try leases.sweep() == 2)
      #expect(try leases.holder(of: "dead") == nil)
      #expect(try leases.holder(of: "mine") != nil)
      #expect(try leases.sweep() == 0)
      // What is no lease is nobody's business, whatever it is called.
      try plant("mine", at: leases.path("notes"))
      try plant("mine", at: leases.path(".owner-of-this"))
      try plant(dead, at: leases.path("a lease?"))
      mkdir(leases.path("folder"), 0o777)
      mkfifo(leases.path("fifo"), 0o666)
      symlink("/etc/passwd", leases.path("link"))
      let before = try FileManager.default.contentsOfDirectory(atPath: leases.folder).sorted()
      #expect(try leases.sweep() == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: leases.folder).sorted() == before)
      lease.release()
    }
  }

  @Test(arguments: [true, false])
  func theHeartbeatTouchesEveryLease(linksFiles: Bool) throws {
    try withStore { store in
      let clock = Clock()
      let leases = try Leases(store: store, linksFiles: linksFiles)
      let waiter = try Leases(store: store, clock: clock.read)
      let held = try ["a", "b"].map { try leases.acquire($0, timeout: 1) }
      for lease in held {
        let old = Date(timeIntervalSinceNow: -500)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: leases.path(lease.key))
        #expect(try waiter.holder(of: lease.key)?.silence == 0)
      }
      clock.advance(400)
      for lease in held { #expect(try waiter.holder(of: lease.key)?.silence == 400) }
      leases.beat()
      for lease in held { #expect(try waiter.holder(of: lease.key)?.silence == 0) }
    }
  }

  /// Each round starts from a dead owner's lease, which all threads see at once and try to break.
  @Test func breakersNeverBothSucceed() throws {
    try withStore { store in
      let all = try (0..<8).map { _ in try Leases(store: store) }
      let dead = LeaseHolder.text(identity(pid: 999_999_999), token: "t")
      for round in 0..<200 {
        try plant(dead, at: all[0].path("k"))
        let held = Mutex<[Lease]>([])
        DispatchQueue.concurrentPerform(iterations: all.count) { index in
          if let lease = try? all[index].tryAcquire("k") { held.withLock { $0.append(lease) } }
        }
        #expect(held.withLock { $0.count } == 1, "round \(round)")
        held.withLock { $0.removeAll() }
      }
    }
  }

  /// A shell that follows the protocol with `ln` and this process count the same counter up: an update
  /// would be lost if both ever held the lease.
  @Test func twoProcessesNeverHoldALeaseAtOnce() throws {
    try withStore { store in
      let leases = try Leases(store: store)
      let counter = "\(store.root)/counter"
      try write(Array("0".utf8), counter)
      let rounds = 200
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      let script = """
        while [ ! -e "$1" ]; do sleep 0.01; done
        i=0
        while [ $i -lt \(rounds) ]; do
          if ln "$1" "$2" 2>/dev/null; then
            read n < "$3"; echo $((n + 1)) > "$3"; rm "$2"; i=$((i + 1))
          fi
        done
        """
      let owner = "\(leases.folder)/.owner-shell"
      shell.arguments = ["-c", script, "sh", owner, leases.path("k"), counter]
      try shell.run()
      let start = try #require(ProcessIdentity.start(of: shell.processIdentifier))
      let text = LeaseHolder.text(identity(pid: shell.processIdentifier, start: start), token: "shell")
      try AtomicWriter().write(text, to: owner)
      for _ in 0..<rounds {
        let lease = try leases.acquire("k", timeout: 60)
        let text = try String(contentsOfFile: counter, encoding: .utf8)
        let count = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        try write(Array("\(count + 1)".utf8), counter)
        lease.release()
      }
      shell.waitUntilExit()
      let text2 = try String(contentsOfFile: counter, encoding: .utf8)
      #expect(text2.trimmingCharacters(in: .whitespacesAndNewlines) == "\(2 * rounds)")
    }
  }
}
