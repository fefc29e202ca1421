internal import CEL

/// A sysctl's value, typed as the catalogue says.
enum SysctlValue: Hashable, Sendable {
  case integer(Int)
  case portRange(PortRange)
  case portSet(IntegerSet)
  case integers([Int])
  case string(String)

  /// Reads what `/proc/sys` shows; nil where it is not of that kind.
  init?(_ text: some StringProtocol, kind: SysctlEntry.Kind) {
    let parts = words(text)
    switch kind {
    case .integer:
      guard parts.count == 1, let number = Int(parts[0]) else { return nil }
      self = .integer(number)
    case .portRange:
      guard parts.count == 2, let first = Int(parts[0]), let last = Int(parts[1]),
        0...65535 ~= first, first <= last, last <= 65535
      else { return nil }
      self = .portRange(PortRange(first: first, last: last))
    case .portSet:
      guard let ports = Self.ports(trimmed(text)) else { return nil }
      self = .portSet(ports)
    case .integers(let count):
      let numbers = parts.compactMap { Int($0) }
      guard parts.count == count, numbers.count == count else { return nil }
      self = .integers(numbers)
    case .string:
      self = .string(trimmed(text))
    }
  }

  /// A list such as `8080,9000-9010`; empty for none.
  private static func ports(_ text: String) -> IntegerSet? {
    if text.isEmpty { return IntegerSet() }
    var ranges: [ClosedRange<Int64>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap({ UInt16($0) }),
        let last = ends.last.flatMap({ UInt16($0) }), first <= last
      else { return nil }
      ranges.append(Int64(first)...Int64(last))
    }
    return IntegerSet(ranges)
  }

  var factValue: CEL.Value {
    switch self {
    case .integer(let number): number.factValue
    case .portRange(let range): range.factValue
    case .portSet(let ports): .intSet(ports)
    case .integers(let numbers): numbers.factValue
    case .string(let text): .string(text)
    }
  }
}

extension SysctlEntry.Kind {
  var factType: Type {
    switch self {
    case .integer: .int
    case .portRange: PortRange.factType
    case .portSet: .intSet
    case .integers: .list(.int)
    case .string: .string
    }
  }

  /// What a text should have been: "'abc' is not a number".
  var expectation: String {
    switch self {
    case .integer: "a number"
    case .portRange: "a range of ports"
    case .portSet: "a list of ports"
    case .integers(let count): "\(count) numbers"
    case .string: "text"
    }
  }
}
