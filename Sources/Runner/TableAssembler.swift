import Contracts
import Declarations
import ExperimentPlan

/// Puts the tables of all runs together: matrix axes first, then what the stage gave.
package enum TableAssembler {
  /// One run's table with its axes in front.
  package static func withAxes(_ table: Table, _ axes: [AxisValue], stage: String) -> Table {
    table.behind(axes.map { ($0.name, cell($0.value)) }, stage: stage)
  }

  /// An axis value as a cell.
  package static func cell(_ value: JSONValue) -> Cell {
    switch value {
    case .number(let number): value.integer.map { .integer($0) } ?? .real(number)
    case .string(let text): .text(text)
    default: .text(value.canonical)
    }
  }
}
