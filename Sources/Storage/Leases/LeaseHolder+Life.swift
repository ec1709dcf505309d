import Declarations
import Files

extension LeaseHolder {
  /// An owner elsewhere says that it lives every `Leases.heartbeat` seconds; after this time without a
  /// word it counts as dead. A machine that slept longer may then compute an artefact twice, which costs
  /// time but harms nothing, for artefacts are published whole and the first one stays.
  package static let silenceElsewhere = 900.0

  /// After a restart of the same machine: long enough for another machine of the same name to speak.
  package static let silenceAfterRestart = 60.0

  /// A lease's file that is not whole is being written, unless it stays so for this long.
  package static let silenceOfAPart = 10.0

  /// Whether the owner is provably dead.
  ///
  /// On this machine, since its last start: its process is gone, or its number has passed to another.
  /// On a machine of this name, before its last start: it has been silent since. Elsewhere, other
  /// containers included: only long silence tells.
  package func isDead(seenBy own: ProcessIdentity) -> Bool {
    if process.host == own.host, process.bootID == own.bootID, process.pidSpace == own.pidSpace {
      return !ProcessIdentity.isRunning(pid: process.pid, processStart: process.processStart)
    }
    let isRestarted = process.host == own.host && process.bootID != own.bootID
    return silence > (isRestarted ? Self.silenceAfterRestart : Self.silenceElsewhere)
  }

  /// The lease file's text.
  package static func text(_ process: ProcessIdentity, token: String) -> String {
    JSONValue.object([
      "host": .string(process.host), "pid": .number(Double(process.pid)),
      "processStart": .string("\(process.processStart)"), "bootID": .string(process.bootID),
      "pidSpace": .string(process.pidSpace), "token": .string(token),
      "heartbeat": .string("the time of this file's last change"),
    ]).canonical + "\n"
  }

  /// Reads a lease file; nil where it is not whole.
  package init?(_ bytes: [UInt8], silence: Double) {
    guard let json = try? JSONReader.value(bytes), let host = json["host"]?.string,
      let pid = json["pid"]?.integer, let start = json["processStart"]?.string.flatMap({ UInt64($0) }),
      let bootID = json["bootID"]?.string, let pidSpace = json["pidSpace"]?.string,
      let token = json["token"]?.string
    else { return nil }
    process = ProcessIdentity(
      host: host, pid: Int32(clamping: pid), processStart: start, bootID: bootID, pidSpace: pidSpace)
    self.token = token
    self.silence = silence
  }
}
