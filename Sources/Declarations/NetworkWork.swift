/// About how many floating-point operations an `init` stage of networks takes, for estimates of time.
package struct NetworkWork: Sendable {
  /// How many items it is given with these parameters; nil where that is not known without reading files.
  package let items: @Sendable (JSONValue) -> Double?
  /// Of one item; nil where its size is not known.
  package let perItem: @Sendable (JSONValue) -> Double?

  package init(
    items: @escaping @Sendable (JSONValue) -> Double? = { $0["data"]?["count"]?.number },
    perItem: @escaping @Sendable (JSONValue) -> Double?
  ) {
    self.items = items
    self.perItem = perItem
  }

  package func operations(_ with: JSONValue) -> Double? {
    guard let item = perItem(with), let count = items(with) else { return nil }
    return item * count
  }

  /// Of a training of the network that was made with these parameters: forwards and twice as much backwards a pair
  /// and step, and the embeddings at its end.
  package func ofTraining(_ training: JSONValue, _ with: JSONValue) -> Double? {
    guard let item = perItem(with), let batch = training["batch"]?.number,
      let count = training["data"]?["count"]?.number ?? items(with)
    else { return nil }
    let steps =
      training["steps"]?.number ?? training["epochs"]?.number.map { $0 * (count / batch).rounded(.down) }
    return steps.map { item * (3 * $0 * batch + count) }
  }
}
