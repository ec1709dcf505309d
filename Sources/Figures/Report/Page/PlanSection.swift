import Declarations

/// The stages as a graph, from left to right: each in the column behind the last one that it reads.
func planSection(_ nodes: [Report.Node]) -> [HTML] {
  guard !nodes.isEmpty else { return [] }
  let layout = PlanLayout(nodes)
  let edges: [HTML] = nodes.indices.flatMap { index in
    nodes[index].inputs.map { layout.edge(from: $0, to: index) }
  }
  let boxes: [HTML] = nodes.indices.map { layout.box(nodes[$0], at: $0) }
  let label = "The plan: \(counted(nodes.count, "stage"))"
  return [
    """
    <div class="wide" tabindex="0" role="group" aria-label="\(label)">\
    <svg class="graph" width="\(layout.width)" height="\(layout.height)" viewBox="0 0 \(layout.width) \(layout.height)" role="img" aria-label="\(label)">\
    <title>\(label)</title>\(edges.joined())\(boxes.joined())</svg></div>
    """,
    "<p><small>A stage that the matrix multiplies is one box, with the count of its tasks.</small></p>",
  ]
}

private struct PlanLayout {
  private static let boxHeight = 42
  private static let (gapX, gapY) = (44, 14)
  /// Of the widest box, in characters.
  private static let longest = 30
  /// Of a character of the graph's font, rounded up.
  private static let characterWidth = 8

  private let x: [Int]
  private let y: [Int]
  private let widths: [Int]
  let width: Int
  let height: Int

  init(_ nodes: [Report.Node]) {
    var columns = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      columns[index] = (node.inputs.filter { $0 < index }.map { columns[$0] + 1 }).max() ?? 0
    }
    var rows = [Int](repeating: 0, count: nodes.count)
    var counts: [Int: Int] = [:]
    for index in Self.order(nodes, columns) {
      rows[index] = counts[columns[index], default: 0]
      counts[columns[index], default: 0] += 1
    }
    let own = nodes.map { node in
      Self.characterWidth * max(Self.cut(Self.title(node)).count, Self.cut(node.kind).count) + 20
    }
    let columnWidths = (0...(columns.max() ?? 0)).map { column in
      nodes.indices.filter { columns[$0] == column }.map { own[$0] }.max() ?? 0
    }
    let starts = columnWidths.indices.map { column in
      1 + columnWidths[..<column].reduce(0, +) + column * Self.gapX
    }
    x = columns.map { starts[$0] }
    widths = columns.map { columnWidths[$0] }
    y = rows.map { 1 + $0 * (Self.boxHeight + Self.gapY) }
    width = columnWidths.reduce(0, +) + (columnWidths.count - 1) * Self.gapX + 2
    height = (counts.values.max() ?? 1) * (Self.boxHeight + Self.gapY) - Self.gapY + 2
  }

  /// Column by column, each by where its inputs are in theirs, so that fewer lines cross.
  private static func order(_ nodes: [Report.Node], _ columns: [Int]) -> [Int] {
    var places = [Double](repeating: 0, count: nodes.count)
    var order: [Int] = []
    for column in 0...(columns.max() ?? 0) {
      let members = nodes.indices.filter { columns[$0] == column }
      for index in members {
        let inputs = nodes[index].inputs.map { places[$0] }
        places[index] = inputs.isEmpty ? Double(index) : inputs.reduce(0, +) / Double(inputs.count)
      }
      let sorted = members.sorted { (places[$0], $0) < (places[$1], $1) }
      for (place, index) in sorted.enumerated() { places[index] = Double(place) }
      order += sorted
    }
    return order
  }

  private static func title(_ node: Report.Node) -> String {
    node.taskCount == 1 ? node.stage : "\(node.stage) × \(node.taskCount)"
  }

  private static func cut(_ text: String) -> String {
    text.count <= longest ? text : text.prefix(longest - 1) + "…"
  }

  func edge(from start: Int, to end: Int) -> HTML {
    let (left, right) = (x[start] + widths[start], x[end])
    let (top, bottom) = (y[start] + Self.boxHeight / 2, y[end] + Self.boxHeight / 2)
    let middle = (left + right) / 2
    return "<path d=\"M\(left) \(top)C\(middle) \(top) \(middle) \(bottom) \(right) \(bottom)\"/>"
  }

  func box(_ node: Report.Node, at index: Int) -> HTML {
    let (left, top) = (x[index], y[index])
    return """
      <g><title>\("\(Self.title(node)): \(node.kind)")</title>\
      <rect x="\(left)" y="\(top)" width="\(widths[index])" height="\(Self.boxHeight)" rx="4"/>\
      <text x="\(left + 10)" y="\(top + 18)">\(Self.cut(Self.title(node)))</text>\
      <text class="kind" x="\(left + 10)" y="\(top + 34)">\(Self.cut(node.kind))</text></g>
      """
  }
}
