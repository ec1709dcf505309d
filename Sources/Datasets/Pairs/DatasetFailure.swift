import Declarations
import Files
import Foundation

/// Why a data set cannot be made.
package enum DatasetFailure: AbsenceFailure, Equatable {
  case unknownKind(String, known: [String])
  case badParameter(kind: String, name: String, expected: String)
  case nothingFound(path: String, expected: String)
  /// Folders of classes in which there is no image.
  case emptyClasses(path: String, classes: [String])
  case noFolder(String, in: String, expected: String)
  /// A link whose target is not there.
  case brokenLink(path: String)
  /// Two folders of classes that are one.
  case sameClass(path: String, first: String, second: String)
  /// A line of a text file, counted from 1.
  case badLine(path: String, line: Int, detail: String)
  case badFile(path: String, detail: String)
  case badItem(path: String, index: Int, detail: String)
  case tooFew(path: String, wanted: Int, found: Int)
  case countsDiffer([(name: String, count: Int)])

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownKind(let kind, let known):
      "there is no data kind `\(kind)`; "
        + (nearestName(to: kind, among: known).map { "did you mean `\($0)`? " } ?? "")
        + "the kinds are \(known.joined(separator: ", "))"
    case .badParameter(let kind, let name, let expected):
      "data of kind `\(kind)`: `\(name)` must be \(expected)"
    case .nothingFound(let path, let expected): "\(path): found no \(expected); check the path"
    case .emptyClasses(let path, let classes):
      "\(path): there is no PNG, JPEG or WebP image in the \(classes.count == 1 ? "folder" : "folders") of the "
        + "\(classes.count == 1 ? "class" : "classes") \(classes.joined(separator: ", ")); convert the files "
        + "or remove the \(classes.count == 1 ? "folder" : "folders")"
    case .noFolder(let name, let folder, let expected):
      "\(folder): there is no folder `\(name)`; expected \(expected)"
    case .brokenLink(let path):
      "\(path) is a link whose target\(Self.target(of: path)) does not exist; restore the target (it may be on a disk that "
        + "is not mounted), or remove the link"
    case .sameClass(let path, let first, let second):
      "\(path): the classes `\(first)` and `\(second)` are the same folder, so its images would count twice; remove one of the "
        + "links"
    case .badLine(let path, let line, let detail): "\(path):\(line): \(detail)"
    case .badFile(let path, let detail): "\(path): \(detail)"
    case .badItem(let path, let index, let detail): "\(path): item \(index) (counted from 0) \(detail)"
    case .tooFew(let path, let wanted, let found):
      "\(path): `count` asks for \(wanted) items, but there are only \(found); lower `count`, or remove it to use all"
    case .countsDiffer(let counts):
      "all parts of a data set must have the same number of items; found "
        + counts.map { "\($0.count) in \($0.name)" }.joined(separator: ", ")
    }
  }

  package var absent: String? {
    if case .noFolder(let name, let folder, _) = self { folder + "/" + name } else { nil }
  }

  private static func target(of link: String) -> String {
    Paths.target(of: link).map { " \(String(decoding: $0, as: UTF8.self))" } ?? ""
  }

  package static func == (left: DatasetFailure, right: DatasetFailure) -> Bool {
    left.message == right.message
  }
}
