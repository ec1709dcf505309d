import Declarations
import ExperimentConfig
import Statistics

/// `analysis.html`: what two matrices of paired embeddings, or one of embeddings, say.
package enum AnalysisPage {
  /// All that the page says; writing it needs nothing else.
  package struct Contents: Sendable {
    package var title: String
    /// The answer in a few sentences: the first thing on the page.
    package var sentences: [String]
    package var warnings: [Warning] = []
    package var metrics: [Metric] = []
    package var points: Points?
    package var pictures: [Picture] = []
    /// What the analysis ran.
    package var config: ConfigListing?
    /// Runs it again.
    package var command: ShellCommand?
    /// What a reader should know of it, such as what was subsampled.
    package var notes: [String] = []
    package var facts: [Report.Fact] = []

    package init(title: String, sentences: [String]) {
      (self.title, self.sentences) = (title, sentences)
    }
  }

  /// A check of the input.
  package struct Warning: Sendable {
    package let name: String
    /// What was measured, with its unit: `0.3% of the rows of x`.
    package let score: String
    /// Whether it says that something is wrong; else the check was passed.
    package let isRaised: Bool
    /// What to do about it, in one line.
    package let remedy: String

    package init(name: String, score: String, isRaised: Bool, remedy: String) {
      (self.name, self.score, self.isRaised, self.remedy) = (name, score, isRaised, remedy)
    }
  }

  /// A row of the table of metrics.
  package struct Metric: Sendable {
    package let name: String
    /// `x`, `y`, `x-to-y`, `y-to-x`, `both`.
    package let side: String
    /// Nil where it is not defined; `note` says why.
    package let value: Double?
    package var interval: Interval?
    /// Its value where pairs are shuffled.
    package var null: Double?
    package var p: Double?
    package var references: [Reference] = []
    /// What a large or a small value means.
    package var direction = ""
    package var citation = ""
    package var note = ""
    package var command: ShellCommand?

    package init(name: String, side: String, value: Double?) {
      (self.name, self.side, self.value) = (name, side, value)
    }
  }

  /// What a metric is elsewhere: `CLIP`, `random CLIP`.
  package struct Reference: Sendable {
    package let name: String
    package let band: Interval

    package init(name: String, band: Interval) { (self.name, self.band) = (name, band) }
  }

  package struct Picture: Sendable {
    /// What is seen: the caption, and the name for who does not see it.
    package let title: String
    package let image: InlineSVG

    package init(title: String, image: InlineSVG) { (self.title, self.image) = (title, image) }
  }
}

extension AnalysisPage {
  /// The points that the page draws: an item is a row of the matrices, a pair where there are two sides.
  package struct Points: Sendable {
    /// Names of x and y; of x alone where there is no y.
    package var sides: [String]
    /// One of each item.
    package var ids: [String]
    package var labels: [String]?
    /// One, or two that are linked: before and after an intervention.
    package var views: [View]
    /// Of each item's partner among all of the other side, 1 being the nearest: x → y, then y → x.
    package var ranks: [[Int]]?
    package var neighbours: Neighbours?
    /// How many items there were, if these are a sample of them.
    package var total: Int?

    package init(sides: [String], ids: [String], views: [View]) {
      (self.sides, self.ids, self.views) = (sides, ids, views)
    }
  }

  /// A plane with all points.
  package struct View: Sendable {
    package let name: String
    /// `Δ (gap direction)` and `PC 1 orthogonal to Δ`.
    package let axes: [String]
    /// Of each side, item after item, its two coordinates.
    package let coordinates: [[Float]]

    package init(name: String, axes: [String], coordinates: [[Float]]) {
      (self.name, self.axes, self.coordinates) = (name, axes, coordinates)
    }
  }

  /// The nearest neighbours by cosine in the original space, among the items of the page.
  package struct Neighbours: Sendable {
    /// Of each item, the nearest first.
    package struct List: Sendable {
      /// `count` numbers of each item; −1 where there is none.
      package let items: [Int32]
      package let cosines: [Float]

      package init(items: [Int32], cosines: [Float]) { (self.items, self.cosines) = (items, cosines) }
    }

    /// How many of each item.
    package let count: Int
    /// Of each side: among its own, without the item itself; then, where there are two sides, among the other side.
    package let lists: [[List]]

    package init(count: Int, lists: [[List]]) { (self.count, self.lists) = (count, lists) }
  }
}
