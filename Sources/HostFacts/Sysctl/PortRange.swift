/// A closed range of port numbers, such as `net.ipv4.ip_local_port_range`.
struct PortRange: Hashable, Sendable {
  var first: Int
  var last: Int

  /// How many ports, both ends counted; 0 where `first` is above `last`.
  var size: Int {
    let (width, overflow) = last.subtractingReportingOverflow(first)
    return overflow || width < 0 || width == .max ? 0 : width + 1
  }

  init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  func contains(_ port: Int) -> Bool { first <= port && port <= last }
}

extension PortRange: FactObject {
  static let typeName = "PortRange"
  static let documentation = "A closed range of ports."
  static let fields: FactFields<PortRange> = [
    .init("first", \.first, "The lowest port."),
    .init("last", \.last, "The highest port; it belongs to the range."),
    .init("size", \.size, "How many ports: last - first + 1."),
  ]
}
