/// Reads what ``CompactWriter`` wrote.
package struct CompactReader: Sendable {
  private let source: Source
  private var position = 0
  private let end: Int

  /// What a build wrote into the program is read where it is: a copy of all rules would be half a
  /// megabyte. Other bytes are those of tests.
  private enum Source {
    case inProgram(StaticString)
    case copy([UInt8])

    subscript(range: Range<Int>) -> String {
      switch self {
      case .inProgram(let text):
        unsafe String(
          decoding: UnsafeBufferPointer(
            start: text.utf8Start + range.lowerBound, count: range.count),
          as: UTF8.self)
      case .copy(let bytes): String(decoding: bytes[range], as: UTF8.self)
      }
    }

    subscript(index: Int) -> UInt8 {
      switch self {
      case .inProgram(let text): unsafe text.utf8Start[index]
      case .copy(let bytes): bytes[index]
      }
    }
  }

  package init(_ bytes: [UInt8]) {
    source = .copy(bytes)
    end = bytes.count
  }

  package init(_ text: StaticString) {
    source = .inProgram(text)
    end = text.utf8CodeUnitCount
  }

  private init(_ source: Source, _ range: Range<Int>) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
  }

  /// Something that the writer does not write, at a place in the bytes.
  package struct Malformed: Error {
    package let position: Int
  }

  package var isAtEnd: Bool { position == end }

  package func malformed() -> Malformed { Malformed(position: position) }

  package mutating func int64() throws -> Int64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = source[position]
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

  package mutating func string() throws -> String { source[try range()] }

  /// The place of a string, or of a part that is to be read by itself.
  private mutating func range() throws -> Range<Int> {
    let count = try int()
    guard count >= 0, count <= end - position else { throw malformed() }
    defer { position += count }
    return position..<position + count
  }

  /// A reader of what ``CompactWriter/write(part:)`` wrote; this one goes on behind it.
  package mutating func part() throws -> CompactReader { CompactReader(source, try range()) }

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
    guard count >= 0, count <= end - position else { throw malformed() }
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
