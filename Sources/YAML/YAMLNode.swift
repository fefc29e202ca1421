/// A node of a YAML document and the offsets it covers in the file.
public struct YAMLNode: Sendable {
  public enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
    /// Reported already, so readers pass over it in silence: a tag or an alias in a file of ours;
    /// in another's a value that only the tag's owner can read.
    case refused
  }

  public var content: Content
  /// From the first character of the node; of collections only the first character counts.
  public var range: Range<Int>

  public init(content: Content, range: Range<Int>) {
    self.content = content
    self.range = range
  }

  /// What the node is, for messages.
  public var kind: String {
    switch content {
    case .scalar(let scalar):
      switch scalar.form {
      case .null: "nothing"
      case .bool: "a boolean"
      case .int, .double: "a number"
      case .ambiguous, .text: "text"
      }
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .refused: "a refused value"
    }
  }
}

/// One key of a mapping with its value.
public struct YAMLEntry: Sendable {
  public var key: String
  public var keyRange: Range<Int>
  public var value: YAMLNode
}

/// A scalar with the style that it is written in.
public struct YAMLScalar: Sendable {
  public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

  /// What an unquoted scalar stands for. The readings of YAML 1.1 and 1.2 differ, so everything
  /// on which they do is ambiguous, and refused with a reason.
  public enum Form: Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// Something else to some YAML readers; the clause says what.
    case ambiguous(String)
    case text
  }

  public var value: String
  public var style: Style

  /// The meaning of a plain scalar; quoted and block scalars are text.
  public var form: Form {
    guard style == .plain else { return .text }
    switch value {
    case "", "~", "null", "Null", "NULL": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    if ["yes", "no", "on", "off", "y", "n", "true", "false"].contains(value.lowercased()) {
      return .ambiguous("is a boolean to some YAML readers")
    }
    return number
  }

  private var number: Form {
    var digits = Substring(value)
    if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) || first == 0x2E else {
      return .text
    }
    if digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      if first == 0x30 && digits.utf8.count > 1 {
        return .ambiguous("is octal to some YAML readers and decimal to others")
      }
      if let int = Int64(value) { return .int(int) }
      return .ambiguous("is a number beyond 64 bits")
    }
    let lowercase = digits.lowercased()
    if lowercase == ".inf" || lowercase == ".nan" { return .ambiguous("is no finite number") }
    for prefix in ["0x", "0o", "0b"] where lowercase.hasPrefix(prefix) {
      let radix = prefix == "0x" ? 16 : prefix == "0o" ? 8 : 2
      if Int64(lowercase.dropFirst(2), radix: radix) != nil {
        return .ambiguous("is a number only to some YAML readers")
      }
    }
    if digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x5F }) {
      return .ambiguous("is a number only to some YAML readers")
    }
    let isDecimal = digits.utf8.allSatisfy {
      (0x30...0x39).contains($0) || [0x2E, 0x2B, 0x2D, 0x65, 0x45].contains($0)
    }
    if isDecimal, let double = Double(value), double.isFinite { return .double(double) }
    return .text
  }
}
