import Declarations
import Dispatch
import Execution
import Foundation
import Processes

/// Ctrl-C and SIGTERM: the first asks the run to stop at its next safe point, the second ends the
/// program at once. Nothing is lost either way, for artefacts only ever appear whole.
final class Interruption: Sendable {
  let cancellation = Cancellation()
  private let received = Mutex<[Int32]>([])
  private let sources = Mutex(Sources())

  private struct Sources {
    // Unsafe: Dispatch's sources may be used by any thread, which their type does not say on Linux.
    nonisolated(unsafe) var all: [any DispatchSourceSignal] = []
  }

  private let resumeCommand: ShellCommand

  init(resumeCommand: ShellCommand) {
    self.resumeCommand = resumeCommand
    // What was ignored when the program was started, as `nohup` and scripts have it, stays so.
    for number in [SIGINT, SIGTERM] where !StandardStreams.isIgnored(number) {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
      source.setEventHandler { self.receive(number) }
      source.resume()
      sources.withLock { $0.all.append(source) }
    }
  }

  private func receive(_ number: Int32) {
    let count = received.withLock { numbers in
      numbers.append(number)
      return numbers.count
    }
    if count == 1 {
      cancellation.raise()
      Terminal.errLines("\nstopping at the next safe point; a second signal (Ctrl-C again) stops at once")
    } else {
      ChildProgram.endAll()
      tellHowToResume()
      _exit(128 + number)
    }
  }

  /// 130 after Ctrl-C, 143 after SIGTERM; nil where neither came.
  var exitStatus: Int32? { received.withLock { $0.first }.map { 128 + $0 } }

  func tellHowToResume() { Terminal.err("to resume: \(resumeCommand)") }
}
