/// A map from bool, int, uint or string keys to values, in the order of insertion.
///
/// Numeric keys that are equal are one key: `{1: "a"}[1u]` is "a".
public struct MapValue: Sendable {
  /// A key; `uint` keys within the range of int64 are kept as `int`.
  public enum Key: Hashable, Sendable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    /// The key for a value, or nil where a value of that type cannot be one.
    public init?(_ value: Value) {
      switch value {
      case .bool(let bool): self = .bool(bool)
      case .int(let int): self = .int(int)
      case .uint(let uint): self = Int64(exactly: uint).map(Key.int) ?? .uint(uint)
      case .double(let double):
        if let int = Int64(exactly: double) {
          self = .int(int)
        } else if let uint = UInt64(exactly: double) {
          self = .uint(uint)
        } else {
          return nil
        }
      case .string(let string): self = .string(string)
      default: return nil
      }
    }

    // Strings are Unicode scalars: Swift's own equality would take canonically equivalent ones
    // for one key.
    public static func == (left: Key, right: Key) -> Bool {
      switch (left, right) {
      case (.bool(let left), .bool(let right)): left == right
      case (.int(let left), .int(let right)): left == right
      case (.uint(let left), .uint(let right)): left == right
      case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
      default: false
      }
    }

    public func hash(into hasher: inout Hasher) {
      switch self {
      case .bool(let bool): hasher.combine(bool)
      case .int(let int): hasher.combine(int)
      case .uint(let uint): hasher.combine(uint)
      case .string(let string): for byte in string.utf8 { hasher.combine(byte) }
      }
    }
  }

  /// One entry; `key` is the value as it was written.
  public struct Entry: Sendable {
    public var key: Value
    public var value: Value
    public var origin: Origin?

    public init(key: Value, value: Value, origin: Origin? = nil) {
      self.key = key
      self.value = value
      self.origin = origin
    }
  }

  public private(set) var entries: [Entry] = []
  private var index: [Key: Int] = [:]

  public init() {}

  /// Adds an entry; false, and nothing added, where the key is there already or cannot be one.
  @discardableResult
  public mutating func insert(_ entry: Entry) -> Bool {
    guard let key = Key(entry.key), index[key] == nil else { return false }
    index[key] = entries.count
    entries.append(entry)
    return true
  }

  public subscript(key: Value) -> Entry? {
    Key(key).flatMap { index[$0] }.map { entries[$0] }
  }
}
