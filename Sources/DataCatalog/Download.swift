import Declarations
import Execution
import Files
import Foundation

/// Downloads an entry's file, from its URLs in turn, into its partial file, and verifies it.
struct Download {
  let entry: CatalogEntry
  let catalog: DataCatalog
  let part: PartialFile
  let expected: ExpectedFile
  let how: Acquisition

  /// A URL that gave no file.
  private struct GivenUp: Error {
    let reason: String
    var isUnreachable = false
  }

  /// - Returns: the URL that it came from.
  /// - Throws: `DataFailure`, `FileFailure`, `Cancelled`.
  func run() throws -> String {
    guard let curl = Curl.find(how.environment) else { throw DataFailure.noCurl(name: entry.name) }
    var failures: [DataFailure.Attempt] = []
    var mismatch: DataFailure?
    var silentHosts: Set<String> = []
    let urls = urls
    for (index, url) in urls.enumerated() {
      let host = URL(string: url)?.host ?? ""
      if silentHosts.contains(host) { continue }
      do {
        return try download(url, curl)
      } catch let givenUp as GivenUp {
        if givenUp.isUnreachable { silentHosts.insert(host) }
        failures.append(.init(url: url, reason: givenUp.reason))
      } catch let failure as DataFailure where failure.isMismatch {
        if index + 1 < urls.count { how.tell(.notice(failure.message)) }
        mismatch = failure
      }
    }
    if part.size == 0 { try part.remove() }
    throw mismatch ?? DataFailure.notDownloaded(name: entry.name, failures)
  }

