import CEL

/// Values of facts as text for people: each has one, with two decimals. `ValueText` of Rules writes
/// those in messages, with one decimal, and has none for what could not be read.
enum ValueText {
  /// Nesting beyond this is cut; facts nest less than ten deep.
  private static let depthLimit = 32

  /// One line; strings without quotes, errors and unknowns as `?`.
  static func describe(_ value: Value) -> String { describe(value, depth: 0) }

  /// As `/proc/sys` spells it, or nil for a value that no sysctl has.
  static func kernelSpelling(_ value: Value) -> String? {
    switch value {
    case .bool(let bool): bool ? "1" : "0"
    case .int(let int): String(int)
    case .uint(let uint): String(uint)
    case .string(let string): string
    case .intSet(let set): describe(set)
    case .list(let elements):
      elements.map(kernelSpelling).reduce(into: Optional("")) { text, element in
        guard let whole = text, let element else {
          text = nil
          return
        }
        text = whole.isEmpty ? element : whole + " " + element
      }
    case .object(let object): portRange(object)
    default: nil
    }
  }

  /// `8080-8081,30000`, as `ip_local_reserved_ports` is written.
  static func describe(_ set: IntegerSet) -> String {
    set.ranges.map { range in
      range.lowerBound == range.upperBound
        ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: ",")
  }

  /// At most two decimals, and none where they are zero.
  static func describe(_ double: Double) -> String {
    guard double.isFinite else { return double.isNaN ? "not a number" : "infinite" }
    let hundredths = (double * 100).rounded()
    guard abs(hundredths) < 1e15 else { return double.description }
    // Also for -0.001, which would print as -0.
    if hundredths == 0 { return "0" }
    let text = (hundredths / 100).description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The two ends of a port range, as `ip_local_port_range` is written; nil for other objects.
  static func portRange(_ object: ObjectValue) -> String? {
    guard object.typeName == "PortRange",
      case .value(.int(let first), _)? = object.fields["first"],
      case .value(.int(let last), _)? = object.fields["last"]
    else { return nil }
    return "\(first) \(last)"
  }

  private static func describe(_ value: Value, depth: Int) -> String {
    guard depth < depthLimit else { return "…" }
    switch value {
    case .bool(let bool): return bool ? "true" : "false"
    case .int(let int): return String(int)
    case .uint(let uint): return String(uint)
    case .double(let double): return describe(double)
    case .string(let string): return string
    case .bytes(let bytes): return hexadecimal(bytes)
    case .null: return "null"
    case .duration(let duration): return describe(duration.seconds) + " s"
    case .intSet(let set): return set.ranges.isEmpty ? "none" : describe(set)
    case .list(let elements):
      return "[" + elements.map { describe($0, depth: depth + 1) }.joined(separator: ", ") + "]"
    case .map(let map):
      let entries = map.entries.map { entry in
        "\(describe(entry.key, depth: depth + 1)): \(describe(entry.value, depth: depth + 1))"
      }
      return "{" + entries.joined(separator: ", ") + "}"
    case .object(let object):
      if let range = portRange(object) { return range }
      let fields = object.fields.sorted { $0.key < $1.key }.map { name, field in
        guard case .value(let value, _) = field else { return "\(name): ?" }
        return "\(name): \(describe(value, depth: depth + 1))"
      }
      return "{" + fields.joined(separator: ", ") + "}"
    case .type: return "type"
    case .error, .unknown: return "?"
    }
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

extension Duration {
  /// The whole duration in seconds, as near as a double comes.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
