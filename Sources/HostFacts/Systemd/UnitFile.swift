internal import CEL

/// The text of one unit file or drop-in: its assignments in order, whatever type of unit it is for.
/// systemd.syntax(7).
struct UnitFile: Sendable {
  var path: String
  var lines: [Entry] = []
  /// What systemd reads no further than; nil where it reads to the end.
  var failure: Failure?

  /// A line that is no section header.
  enum Entry: Sendable {
    case assignment(UnitAssignment)
    /// A line without a setting's name or `=`, and what to say of it.
    case nonsense(String, section: String?, SourceLocation)
    /// A section header: where it stands.
    case section(String, SourceLocation)
  }

  /// Why a file cannot be read to its end.
  struct Failure: Hashable, Sendable {
    var message: String
    var location: SourceLocation
  }

  /// Reads a file.
  init(path: String, _ bytes: [UInt8]) {
    self.path = path
    var source = UnitLines(bytes)
    var section: String?
    while let line = source.next() {
      let place = { source.place($0, of: line, in: path) }
      let whole = line.text.startIndex..<line.text.endIndex
      guard isUnitText(line.text) else {
        failure = Failure(message: "the line is not valid UTF-8", location: place(whole))
        return
      }
      if line.text.first == UInt8(ascii: "[") {
        guard line.text.last == UInt8(ascii: "]"), line.text.count > 1,
          isSafe(line.text.dropFirst().dropLast())
        else {
          failure = Failure(
            message: "a line that begins with '[' is no section header", location: place(whole))
          return
        }
        let name = String(decoding: line.text.dropFirst().dropLast(), as: UTF8.self)
        section = name
        lines.append(.section(name, place(whole)))
        continue
      }
      guard let equals = line.text.firstIndex(of: UInt8(ascii: "=")), equals > whole.lowerBound
      else {
        let what =
          line.text.first == UInt8(ascii: "=") ? "no name before '='" : "no '=' in the line"
        lines.append(.nonsense(what, section: section, place(whole)))
        continue
      }
      let name = line.text[..<equals].strippedOfUnitBlanks
      let value = line.text[(equals + 1)...].strippedOfUnitBlanks
      lines.append(
        .assignment(
          UnitAssignment(
            section: section, name: String(decoding: name, as: UTF8.self),
            value: String(decoding: value, as: UTF8.self),
            nameLocation: place(name.startIndex..<name.endIndex),
            location: place(value.startIndex..<value.endIndex))))
    }
    if source.isTooLong {
      failure = Failure(
        message: "a line is 1 MiB long or longer",
        location: SourceLocation(path: path, line: source.number + 1))
    }
  }

  /// A file that cannot be read at all.
  init(path: String, unreadable message: String) {
    self.path = path
    failure = Failure(message: message, location: SourceLocation(path: path))
  }
}

/// `Name=value` in a section.
struct UnitAssignment: Sendable {
  /// Nil before the first section.
  var section: String?
  var name: String
  /// Without blanks at its ends; quotes and escapes as written.
  var value: String
  var nameLocation: SourceLocation
  /// Of the value.
  var location: SourceLocation
}

/// Whether systemd takes a text for UTF-8: its utf8_is_valid() refuses noncharacters too.
private func isUnitText(_ bytes: ArraySlice<UInt8>) -> Bool {
  if bytes.allSatisfy({ $0 < 0x80 }) { return true }
  guard let text = String(validating: bytes, as: UTF8.self) else { return false }
  return text.unicodeScalars.allSatisfy {
    !(0xfdd0...0xfdef).contains($0.value) && $0.value & 0xfffe != 0xfffe
  }
}

/// No control characters, quotes or backslashes, as string_is_safe() has it.
func isSafe(_ text: some Sequence<UInt8>) -> Bool {
  text.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0x22 && $0 != 0x27 && $0 != 0x5c }
}
