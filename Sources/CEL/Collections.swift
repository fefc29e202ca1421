/// What the library does with strings, lists, maps and sets; a nil result says that the types do
/// not fit.
enum Collections {
  static func size(_ value: Value, work: inout Work) -> Value? {
    switch value {
    case .string(let string):
      work.spend(string.utf8.count / 16)
      return .int(Int64(string.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let list):
      let missing = list.missingRest
      return missing.isEmpty ? .int(Int64(list.count)) : .unknown(Unknown(missing))
    case .map(let map): return .int(Int64(map.entries.count))
    case .intSet(let set):
      work.spend(set.ranges.count)
      return .int(set.count)
    default: return nil
    }
  }

  static func contains(_ element: Value, in container: Value, work: inout Work) -> Value? {
    switch container {
    case .list(let list):
      var missing: [Missing] = []
      for item in list {
        switch Equality(element, item, work: &work) {
        case .equal: return .bool(true)
        case .different: break
        case .unknown(let more): missing.append(new: more)
        }
        if work.isExhausted { break }
      }
      return missing.isEmpty ? .bool(false) : .unknown(Unknown(missing))
    case .map(let map):
      // Whether an entry is there that could not be read is not known either.
      if let entry = map[element], case .unknown = entry.value { return entry.value }
      return .bool(map[element] != nil)
    case .intSet(let set):
      switch MapValue.Key(element) {
      case .int(let int): return .bool(set.contains(int))
      case .uint: return .bool(false)  // above every int
      default: return element.type == .double ? .bool(false) : nil
      }
    default: return nil
    }
  }

  static func string(
    _ text: Value, _ part: Value, work: inout Work, _ test: ([UInt8], [UInt8]) -> Bool
  ) -> Value? {
    guard case .string(let text) = text, case .string(let part) = part else { return nil }
    work.spend((text.utf8.count + part.utf8.count) / 16)
    return .bool(test(Array(text.utf8), Array(part.utf8)))
  }

  /// Whether one run of bytes is in another: Knuth, Morris and Pratt, because the time must not
  /// be the product of two lengths that a host chose.
  static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty else { return true }
    guard part.count <= text.count else { return false }
    // borders[i]: length of the longest proper prefix of part[...i] that also ends it.
    var borders = [Int](repeating: 0, count: part.count)
    var matched = 0
    for index in part.indices.dropFirst() {
      while matched > 0, part[index] != part[matched] { matched = borders[matched - 1] }
      if part[index] == part[matched] { matched += 1 }
      borders[index] = matched
    }
    matched = 0
    for byte in text {
      while matched > 0, byte != part[matched] { matched = borders[matched - 1] }
      if byte == part[matched] { matched += 1 }
      if matched == part.count { return true }
    }
    return false
  }
}

extension [Missing] {
  /// Adds those that are not there yet.
  mutating func append(new missing: [Missing]) {
    for one in missing where !contains(one) { append(one) }
  }
}
