import Contracts
import Declarations
import ExperimentConfig

extension Report {
  /// What only the HTML page shows, beside what all forms of a report do.
  package struct Page: Sendable {
    /// By the figure's name.
    package var pictures: [String: InlineSVG] = [:]
    /// Lines of gnuplot scripts that are short enough for the page, by the figure's name.
    package var scripts: [String: [String]] = [:]
    package var tables: [ShownTable] = []
    package var config: ConfigListing?
    package var nodes: [Node] = []
    package var times: [StageTime] = []
    package var facts: [Fact] = []

    package init() {}
  }

  /// A table as far as the page shows it.
  package struct ShownTable: Sendable {
    package let name: String
    /// Its first rows.
    package let head: Table
    /// How many rows its file has.
    package let rowCount: Int
    /// Whether `tables/<name>.summary.csv` is there.
    package let hasSummary: Bool
    /// Computes its numbers again.
    package let command: ShellCommand?

    package init(
      name: String, head: Table, rowCount: Int, hasSummary: Bool, command: ShellCommand? = nil
    ) {
      self.command = command
      self.name = name
      self.head = head
      self.rowCount = rowCount
      self.hasSummary = hasSummary
    }
  }

  /// A stage in the graph of the plan: all its tasks together.
  package struct Node: Sendable {
    package let stage: String
    package let kind: String
    package let taskCount: Int
    /// Indices of the stages that it reads, all before it.
    package let inputs: [Int]

    package init(stage: String, kind: String, taskCount: Int, inputs: [Int]) {
      self.stage = stage
      self.kind = kind
      self.taskCount = taskCount
      self.inputs = inputs
    }
  }

  /// When the tasks of a stage ran in the last run that is known, and what they took when they were computed.
  package struct StageTime: Sendable {
    package let stage: String
    package let taskCount: Int
    package let cachedCount: Int
    /// Seconds from the run's start to the first task's start and to the last one's end.
    package let start: Double
    package let end: Double
    /// Of all tasks together when they were computed; nil where that is not known of any.
    package let seconds: Double?
    /// The most memory that the process had had in bytes when a task of it ended; nil where none is known.
    package let peakBytes: Double?

    package init(
      stage: String, taskCount: Int, cachedCount: Int, start: Double, end: Double, seconds: Double?,
      peakBytes: Double?
    ) {
      self.stage = stage
      self.taskCount = taskCount
      self.cachedCount = cachedCount
      self.start = start
      self.end = end
      self.seconds = seconds
      self.peakBytes = peakBytes
    }
  }

  /// Where the numbers come from: machine, libraries, revision.
  package struct Fact: Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}