  /// The mirror's, then the catalogue's.
  ///
  /// A mirror has either the layout of `wget -x`, hosts as folders, or all files in one folder.
  private var urls: [String] {
    guard let mirror = how.mirror, !mirror.isEmpty else { return entry.urls }
    let prefix = mirror.hasSuffix("/") ? String(mirror.dropLast()) : mirror
    let trees = entry.urls.compactMap { url in
      url.range(of: "://").map { "\(prefix)/\(url[$0.upperBound...])" }
    }
    let flat = fileNames(entry, catalog).compactMap { name in
      name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed).map { "\(prefix)/\($0)" }
    }
    return trees + flat + entry.urls
  }

  private func download(_ url: String, _ curl: Curl) throws -> String {
    try keepOnlyPart(of: url)
    how.tell(.notice(begun(url)))
    var failed = 0
    var hasBegunAnew = false
    for _ in 0..<100 {
      let offset = part.size
      switch try attempt(url, offset, curl) {
      case .done(let type):
        if try isRight(url, type, wasResumed: offset > 0 && !hasBegunAnew) { return url }
        hasBegunAnew = true
        try part.remove()
      case .cannotResume:
        // Where nothing was resumed, asking again changes nothing.
        guard offset > 0, !hasBegunAnew else {
          throw GivenUp(reason: "it does not send the rest of the file")
        }
        hasBegunAnew = true
        try part.remove()
      case .transient(let reason):
        failed = part.size > offset ? 1 : failed + 1
        guard failed < how.attempts else { throw GivenUp(reason: reason) }
        how.tell(.notice("\(entry.name): \(reason); trying again"))
        try wait(seconds: part.size > offset ? 0.2 : 0.5 * Double(1 << min(failed - 1, 6)))
      case .tooLarge: throw try tooLarge(url)
      case .notWritten(let reason):
        if let space = DiskSpace(at: part.store.path), space.bytes > Acquisition.reserve {
          throw GivenUp(reason: reason)
        }
        throw DataFailure.diskFull(name: entry.name, come: part.size, folder: part.store.path)
      case .unreachable(let reason): throw GivenUp(reason: reason, isUnreachable: true)
      case .refused(let reason): throw GivenUp(reason: reason)
      }
    }
    throw GivenUp(reason: "it broke off a hundred times")
  }

  private func begun(_ url: String) -> String {
    let rest = part.size > 0 ? "resuming at \(ByteCount.text(part.size)) of" : "downloading"
    return "\(entry.name): \(rest) \(url)" + (entry.size.map { " (\(ByteCount.text($0)))" } ?? "")
  }

  /// What another server sent may be of another file, unless the digest will tell.
  private func keepOnlyPart(of url: String) throws {
    let origin = part.origin
    let isSame = origin?.source.isExactly(url) ?? false
    if part.size > 0, expected.digest != nil || (isSame && origin?.validator != nil) {
      if !isSame { try part.note(.init(source: url, validator: nil, isWhole: false)) }
      return
    }
    try part.remove()
  }

  private func attempt(_ url: String, _ offset: Int, _ curl: Curl) throws -> Curl.Outcome {
    let most = try room(offset)
    let validator = offset > 0 ? part.origin?.validator : nil
    try part.store.files.removeFile(part.headers)
    // curl would follow it.
    try part.store.files.refuseLink(part.file)
    if offset == 0 { try part.note(.init(source: url, validator: nil, isWhole: false)) }
    let request = Curl.Request(
      url: url, target: part.path, headers: part.store.files.path(of: part.headers), offset: offset,
      validator: validator, most: most, seconds: how.timeout)
    var total: Int?
    return try curl.run(
      request, environment: how.environment, cancellation: how.cancellation,
      stop: {
        if total == nil, let answer = part.answer, [200, 206].contains(answer.status) {
          total = answer.length ?? entry.size ?? -1
          try? part.note(.init(source: url, validator: answer.validator ?? validator, isWhole: false))
        }
        let size = part.size
        let known = total.flatMap { $0 < 0 ? nil : $0 } ?? entry.size
        how.tell(.progress(name: entry.name, verb: "downloading", done: size, total: known))
        return size - offset > most
      })
  }

  /// How many bytes may come: no more than the catalogue says, and none that would fill the disk.
  /// - Throws: `DataFailure.noRoom` where it is known before that they do not fit.
  private func room(_ offset: Int) throws -> Int {
    let free = (DiskSpace(at: part.store.path)?.bytes ?? Int.max / 2) - Acquisition.reserve
    guard let size = entry.size else { return max(1, free) }
    // What is unpacked is hardly smaller, and stays beside the archive until it is whole.
    let needed = max(0, size - offset).adding(bounded: entry.unpack == .none ? 0 : size)
    if needed > free {
      throw DataFailure.noRoom(
        name: entry.name, needed: needed, free: max(0, free), folder: part.store.path)
    }
    return max(1, size - offset)
  }

  private func tooLarge(_ url: String) throws -> any Error {
    let offered = part.answer?.length
    if let size = entry.size {
      try part.remove()
      return DataFailure.wrongSize(
        name: entry.name, source: url, found: offered ?? size + 1, expected: size)
    }
    guard let offered, offered > part.size else {
      return DataFailure.diskFull(name: entry.name, come: part.size, folder: part.store.path)
    }
    let free = max(0, (DiskSpace(at: part.store.path)?.bytes ?? 0) - Acquisition.reserve)
    return DataFailure.noRoom(
      name: entry.name, needed: offered - part.size, free: free, folder: part.store.path)
  }

  /// Whether what came is the file; false where it is not, and the server is to be asked for all of it once more.
  private func isRight(_ url: String, _ type: String, wasResumed: Bool) throws -> Bool {
    if type.lowercased().hasPrefix("text/html") {
      try part.remove()
      throw GivenUp(reason: "it sent a web page, not the file")
    }
    do {
      try expected.check(part, source: url)
    } catch let failure as DataFailure where failure.isMismatch {
      if wasResumed { return false }
      try part.remove()
      throw failure
    }
    try part.note(.init(source: url, validator: nil, isWhole: true))
    return true
  }

  private func wait(seconds: Double) throws {
    let end = ContinuousClock.now + .seconds(min(seconds, 30))
    while ContinuousClock.now < end {
      try how.cancellation.check()
      usleep(50_000)
    }
  }
}

extension DataFailure {
  /// Whether what came is another file than was expected.
  fileprivate var isMismatch: Bool {
    switch self {
    case .wrongSize, .wrongDigest: true
    default: false
    }
  }
}

/// The names that an entry's file may have in a folder, or on a mirror, that holds many.
func fileNames(_ entry: CatalogEntry, _ catalog: DataCatalog) -> [String] {
  var names = [entry.plainFileName]
  for name in entry.urls.compactMap({ CatalogEntry.fileName(of: $0) })
  where catalog.isOwn(name, of: entry) && !names.contains(where: { $0.isExactly(name) }) {
    names.append(name)
  }
  return names
}
