import Contracts
import Declarations
import Execution
import Files
import Foundation
import Processes

/// What became of a script.
package enum Drawing: Sendable, Equatable {
  /// Whole pictures; `warnings` is what gnuplot printed, usually nothing.
  case drawn(pictures: [DrawnPicture], warnings: String)
  /// There is no gnuplot; the sentence says so and what to do.
  case gnuplotMissing(String)
}

/// A whole picture.
package struct DrawnPicture: Sendable, Equatable {
  /// `figure.svg`
  package let file: String
  package let bytes: [UInt8]
}

/// The gnuplot program.
package struct Gnuplot: Sendable {
  private let program: ChildProgram

  package var path: String { program.path }

  package static let missingSentence =
    "gnuplot is not installed, so figures are only written as scripts (.gp); apt-get install gnuplot-nox, then run "
    + "gnuplot on them"

  /// What it may take for one script.
  package static let usualSeconds = 120.0
  /// Of one picture.
  private static let mostBytes = 1 << 28

  /// The first `gnuplot` that `PATH` leads to.
  package static func find(environment: [String: String] = ProcessInfo.processInfo.environment) -> Gnuplot? {
    ChildProgram.find("gnuplot", environment: environment).map(Gnuplot.init)
  }

  /// `gnuplot 5.4 patchlevel 4`; nil where it does not say so.
  package var version: String? {
    guard let ended = try? program.run(["--version"], limit: .init(seconds: 10)), ended.ending == .status(0)
    else {
      return nil
    }
    return Self.text(ended.output)
  }

  /// Draws a script in a private folder that holds it, what lies beside it, and nothing else; without anybody's
  /// `.gnuplot` or `GNUPLOT_…` variables.
  ///
  /// - Returns: the pictures, each looked at from its first byte to its last, and what gnuplot printed.
  /// - Throws: `FigureFailure` where it fails, leaves less, or does not finish within `seconds`; `Cancelled`.
  package func draw(
    _ script: GnuplotScript, beside files: [String: [UInt8]] = [:], seconds: Double = usualSeconds,
    cancellation: Cancellation = Cancellation()
  ) throws -> (pictures: [DrawnPicture], warnings: String) {
    let name = "\(script.name).gp"
    let text = FontCoverage.drawable(script.text)
    let folder = try Self.folder(with: files.merging([name: Array(text.utf8)]) { _, script in script })
    let ended = try run(name, in: folder.path, seconds, cancellation)
    let message = Self.text(ended.errors)
    switch ended.ending {
    case .status(0), .unknown: break
    case .tooSlow: throw FigureFailure.gnuplotTooSlow(script: name, seconds: seconds)
    case let other: throw FigureFailure.gnuplotFailed(script: name, ending: other, message: message)
    }
    let pictures = try script.formats.map { format in
      let file = "\(script.name).\(format.rawValue)"
      let bytes = folder.read(file, most: Self.mostBytes).map { format == .svg ? Self.mended($0) : $0 }
      if let flaw = bytes.map(format.flaw) ?? "the file is missing or too large" {
        throw FigureFailure.pictureNotWhole(file: file, flaw: flaw, message: message)
      }
      return DrawnPicture(file: file, bytes: bytes ?? [])
    }
    return (pictures, message)
  }

  private static func folder(with files: [String: [UInt8]]) throws -> PrivateFolder {
    do {
      let folder = try PrivateFolder()
      for (name, bytes) in files { try folder.write(bytes, to: name) }
      return folder
    } catch let refusal as PrivateFolder.Refusal {
      throw FigureFailure.noScratch(folder: refusal.folder, reason: refusal.reason)
    } catch let failure as FileFailure {
      throw FigureFailure.scratchNotWritten(failure)
    }
  }

  /// gnuplot writes a `]]>` of a text as it is, which XML forbids outside of the sections that it ends, and a `&#x`,
  /// which would be the number of another character; it writes none of its own.
  private static func mended(_ svg: [UInt8]) -> [UInt8] {
    guard let text = String(validating: svg, as: UTF8.self) else { return svg }
    return Array(
      text.replacingBytes("]]>", with: "]]&gt;").replacingBytes("&#", with: "&amp;#").utf8)
  }

  private func run(
    _ name: String, in folder: String, _ seconds: Double, _ cancellation: Cancellation
  ) throws -> ChildProgram.Ended {
    do {
      // A name that begins with `-` would be an option without its folder.
      return try program.run(
        ["-d", "./\(name)"], in: folder, limit: .init(seconds: seconds), cancellation: cancellation)
    } catch let failure as ChildProgram.NotStarted {
      throw FigureFailure.gnuplotNotStarted(path: path, reason: String(cString: strerror(failure.code)))
    }
  }

  /// The beginning of what was printed, on one line, without the marks that point at a place of the line above.
  private static func text(_ bytes: [UInt8]) -> String {
    let most = 1000
    let lines = String(decoding: bytes.prefix(most), as: UTF8.self).unicodeScalars.split(
      whereSeparator: isBreak
    )
    .map { String($0).trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && $0 != "^" }
    return lines.joined(separator: "; ") + (bytes.count > most ? " …" : "")
  }
}

/// Makes the pictures of a script, if there is a gnuplot to make them.
package func draw(
  _ script: GnuplotScript, seconds: Double = Gnuplot.usualSeconds,
  cancellation: Cancellation = Cancellation(),
  environment: [String: String] = ProcessInfo.processInfo.environment
) throws -> Drawing {
  guard let gnuplot = Gnuplot.find(environment: environment) else {
    return .gnuplotMissing(Gnuplot.missingSentence)
  }
  let (pictures, warnings) = try gnuplot.draw(script, seconds: seconds, cancellation: cancellation)
  return .drawn(pictures: pictures, warnings: warnings)
}
