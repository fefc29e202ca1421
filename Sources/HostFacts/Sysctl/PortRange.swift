internal import CEL

/// A range of ports, both ends included, as in `ip_local_port_range`.
public struct PortRange: Hashable, Sendable {
  public let first: Int
  public let last: Int

  /// Nil unless both are ports, in order.
  public init?(first: Int, last: Int) {
    guard first >= 0, first <= last, last <= 65535 else { return nil }
    self.first = first
    self.last = last
  }

  public var size: Int { last - first + 1 }
}

extension PortRange: FactObject {
  public static let typeName = "PortRange"
  public static let documentation = "A range of ports."
  public static var fields: [FactField<PortRange>] {
    [
      .init("first", \.first, "The lowest port."),
      .init("last", \.last, "The highest port; the kernel uses it too."),
      .init("size", \.size, "How many ports: last - first + 1."),
    ]
  }
}
