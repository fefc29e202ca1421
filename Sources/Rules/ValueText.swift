public import CEL

/// How values are written in messages and reports.
public enum ValueText {
  /// The types that a placeholder can print.
  static func isPrintable(_ type: Type) -> Bool {
    switch type {
    case .bool, .int, .uint, .double, .string, .duration, .intSet, .error: true
    case .list(let element): isPrintable(element)
    default: false
    }
  }

  /// A value as a message shows it: doubles with at most one decimal, durations with their unit,
  /// sets in the kernel's spelling. Nil for errors, unknowns and lists that hold them.
  public static func printed(_ value: Value) -> String? {
    switch value {
    case .bool(let bool): return String(bool)
    case .int(let int): return String(int)
    case .uint(let uint): return String(uint)
    case .double(let double): return number(double)
    case .string(let string): return string
    case .null: return "null"
    case .duration(let duration): return self.duration(duration)
    case .intSet(let set): return ranges(set)
    case .list(let elements):
      var texts: [String] = []
      for element in elements {
        guard let text = printed(element) else { return nil }
        texts.append(text)
      }
      return texts.joined(separator: ", ")
    case .map(let map):
      return braced(map.entries.map { (printed($0.key) ?? "?", printed($0.value) ?? "?") })
    case .object(let object): return self.object(object)
    case .bytes(let bytes): return "\(bytes.count) bytes"
    case .type, .error, .unknown: return nil
    }
  }

  /// At most one decimal, and none that is zero.
  private static func number(_ double: Double) -> String {
    guard double.isFinite else { return double.isNaN ? "not a number" : double < 0 ? "-∞" : "∞" }
    let tenths = (double * 10).rounded()
    guard let scaled = Int64(exactly: tenths) else { return "\(double)" }
    let sign = scaled < 0 ? "-" : ""
    let magnitude = scaled.magnitude
    let fraction = magnitude % 10
    return "\(sign)\(magnitude / 10)" + (fraction == 0 ? "" : ".\(fraction)")
  }

  private static func duration(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let total = Double(seconds) + Double(attoseconds) / 1e18
    if total != 0, total.magnitude < 1 { return "\(number(total * 1000)) ms" }
    return "\(number(total)) s"
  }

  /// As the kernel writes a bitmap of ports: `80,443,8000-8009`.
  private static func ranges(_ set: IntegerSet) -> String {
    set.ranges.map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: ",")
  }

  /// A range of ports as the kernel writes it, `32768 60999`; other structures with their fields.
  private static func object(_ object: ObjectValue) -> String {
    if case .value(.int(let first), _) = object.fields["first"],
      case .value(.int(let last), _) = object.fields["last"]
    {
      return "\(first) \(last)"
    }
    let known = object.fields.sorted { $0.key < $1.key }.compactMap { name, field in
      if case .value(let value, _) = field { (name, printed(value) ?? "?") } else { nil }
    }
    return braced(known)
  }

  private static func braced(_ pairs: [(String, String)]) -> String {
    "{" + pairs.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
  }
}
