import Declarations

/// A quantity along one coordinate.
struct Curve {
  private let maker: NumberMaker
  private let quantity: String
  private let keys: [Measurement.Key]
  private let coordinate: String
  /// In the order of the coordinate.
  private let measurements: [Measurement]

  init(
    _ maker: NumberMaker, _ quantity: String, _ keys: [Measurement.Key], _ coordinate: String,
    _ measurements: [Measurement]
  ) {
    (self.maker, self.quantity, self.keys, self.coordinate) = (maker, quantity, keys, coordinate)
    self.measurements = measurements.sorted {
      (Self.place($0, coordinate) ?? .infinity) < (Self.place($1, coordinate) ?? .infinity)
    }
  }

  var name: String { maker.id(quantity, keys) }
  var count: Int { measurements.count }

  private static func place(_ one: Measurement, _ coordinate: String) -> Double? {
    one.keys.first { $0.name.isExactly(coordinate) }?.value.number
  }

  /// First and last among them, the others evenly between; the same ones for curves of equal length.
  func points(atMost most: Int) -> [ReferenceNumber] {
    let last = measurements.count - 1
    guard most > 0, last >= 0 else { return [] }
    let chosen =
      last < most
      ? Array(0...last) : most == 1 ? [0] : (0..<most).map { ($0 * last + (most - 1) / 2) / (most - 1) }
    return chosen.flatMap { maker.numbers(measurements[$0]) }
  }

  /// The minimum and the maximum with their places, and by how much each is better than the second best. The place of a
  /// trained network's extreme is left to the claims.
  var extremes: [ReferenceNumber] {
    maker.table.isTrained ? [] : extreme("minimum", sign: 1) + extreme("maximum", sign: -1)
  }

  private func extreme(_ what: String, sign: Double) -> [ReferenceNumber] {
    let values = measurements.compactMap { one -> (place: Double, value: Double)? in
      guard let place = Self.place(one, coordinate), let value = one.value.number, !value.isNaN else {
        return nil
      }
      return (place, value)
    }
    guard let best = values.min(by: { sign * $0.value < sign * $1.value }) else { return [] }
    let second = values.filter { $0.place != best.place }.min { sign * $0.value < sign * $1.value }
    let id = "\(name)/\(what)"
    let extreme = maker.number(id, quantity, .real(best.value))
    var place = maker.make("\(id)-at(\(NumberSelection.part(coordinate)))", .place, .real(best.place))
    place.margin = second.map { Deviation.between($0.value, best.value) }
    return [extreme, place]
  }
}

extension NumberKey {
  /// Of a place, the number that has the extreme's value.
  var ofExtreme: NumberKey? {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard let last = parts.last,
      let what = ["minimum", "maximum"].first(where: { last.hasBytes(first: "\($0)-at(") })
    else { return nil }
    return NumberKey(
      experiment: experiment, id: (parts.dropLast() + [Substring(what)]).joined(separator: "/"))
  }
}
