/// One set of axes and what is drawn between them, before its place on the page is known.
struct Plot {
  struct Axis {
    var label: String
    var low: Double
    var high: Double
    /// Only whole numbers are marked.
    var isWhole = false
    /// In place of round numbers.
    var marks: [Mark] = []
  }

  struct Mark: Equatable {
    let at: Double
    let text: String
  }

  struct LegendEntry {
    let title: String
    /// `linewidth 2 linecolor rgb '#…'`, for curves.
    var line: GnuplotCode?
    /// `pointtype 7 pointsize 1 linecolor rgb '#…'`, for points.
    var marker: GnuplotCode?
  }

  /// Rows of numbers that the script holds inline. An empty row is a break in a line.
  struct Block {
    let comment: String
    let rows: [[Double]]
  }

  /// How a block is drawn.
  struct Layer {
    /// Of `blocks`.
    let block: Int
    /// `using 1:2 with lines …`
    let style: GnuplotCode

    init(_ block: Int, _ style: GnuplotCode) { (self.block, self.style) = (block, style) }
  }

  var title: String?
  var caption: String?
  var x: Axis
  var y: Axis
  /// No axes, and one unit is as long both ways.
  var isBare = false
  var blocks: [Block] = []
  /// Functions and constants that the layers use.
  var definitions: [GnuplotCode] = []
  /// `set object …`, `set arrow …`, `set label …`, without tags.
  var decorations: [GnuplotCode] = []
  /// Elements of the plot command.
  var layers: [Layer] = []
  var legend: [LegendEntry] = []
  /// What of the rows could not be drawn, and why.
  var notes: [String] = []
  /// A few words in a box in the middle.
  var note: String?
  var legendTitle: String?
  var legendPlace = LegendPlace.auto
  /// A row above the axes that is too wide for them stands beside them instead.
  var movesWideLegend = false
  /// Points that the legend must not cover.
  var occupied: [(x: Double, y: Double)] = []
}

enum LegendPlace: String, CaseIterable {
  case auto
  case topLeft = "top-left"
  case topRight = "top-right"
  case bottomLeft = "bottom-left"
  case bottomRight = "bottom-right"
  /// One row above the axes.
  case above
  case outside, none
}

/// What stands at one place of the page.
indirect enum Picture {
  case plot(Plot)
  /// A grey box with the reason.
  case missing(String, caption: String?, title: String?)
  case grid(PictureGrid)
}

struct PictureGrid {
  var columns: Int
  var cells: [Picture]
  /// Relative widths of the columns and heights of the rows.
  var widths: [Double]
  var heights: [Double]
  var columnTitles: [String] = []
  var rowTitles: [String] = []
  var caption: String?
  var title: String?

  var rowCount: Int { columns > 0 ? (cells.count + columns - 1) / columns : 0 }
}

/// A rectangle of the page in pixels, y upwards.
struct Rectangle: Equatable {
  var left: Double
  var bottom: Double
  var right: Double
  var top: Double

  var width: Double { right - left }
  var height: Double { top - bottom }
}
