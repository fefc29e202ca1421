/// Conversions between types; a nil result says that there is none from that type.
enum Conversions {
  static func toInt(_ value: Value) -> Value? {
    switch value {
    case .int: value
    case .uint(let uint): Int64(exactly: uint).map(Value.int) ?? outOfRange(value, "an int")
    case .double(let double):
      // -2^63 itself is refused, as by the other implementations: near it doubles are 1024 apart,
      // so it may stand for a number that does not fit.
      double > -0x1p63 && double < 0x1p63 ? .int(Int64(double)) : outOfRange(value, "an int")
    case .string(let text): Int64(text).map(Value.int) ?? isNo("an int", text)
    default: nil
    }
  }

  static func toUInt(_ value: Value) -> Value? {
    switch value {
    case .uint: value
    case .int(let int): UInt64(exactly: int).map(Value.uint) ?? outOfRange(value, "a uint")
    case .double(let double):
      double >= 0 && double < 0x1p64 ? .uint(UInt64(double)) : outOfRange(value, "a uint")
    case .string(let text): UInt64(text).map(Value.uint) ?? isNo("a uint", text)
    default: nil
    }
  }

  static func toDouble(_ value: Value) -> Value? {
    switch value {
    case .double: value
    case .int(let int): .double(Double(int))
    case .uint(let uint): .double(Double(uint))
    case .string(let text): Double(text).map(Value.double) ?? isNo("a double", text)
    default: nil
    }
  }

  static func toBool(_ value: Value) -> Value? {
    switch value {
    case .bool: return value
    case .string(let text):
      switch text {
      case "1", "t", "true", "TRUE", "True": return .bool(true)
      case "0", "f", "false", "FALSE", "False": return .bool(false)
      default: return isNo("a bool", text)
      }
    default: return nil
    }
  }

  static func toBytes(_ value: Value, work: inout Work) -> Value? {
    switch value {
    case .bytes: return value
    case .string(let text):
      work.spend(text.utf8.count / 8)
      return .bytes(Array(text.utf8))
    default: return nil
    }
  }

  static func toString(_ value: Value, work: inout Work) -> Value? {
    switch value {
    case .string: return value
    case .bool(let bool): return .string(bool ? "true" : "false")
    case .int(let int): return .string(String(int))
    case .uint(let uint): return .string(String(uint))
    case .double(let double): return .string(text(double))
    case .duration(let duration): return .string(Durations.text(duration))
    case .bytes(let bytes):
      work.spend(bytes.count / 8)
      return String(validating: bytes, as: UTF8.self).map(Value.string)
        ?? .failure("the bytes are not UTF-8")
    default: return nil
    }
  }

  static func toDuration(_ value: Value) -> Value? {
    switch value {
    case .duration: value
    case .string(let text): Durations.parse(text)
    default: nil
    }
  }

  /// The shortest text that reads back as the same number; whole numbers without `.0`.
  static func text(_ double: Double) -> String {
    if double.isNaN { return "NaN" }
    if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
    let text = double.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func outOfRange(_ value: Value, _ type: String) -> Value {
    .failure("\(value) does not fit \(type)")
  }

  private static func isNo(_ type: String, _ text: String) -> Value {
    .failure("'\(text)' is not \(type)")
  }
}

extension Value: CustomStringConvertible {
  /// The value as an expression would write it, where one can: `"eth0"`, `[1, 2]`, `10s`.
  public var description: String {
    switch self {
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .uint(let uint): "\(uint)u"
    case .double(let double): Conversions.text(double)
    case .string(let string): "\"\(string)\""
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .null: "null"
    case .duration(let duration): Durations.text(duration)
    case .intSet(let set): "{\(set.ranges.map(Value.text).joined(separator: ", "))}"
    case .list(let list): "[\(list.map(\.description).joined(separator: ", "))]"
    case .map(let map):
      "{\(map.entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
    case .object(let object): object.typeName
    case .type(.list): "list"
    case .type(.map): "map"
    case .type(.type): "type"
    case .type(let type): type.description
    case .error(let error): "error: \(error.message)"
    case .unknown(let unknown):
      "unknown: \(unknown.missing.map(\.fact).joined(separator: ", "))"
    }
  }

  private static func text(_ range: ClosedRange<Int64>) -> String {
    range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
  }
}
