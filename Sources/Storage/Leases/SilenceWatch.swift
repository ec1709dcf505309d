import Execution
import Foundation

/// For how long files have not been touched, by a monotonic clock of one's own.
///
/// A file's times are written by the clock of its owner's machine or of the file server, and are compared with nothing
/// but themselves: whether they are other ones than at the last look. So no clock that is wrong, or is set, makes
/// an owner that lives look dead, or one that is dead look alive.
package final class SilenceWatch: Sendable {
  /// What changes when a file is touched, and which file it is; all names of one file share it. The time of the
  /// last change of state is not in it: breaking one lease of an owner would make its others look alive.
  struct Stamp: Sendable {
    struct File: Hashable {
      let device: UInt64
      let inode: UInt64
    }

    let file: File
    let times: [Int]

    init(_ status: stat) {
      file = File(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
      times = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(status.st_size)]
    }
  }

  /// Seconds since some moment before the program began; the time that the machine sleeps is not in it.
  package static let monotonic: @Sendable () -> Double = {
    Double(DispatchTime.now().uptimeNanoseconds) / 1e9
  }

  private struct Sighting {
    var times: [Int]
    var since: Double
  }

  private let clock: @Sendable () -> Double
  private let sightings = Mutex<[Stamp.File: Sighting]>([:])

  init(clock: @escaping @Sendable () -> Double) { self.clock = clock }

  /// Seconds for which the stamp is known to have been this one: 0 at the first look.
  func silence(of stamp: Stamp) -> Double {
    let now = clock()
    return sightings.withLock { sightings in
      guard let known = sightings[stamp.file], known.times == stamp.times else {
        sightings[stamp.file] = Sighting(times: stamp.times, since: now)
        return 0
      }
      return now - known.since
    }
  }
}
