/// Writes values one after the other, in the form that ``CompactReader`` reads back.
///
/// The form is for one build of the program, which compiles its rules when it is built and reads
/// them when it runs. Numbers are ASCII, strings their length and their UTF-8, so that all of it
/// can stand in a string literal.
package struct CompactWriter {
  package private(set) var text = ""

  package init() {}

  /// A value that has no compact form, such as an error.
  package struct Unwritable: Error, CustomStringConvertible {
    package let description: String
  }

  /// Five bits a character, the lowest first, from `@` on; 32 more where another follows.
  package mutating func write(_ number: Int64) {
    // The sign goes to the lowest bit: most numbers are small.
    var rest = UInt64(bitPattern: (number << 1) ^ (number >> 63))
    repeat {
      let digit = UInt8(rest & 31)
      rest >>= 5
      text.unicodeScalars.append(Unicode.Scalar(64 + digit + (rest == 0 ? 0 : 32)))
    } while rest != 0
  }

  package mutating func write(_ number: Int) { write(Int64(number)) }

  package mutating func write(_ bool: Bool) { write(bool ? 1 : 0) }

  package mutating func write(_ string: String) {
    write(string.utf8.count)
    text += string
  }

  /// What can be passed over, and read later.
  package mutating func write(part write: (inout CompactWriter) throws -> Void) rethrows {
    var part = CompactWriter()
    try write(&part)
    self.write(part.text)
  }

  package mutating func write<Choice: CaseIterable & Equatable>(choice: Choice) {
    write(Array(Choice.allCases).firstIndex(of: choice) ?? -1)
  }

  package mutating func write<Element>(
    _ list: [Element], _ write: (inout CompactWriter, Element) throws -> Void
  ) rethrows {
    self.write(list.count)
    for element in list { try write(&self, element) }
  }

  package mutating func write<Wrapped>(
    _ value: Wrapped?, _ write: (inout CompactWriter, Wrapped) throws -> Void
  ) rethrows {
    self.write(value != nil)
    if let value { try write(&self, value) }
  }

  package mutating func write(_ strings: [String]) { write(strings) { $0.write($1) } }

  package mutating func write(_ string: String?) { write(string) { $0.write($1) } }
}
