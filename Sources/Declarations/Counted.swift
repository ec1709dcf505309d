/// `1 run`, `2 runs`, `0 runs`.
///
/// - Parameter plural: where it is not the singular with an s.
package func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? singular : plural ?? singular + "s")"
}
