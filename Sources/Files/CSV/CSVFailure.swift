import Declarations

/// A file that is not the CSV it should be; `line` counts from 1.
package struct CSVFailure: Failure, Equatable {
  package let path: String
  package let line: Int
  package let detail: String

  package init(path: String, line: Int, detail: String) {
    self.path = path
    self.line = line
    self.detail = detail
  }

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    "\(path):\(line): this is not the expected CSV: \(detail); correct the line or make the file again"
  }
}
