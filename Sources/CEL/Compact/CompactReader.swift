/// Reads what ``CompactWriter`` wrote.
package struct CompactReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Something that the writer does not write, at a place in the bytes.
  package struct Malformed: Error {
    package let position: Int
  }

  package var isAtEnd: Bool { position == bytes.count }

  package func malformed() -> Malformed { Malformed(position: position) }

  package mutating func int64() throws -> Int64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      guard byte & 0xc0 == 0x40 else { break }
      position += 1
      number |= UInt64(byte & 31) << shift
      if byte & 32 == 0 { return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1) }
      shift += 5
    }
    throw malformed()
  }

  package mutating func int() throws -> Int { Int(try int64()) }

  package mutating func bool() throws -> Bool { try int64() != 0 }

  package mutating func string() throws -> String {
    let count = try int()
    guard count >= 0, count <= bytes.count - position else { throw malformed() }
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  package mutating func choice<Choice: CaseIterable>(_ type: Choice.Type) throws -> Choice {
    let index = try int()
    let cases = Array(Choice.allCases)
    guard cases.indices.contains(index) else { throw malformed() }
    return cases[index]
  }

  package mutating func list<Element>(
    _ read: (inout CompactReader) throws -> Element
  ) throws -> [Element] {
    let count = try int()
    // Nothing is shorter than a byte.
    guard count >= 0, count <= bytes.count - position else { throw malformed() }
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try read(&self)) }
    return list
  }

  package mutating func optional<Wrapped>(
    _ read: (inout CompactReader) throws -> Wrapped
  ) throws -> Wrapped? {
    try bool() ? read(&self) : nil
  }

  package mutating func strings() throws -> [String] { try list { try $0.string() } }

  package mutating func optionalString() throws -> String? { try optional { try $0.string() } }
}
