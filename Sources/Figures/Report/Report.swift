import Claims
import Declarations

/// All that a report of an experiment says; rendering it needs nothing else, and no clock.
package struct Report: Sendable {
  package struct Figure: Sendable, Equatable {
    package let name: String
    /// What the config calls it.
    package let title: String?
    /// Whether `figures/<name>.svg` was drawn.
    package let isDrawn: Bool
    /// Why it, or parts of it, could not be drawn.
    package let notes: [String]
    package init(name: String, title: String? = nil, isDrawn: Bool, notes: [String] = []) {
      self.name = name
      self.title = title
      self.isDrawn = isDrawn
      self.notes = notes
    }
  }

  /// What a stage was run with.
  package struct Method: Sendable, Equatable {
    package struct Setting: Sendable, Equatable {
      package let name: String
      package let value: String
      /// The config leaves it to its default.
      package let isDefault: Bool
      /// A file that the config names says it.
      package let isDescribed: Bool
      package init(name: String, value: String, isDefault: Bool = false, isDescribed: Bool = false) {
        self.name = name
        self.value = value
        self.isDefault = isDefault
        self.isDescribed = isDescribed
      }

      /// What follows the value.
      var remark: String { isDefault ? " (default)" : isDescribed ? " (from the model description)" : "" }
    }

    package let stage: String
    /// `evaluate/contrastive-loss`.
    package let kind: String
    package let settings: [Setting]
    /// What a reader of its results should know.
    package let notices: [String]
    package init(stage: String, kind: String, settings: [Setting], notices: [String] = []) {
      self.stage = stage
      self.kind = kind
      self.settings = settings
      self.notices = notices
    }
  }

  package let name: String
  package let title: String?
  package let figures: [Figure]
  package let verdicts: [Verdict]
  /// Names of the tables in `tables/`, without `.csv`.
  package let tables: [String]
  /// Sentences for the reader: what was not run, and the command that gets what it lacks.
  package let notes: [String]
  package let methods: [Method]
  /// Whether its page shows newer results by itself, while its config is watched.
  package var isWatched = false
  /// The command that computes a claim's number again.
  package let command: @Sendable (Verdict) -> ShellCommand
  /// What only the page shows.
  package var page = Page()

  package init(
    name: String, title: String? = nil, figures: [Figure] = [], verdicts: [Verdict], tables: [String] = [],
    notes: [String] = [], methods: [Method] = [], command: @escaping @Sendable (Verdict) -> ShellCommand
  ) {
    self.name = name
    self.title = title
    self.figures = figures
    self.verdicts = verdicts
    self.tables = tables
    self.notes = notes
    self.methods = methods
    self.command = command
  }

  var heading: String { title ?? name }

  /// Notices of all stages, each once.
  var notices: [String] {
    methods.flatMap { method in method.notices.map { "\(method.stage): \($0)" } }
  }
}

extension Verdict {
  /// The interval as text, with its level where that is not 95%; or nothing.
  var intervalText: String {
    interval.map { level == 0.95 ? $0.described : "\($0.described) (\(levelText))" } ?? ""
  }
  /// `95%: [0.1, 0.2]`, or nothing.
  var levelledInterval: String { interval.map { "\(levelText): \($0.described)" } ?? "" }
  private var levelText: String { "\(Int((level * 100).rounded()))%" }
  /// Where the bound comes from, with the reason for one by design.
  var boundText: String {
    boundFrom.map { bound in bound.word + (bound.reason.map { ": \($0)" } ?? "") } ?? ""
  }
  /// Conditions and the origin of the bound, as one text.
  var given: String {
    (conditions + (boundText.isEmpty ? [] : ["bound from \(boundText)"])).joined(separator: "; ")
  }
  var countText: String { count > 0 ? "\(count)" : "" }
}
